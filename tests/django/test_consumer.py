"""What the worker does with a message that is none."""

from typing import Any

import pytest
from celery.worker.consumer import Consumer as CeleryConsumer

from celerytutorial.consumer import Consumer


class Message:
    acknowledged = False
    rejected = False

    def reject(self) -> None:
        self.acknowledged = self.rejected = True


@pytest.fixture
def handle(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The handler of a consumer whose Celery part falls over every message."""

    def falling_over(_: Any) -> Any:
        def fall_over(message: Message) -> None:
            msg = "a bytes-like object is required, not 'str'"
            raise TypeError(msg)

        return fall_over

    monkeypatch.setattr(CeleryConsumer, "create_task_handler", falling_over)
    return Consumer.create_task_handler(Consumer.__new__(Consumer))


def test_a_message_that_celery_falls_over_goes_to_the_dead_letters(handle: Any) -> None:
    message = Message()
    handle(message)
    assert message.rejected


def test_a_fault_behind_an_answered_message_is_not_hidden(handle: Any) -> None:
    message = Message()
    message.acknowledged = True
    with pytest.raises(TypeError):
        handle(message)
    assert not message.rejected
