"""The tutorial's form in Debian's Chromium: sent, followed to its end, with and without scripts."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from typing import Any

import pytest

from tests.helpers.stack import Stack

playwright = pytest.importorskip("playwright.sync_api", reason="the extra `test` brings Playwright")

_QUIET = (
    "--no-sandbox",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-sync",
    "--metrics-recording-only",
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    program = shutil.which("chromium") or shutil.which("google-chrome")
    if program is None:
        pytest.skip("Chromium is not installed: celery-launcher doctor --fix")
    with playwright.sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=program, args=list(_QUIET))
        yield opened
        opened.close()


def fill(page: Any, to: str, subject: str) -> None:
    page.get_by_label("To").fill(to)
    page.get_by_label("Subject").fill(subject)
    page.get_by_label("Message").fill("Written in a browser.\nSecond line: äöü 漢字")
    page.get_by_role("button", name="Send mail").click()


def test_the_form_sends_a_mail_and_follows_it_until_it_is_delivered(
    stack: Stack, browser: Any
) -> None:
    asked: list[str] = []
    wrong: list[str] = []
    with browser.new_context() as context:
        page = context.new_page()
        page.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.goto(stack.url("django") + "/")
        fill(page, "reader@example.com", "From the browser")
        page.wait_for_url("**/sent/*/")
        page.wait_for_selector('#progress[data-state="DELIVERED"]', timeout=20_000)
        assert page.locator("#words").inner_text() == "Delivered"
        events = page.locator("#timeline li").evaluate_all("rows => rows.map(r => r.dataset.event)")
        assert events[0] == "saved"
        assert events[-1] == "delivered"
        mail_id = int(page.url.rstrip("/").rpartition("/")[2])
        page.get_by_role("link", name="Send another").click()
        assert page.get_by_label("Subject").input_value() == ""
    assert all(url.startswith(stack.url("django") + "/") for url in asked), asked
    assert not wrong, wrong
    caught = [row for row in stack.mail().inbox().results if row.mail_id == mail_id]
    assert [(row.recipients, row.subject) for row in caught] == [
        (("reader@example.com",), "From the browser")
    ]


def test_the_form_works_without_scripts(stack: Stack, browser: Any) -> None:
    with browser.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(stack.url("django") + "/")
        fill(page, "reader@example.com", "Without scripts")
        assert "/sent/" in page.url
        # The page loads itself anew until the mail is where it stays: nobody else may.
        page.locator('#progress[data-state="DELIVERED"]').wait_for(timeout=20_000)
        assert "Delivered" in page.locator("#words").inner_text()


def test_a_wrong_address_is_said_at_its_field_and_nothing_is_saved(
    stack: Stack, browser: Any
) -> None:
    before = stack.mail().queue().counts
    with browser.new_context() as context:
        page = context.new_page()
        page.goto(stack.url("django") + "/")
        with page.expect_response("**/sendmail/") as answer:
            fill(page, "nobody", "Wrong")
        assert answer.value.status == 400
        assert page.locator(".field.wrong .error").count() == 1
        assert page.get_by_label("Subject").input_value() == "Wrong"
    assert stack.mail().queue().counts == before
