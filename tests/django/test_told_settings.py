"""What a worker tells of its settings."""

from types import SimpleNamespace
from typing import Any

import pytest
from celery.worker.control import Panel

from celerytutorial.celery import app
from celerytutorial.told_settings import tell_no_login, without_logins


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("amqp://launcher:p%40ss@127.0.0.1:5672/v", "amqp://launcher:********@127.0.0.1:5672/v"),
        ("postgres://u:a:b@db/mail", "postgres://u:********@db/mail"),
        ("smtp://127.0.0.1:1025", "smtp://127.0.0.1:1025"),
        ("12:30 me@example.org", "12:30 me@example.org"),
    ],
)
def test_a_url_keeps_all_but_its_password(url: str, shown: str) -> None:
    assert without_logins({"a": [url, {"b": url}], "c": 1}) == {"a": [shown, {"b": shown}], "c": 1}


def test_a_worker_that_is_asked_for_its_settings_tells_no_password(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(Panel.data, "conf", Panel.data["conf"])
    url = "amqp://launcher:canary@127.0.0.1//"
    conf = SimpleNamespace(table=lambda with_defaults: {"CELERY_BROKER_URL": url})
    tell_no_login()
    told = Panel.data["conf"](SimpleNamespace(app=SimpleNamespace(conf=conf)))
    assert told == {"CELERY_BROKER_URL": "amqp://launcher:********@127.0.0.1//"}
    assert app.conf  # the worker's app is the one that imports this
