"""The publishing thread: it takes what has gathered, goes on after a fault, and can be awaited."""

import threading
from collections.abc import Sequence

import pytest
from django.db import OperationalError

from send_mail.models import Mail
from send_mail.services import publisher as publishing
from send_mail.services import wakeups
from send_mail.services.publisher import Publisher


class Published:
    """Notes the groups that come, each from the publisher's thread, and can hold it up."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.groups: list[list[int]] = []
        self.bulks: list[list[int]] = []
        self.go_on = threading.Event()
        self.entered = threading.Event()
        self.fault: Exception | None = None
        patch.setattr(publishing, "_waiting", lambda ids: [Mail(pk=pk) for pk in ids])
        patch.setattr(wakeups, "publish", self._publish)
        patch.setattr(wakeups, "publish_bulk", self._publish_bulk)

    def _publish(self, mails: Sequence[Mail]) -> int:
        self.groups.append([mail.pk for mail in mails])
        self.entered.set()
        assert self.go_on.wait(10)
        if self.fault is not None:
            fault, self.fault = self.fault, None
            raise fault
        return len(mails)

    def _publish_bulk(self, mails: Sequence[Mail]) -> bool:
        self.bulks.append([mail.pk for mail in mails])
        return True


@pytest.fixture
def published(monkeypatch: pytest.MonkeyPatch) -> Published:
    return Published(monkeypatch)


def test_what_comes_while_a_group_is_published_is_the_next_group(published: Published) -> None:
    publisher = Publisher()
    publisher.wake(1)
    assert published.entered.wait(10)
    publisher.wake(2, 3)
    publisher.wake(4)
    publisher.wake_bulk([5, 6])
    assert not publisher.flush(0)
    published.go_on.set()
    assert publisher.flush(10)
    assert (published.groups, published.bulks) == ([[1], [2, 3, 4]], [[5, 6]])


def test_a_fault_of_the_database_is_logged_and_the_next_mail_is_published(
    published: Published, caplog: pytest.LogCaptureFixture
) -> None:
    publisher = Publisher()
    published.fault = OperationalError("database is locked")
    published.go_on.set()
    publisher.wake(1)
    assert publisher.flush(10)
    publisher.wake(2)
    assert publisher.flush(10)
    assert published.groups == [[1], [2]]
    assert "could not be published" in caplog.text


def test_with_nothing_to_do_there_is_nothing_to_wait_for() -> None:
    assert Publisher().flush(0)
