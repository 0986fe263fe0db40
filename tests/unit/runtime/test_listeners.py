"""What a run says beside its statuses."""

from __future__ import annotations

from launcher.runtime.listeners import Listeners


def test_a_notice_is_told_and_stands_in_the_log() -> None:
    noted: list[str] = []
    told: list[str] = []
    listeners = Listeners(noted.append)
    listeners.on_notice(told.append)
    listeners.tell("Django moved to port 8001.")
    assert told == ["Django moved to port 8001."]
    assert noted == ["WARNING Django moved to port 8001."]


def test_an_unexpected_error_is_told_in_a_sentence_and_its_trace_is_for_the_log_alone() -> None:
    noted: list[str] = []
    told: list[str] = []
    listeners = Listeners(noted.append)
    listeners.on_notice(told.append)
    try:
        raise KeyError("epoch")
    except KeyError as error:
        listeners.tell_unexpected(error)
    assert told == ["The launcher met an error of its own and goes on; see the launcher's log."]
    assert noted[0].startswith("ERROR ")
    assert noted[1].startswith("Traceback")
    assert noted[1].endswith("KeyError: 'epoch'")


def test_asking_for_the_window_says_whether_there_is_one() -> None:
    listeners = Listeners(lambda _words: None)
    asked: list[str] = []
    assert not listeners.ask_to_raise()
    listeners.on_raise(lambda: asked.append("raise"))
    assert listeners.ask_to_raise()
    assert asked == ["raise"]
