"""Settings and fixtures: a database file in a temporary folder, nothing written to the checkout."""

import json
import secrets
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from django.conf import settings as django_settings
from django.test import Client

from send_mail.models import Mail
from send_mail.services import publisher, saving, wakeups
from send_mail.services.saving import NewMail
from send_mail.services.wakeup_line import Wakeup
from tests.django.smtp_server import ScriptedServer

TOKEN = "a-token-for-tests"

# How long an example takes says something of the machine, not of the code.
hypothesis.settings.register_profile("untimed", deadline=None)
hypothesis.settings.load_profile("untimed")


@pytest.fixture(scope="session", autouse=True)
def own_environment() -> Iterator[None]:
    """pytest-django reads the settings before any conftest, so they are replaced, not set.

    In the dictionary itself: whoever reads the key, and ``override_settings`` does when it ends,
    has it made in the checkout.
    """
    found = vars(django_settings._wrapped)
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(found, "SECRET_KEY", secrets.token_hex())
        patch.setitem(found, "DEBUG", False)
        patch.setitem(found, "ALLOWED_HOSTS", ["127.0.0.1", "localhost", "testserver"])
        yield


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    database = django_settings.DATABASES["default"]
    if "sqlite" not in database["ENGINE"]:
        return
    # A test's rows need not outlive the machine; waiting for the disk is a third of all the time.
    database["OPTIONS"]["init_command"] = "PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF;"
    database["TEST"]["NAME"] = str(tmp_path_factory.mktemp("database") / "test.sqlite3")


@pytest.fixture(autouse=True)
def token(settings: Any) -> None:
    settings.LAUNCHER_API_TOKEN = TOKEN
    settings.CELERY_LAUNCHER_RUN_ID = "run-of-tests"


class Broker:
    """Stands in for the broker at the one place where a wake-up leaves the process."""

    def __init__(self) -> None:
        self.messages: list[tuple[int, str]] = []
        self.down: Exception | None = None

    def send(self, group: Sequence[Wakeup]) -> None:
        if self.down is not None:
            raise self.down
        self.messages += [(wakeup.argument, wakeup.task_id) for wakeup in group]


@pytest.fixture(autouse=True)
def broker(monkeypatch: pytest.MonkeyPatch) -> Broker:
    """Every wake-up lands here, and is published in the thread that asked for it."""
    stand_in = Broker()

    def wake_now(*mail_ids: int) -> None:
        wakeups.publish(Mail.objects.filter(pk__in=mail_ids))

    def wake_bulk_now(mail_ids: Sequence[int]) -> None:
        wakeups.publish_bulk(list(Mail.objects.filter(pk__in=mail_ids)))

    monkeypatch.setattr(wakeups.line, "send", stand_in.send)
    monkeypatch.setattr(publisher.publisher, "wake", wake_now)
    monkeypatch.setattr(publisher.publisher, "wake_bulk", wake_bulk_now)
    monkeypatch.setattr(wakeups, "broker_memory", wakeups.BrokerMemory())
    monkeypatch.setattr(wakeups, "one_more", wakeups.OneMore())
    return stand_in


@pytest.fixture
def smtp(settings: Any) -> Iterator[ScriptedServer]:
    """An SMTP server that says what the test wants, set as the project's mail server."""
    with ScriptedServer() as server:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
        settings.EMAIL_HOST_USER = ""
        yield server


@pytest.fixture
def saved(transactional_db: None) -> Callable[..., Mail]:
    """Save a mail, published at once to the stand-in for the broker."""

    def save(*to: str, **more: Any) -> Mail:
        addresses = to or ("ada@localhost",)
        return saving.save(NewMail(addresses, more.pop("subject", "Hello"), "text", **more))

    return save


class Api:
    """The launcher's side of the API."""

    def __init__(self) -> None:
        self.client = Client(headers={"Authorization": f"Token {TOKEN}"})

    def get(self, path: str, **query: Any) -> Any:
        return self.client.get(path, query)

    def post(self, path: str, body: Any = None, **headers: str) -> Any:
        return self.client.post(
            path, json.dumps(body or {}), content_type="application/json", headers=headers
        )


@pytest.fixture
def api(transactional_db: None) -> Api:
    return Api()


@pytest.fixture
def data_folder(tmp_path: Path) -> Path:
    return tmp_path / "data"
