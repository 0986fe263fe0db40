"""Who is told, from other threads, what a run has to say beside its statuses."""

from __future__ import annotations

import traceback
from collections.abc import Callable


class Listeners:
    """Callbacks of whoever runs an instance. `note` takes what is said into the launcher's log."""

    def __init__(self, note: Callable[[str], None]) -> None:
        self._note = note
        self._on_notice: list[Callable[[str], None]] = []
        self._on_raise: list[Callable[[], None]] = []
        self._on_quit: list[Callable[[], None]] = []

    def on_notice(self, callback: Callable[[str], None]) -> None:
        """Have every refusal and moved port told in words, from another thread."""
        self._on_notice.append(callback)

    def on_raise(self, callback: Callable[[], None]) -> None:
        """Be told, from another thread, that a second start asks for the window."""
        self._on_raise.append(callback)

    def on_quit(self, callback: Callable[[], None]) -> None:
        """Be told, from another thread, that `celery-launcher down` asks for the end."""
        self._on_quit.append(callback)

    def ask_to_raise(self) -> bool:
        """Raise the window; False when this instance has none."""
        for callback in self._on_raise:
            callback()
        return bool(self._on_raise)

    def ask_to_quit(self) -> None:
        """Have whoever runs this instance end it."""
        for callback in self._on_quit:
            callback()

    def tell(self, words: str) -> None:
        """Say a refusal, a failure or a moved port."""
        self._note(f"WARNING {words}")
        self._say(words)

    def tell_unexpected(self, error: Exception) -> None:
        """Say that a fault of the launcher's own was met; where it was stands in its log."""
        self._note("ERROR unexpected in the launcher, which goes on:")
        self._note("".join(traceback.format_exception(error)).rstrip())
        self._say("The launcher met an error of its own and goes on; see the launcher's log.")

    def note_unexpected(self, trace: str) -> None:
        """Take an error of the window's own into the log; the window shows it itself."""
        self._note("ERROR unexpected in the window, which goes on:")
        self._note(trace)

    def _say(self, words: str) -> None:
        for callback in self._on_notice:
            callback(words)
