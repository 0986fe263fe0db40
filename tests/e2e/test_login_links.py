"""Flower and RabbitMQ's dashboard opened signed in, in a real browser."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from playwright.sync_api import sync_playwright

from launcher.runtime.one_time_login import Login, offer
from tests.helpers.needs import need_program
from tests.helpers.stack import Stack


@pytest.fixture
def page() -> Iterator[Any]:
    program = need_program("chromium", "google-chrome")
    with sync_playwright() as driver:
        opened = driver.chromium.launch(
            executable_path=program,
            args=["--no-sandbox", "--no-first-run", "--disable-background-networking"],
        )
        yield opened.new_page()
        opened.close()


def test_flower_opens_signed_in(stack: Stack, page: Any) -> None:
    user, _, password = stack.secret("flower", "FLOWER_BASIC_AUTH").partition(":")
    url = stack.url("flower")
    assert page.request.get(f"{url}/api/workers").status == 401, "it asks for a login"
    page.goto(offer(Login(f"{url}/", user, password), dashboard=False))
    page.get_by_text("launcher-").first.wait_for(timeout=20_000)
    assert urlsplit(page.url).port == urlsplit(url).port


def test_rabbitmqs_dashboard_opens_signed_in(stack: Stack, page: Any) -> None:
    broker = urlsplit(stack.secret("worker", "CELERY_BROKER_URL"))
    login = (unquote(broker.username or ""), unquote(broker.password or ""))
    url = stack.service("rabbitmq")["url"]
    page.goto(url)
    page.get_by_text("Username").wait_for(timeout=20_000)
    page.goto(offer(Login(url, *login), dashboard=True))
    page.get_by_text("Overview").first.wait_for(timeout=20_000)
    assert page.get_by_text("Username").count() == 0
