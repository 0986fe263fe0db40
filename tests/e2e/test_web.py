"""The pages in Debian's Chromium: written, followed to its end, with and without scripts, read."""

from __future__ import annotations

import smtplib
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from typing import Any

import pytest
from playwright.sync_api import sync_playwright

from launcher.mail import Chaos
from tests.helpers.needs import need_program
from tests.helpers.stack import Stack

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
    program = need_program("chromium", "google-chrome")
    with sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=program, args=list(_QUIET))
        yield opened
        opened.close()


def logged_in(stack: Stack, path: str) -> str:
    """The address that logs a browser in as the admin and leads to *path*."""
    return stack.url("django") + stack.mail().login_link(path)


NEW = ("", "new/")
REPORT = {"name": "Bericht ü.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4 " * 900}
NOTES = {"name": "notes.txt", "mimeType": "text/plain", "buffer": b"one\ntwo\n"}


def fill(page: Any, to: str, subject: str) -> None:
    page.get_by_label("To", exact=True).fill(to)
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
        page.get_by_text("HTML version").click()
        page.get_by_label("HTML", exact=True).fill("<p>Written in a <b>browser</b></p>")
        page.get_by_label("Attachments").set_input_files([REPORT, NOTES])
        with page.expect_response("**/sent/*/") as shown:
            fill(page, "reader@example.com", "From the browser")
        page.wait_for_url("**/sent/*/")
        page.wait_for_selector('#progress[data-state="DELIVERED"]', timeout=20_000)
        assert page.locator("#words").inner_text() == "Delivered"
        events = page.locator("#timeline li").evaluate_all("rows => rows.map(r => r.dataset.event)")
        assert events[0] == "saved"
        assert events[-1] == "delivered"
        # A quick worker has delivered it before its page is shown: then there is nothing to follow.
        over = 'data-state="DELIVERED"' in shown.value.text()
        followed = [row for row in asked if row.endswith("/status/")]
        assert over or followed, "it was followed by the script"
        assert page.locator("#timeline .ms").last.inner_text().endswith("s")
        with page.expect_download() as kept:
            page.get_by_role("link", name="Bericht ü.pdf").click()
        assert kept.value.path().read_bytes() == REPORT["buffer"]
        mail_id = int(page.url.rstrip("/").rpartition("/")[2])
        page.get_by_role("link", name="All mails").click()
        assert page.locator(f'a[href="/sent/{mail_id}/"]').inner_text() == "From the browser"
        page.goto(f"{stack.url('django')}/sent/{mail_id}/")
        page.get_by_role("link", name="Send another").click()
        assert page.get_by_label("Subject").input_value() == ""
    assert all(url.startswith(stack.url("django") + "/") for url in asked), asked
    assert not wrong, wrong
    caught = [row for row in stack.mail().inbox().results if row.mail_id == mail_id]
    assert [(row.recipients, row.subject) for row in caught] == [
        (("reader@example.com",), "From the browser")
    ]


def test_the_staff_reads_what_was_caught_with_its_files(stack: Stack, browser: Any) -> None:
    with browser.new_context() as context:
        page = context.new_page()
        page.goto(stack.url("django") + "/")
        page.get_by_label("Attachments").set_input_files([NOTES])
        fill(page, "reader@example.com", "With a file to read")
        page.locator('#progress[data-state="DELIVERED"]').wait_for(timeout=20_000)
        page.get_by_role("link", name="Inbox").click()
        assert "for the staff" in page.locator("h1").inner_text()
        page.goto(logged_in(stack, "/inbox/"))
        page.get_by_label("Search").fill("a file to read")
        page.get_by_role("button", name="Search").click()
        page.get_by_role("link", name="With a file to read").first.click()
        assert "äöü 漢字" in page.locator("pre.text").inner_text()
        with page.expect_download() as kept:
            page.get_by_role("link", name="notes.txt").click()
        assert kept.value.path().read_bytes() == NOTES["buffer"]
        with page.expect_download() as source:
            page.get_by_role("link", name="Download the source").click()
        assert b"Subject: With a file to read" in source.value.path().read_bytes()


@contextmanager
def counting_server() -> Iterator[tuple[str, list[bytes]]]:
    """A server that counts who connects, whether or not anything is asked of it then."""
    seen: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def take() -> None:
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                with connection:
                    seen.append(b"connected")

        threading.Thread(target=take, daemon=True).start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}", seen
        server.shutdown(socket.SHUT_RDWR)


def hostile(remote: str) -> str:
    """HTML that tries every way out, and would paint the title when a script ran."""
    return f"""<html><head><base href="{remote}/"><link rel=preconnect href="{remote}">
<link rel=stylesheet href="{remote}/s.css"><meta http-equiv=refresh content="0;url={remote}/r">
<style>@import url({remote}/i.css); h1 {{ color: #123456; background: url({remote}/bg.png) }}
@font-face {{ font-family: f; src: url({remote}/f.woff) }} p {{ font-family: f }}</style></head>
<body onload="document.title='ran'"><h1>Offer</h1><p>Text</p><img src="{remote}/pixel.png">
<img src="relative.png" srcset="{remote}/2.png 2x"><img src=x onerror="document.title='ran'">
<script>document.title='ran'; fetch('{remote}/js')</script><script src="{remote}/s.js"></script>
<svg onload="document.title='ran'"><image href="{remote}/svg.png"/></svg>
<iframe src="{remote}/frame"></iframe><object data="{remote}/object"></object>
<embed src="{remote}/embed"><video autoplay src="{remote}/v.mp4" poster="{remote}/p.png"></video>
<form action="{remote}/form"><input autofocus><button id=go>Go</button></form>
<a id=away href="{remote}/click">A link</a></body></html>"""


def test_the_html_of_a_mail_fetches_nothing_and_runs_nothing(stack: Stack, browser: Any) -> None:
    with counting_server() as (remote, connections), browser.new_context() as context:
        message = EmailMessage()
        message["Subject"], message["From"] = "A hostile mail", "shop@example.com"
        message.set_content(hostile(remote), subtype="html")
        catcher = stack.service("catcher")
        with smtplib.SMTP(catcher["address"], catcher["port"]) as smtp:
            smtp.send_message(message, to_addrs=["reader@example.com"])
        page = context.new_page()
        page.goto(logged_in(stack, "/inbox/?q=hostile"))
        page.get_by_role("link", name="A hostile mail").first.click()
        frame = page.frame_locator("iframe")
        heading = frame.get_by_role("heading", name="Offer")
        heading.wait_for()
        assert heading.evaluate("e => getComputedStyle(e).color") == "rgb(18, 52, 86)"
        frame.locator("#away").click()
        frame.locator("#go").click()
        page.wait_for_load_state("networkidle")
        alone = page.locator("iframe").get_attribute("src")
        page.goto(f"{stack.url('django')}{alone}")
        page.locator("#away").click()
        page.locator("#go").click()
        page.wait_for_load_state("networkidle")
        assert page.title() != "ran"
        assert connections == []
        # The same in a page of no policy goes out: the server counts.
        page.goto("about:blank")
        page.set_content(f'<img src="{remote}/pixel.png">')
        page.wait_for_load_state("networkidle")
        assert connections


def test_every_control_can_be_reached_and_shows_that_it_was(stack: Stack, browser: Any) -> None:
    with browser.new_context() as context:
        page = context.new_page()
        page.goto(logged_in(stack, "/"))
        for summary in page.locator("summary").all():
            summary.click()
        page.locator("body").focus()
        page.evaluate("document.activeElement.blur()")
        wanted = page.locator("a[href], summary, form :is(input, textarea, button):visible").count()
        reached = set()
        for _ in range(wanted + 12):
            page.keyboard.press("Tab")
            found = page.evaluate(
                """() => {
                  const at = document.activeElement, style = getComputedStyle(at);
                  const width = parseFloat(style.outlineWidth);
                  return [at.id || at.textContent.trim(), style.outlineStyle, width];
                }"""
            )
            if page.evaluate("document.activeElement !== document.body"):
                assert found[1] == "solid", found
                assert found[2] >= 2, found
                reached.add(found[0])
    for name in ("id_recipients", "id_cc", "id_html", "id_attachments", "id_send_at", "Outbox"):
        assert name in reached
    assert "Send mail" in reached


@pytest.mark.parametrize("width", [360, 1000, 1600])
def test_no_page_is_wider_than_the_window(stack: Stack, browser: Any, width: int) -> None:
    with browser.new_context(viewport={"width": width, "height": 740}) as context:
        page = context.new_page()
        page.goto(logged_in(stack, "/"))
        fill(page, f"{'a' * 60}@{'long.' * 30}example.com", "W" * 300)
        page.wait_for_url("**/sent/*/")
        sent = page.url.removeprefix(stack.url("django"))
        more = [f"/{name}/{new}" for name in ("batches", "templates", "repeats") for new in NEW]
        for path in (
            "/",
            sent,
            f"{sent}delete/",
            "/outbox/",
            "/inbox/",
            *more,
            "/api/",
            "/nowhere",
        ):
            page.goto(stack.url("django") + path)
            assert page.evaluate("document.documentElement.scrollWidth") <= width, path


def test_the_form_works_without_scripts(stack: Stack, browser: Any) -> None:
    with browser.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(stack.url("django") + "/")
        page.get_by_label("Attachments").set_input_files([NOTES])
        fill(page, "", "Without scripts")
        assert page.get_by_label("notes.txt").is_checked()  # need not be chosen again
        fill(page, "reader@example.com", "Without scripts")
        assert "/sent/" in page.url
        # The page loads itself anew until the mail is where it stays: nobody else may.
        page.locator('#progress[data-state="DELIVERED"]').wait_for(timeout=20_000)
        assert "Delivered" in page.locator("#words").inner_text()
        assert page.get_by_role("link", name="notes.txt").count() == 1


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
        assert page.evaluate("document.activeElement.id") == "id_recipients"
        assert page.get_by_label("Subject").input_value() == "Wrong"
    assert stack.mail().queue().counts == before


def fill_batch(page: Any, people: str) -> None:
    page.get_by_label("Recipients").fill(people)
    page.get_by_label("Subject").fill("Hello {{ name }}")
    page.get_by_label("Message").fill("Dear {{ name }}")
    page.get_by_role("button", name="Send to each").click()


@pytest.mark.parametrize("scripts", [True, False])
def test_a_list_is_sent_to_each_and_followed_to_its_end(
    stack: Stack, browser: Any, scripts: bool
) -> None:
    people = "name,email\n" + "".join(f"P{n},p{n}@example.com\n" for n in range(30))
    with browser.new_context(java_script_enabled=scripts) as context:
        page = context.new_page()
        page.goto(logged_in(stack, "/batches/new/"))
        fill_batch(page, f"{people}Bob,nobody\n")
        assert "Line 32:" in page.get_by_role("alert").inner_text()
        page.get_by_role("button", name="Send to the other 30").click()
        assert "1 line was left out." in page.get_by_role("status").first.inner_text()
        page.locator("#progress[data-final]").wait_for(timeout=30_000)
        assert page.locator("#words").inner_text() == "Done: 30 of 30 finished"
        page.get_by_role("link", name="Delivered").click()
        assert page.locator("td.subject").first.inner_text() == "Hello P29"


def test_each_count_of_a_batch_has_a_mark_of_its_own(stack: Stack, browser: Any) -> None:
    stack.mail().set_chaos(Chaos("552", 2))
    try:
        with browser.new_context() as context:
            page = context.new_page()
            page.goto(logged_in(stack, "/batches/new/"))
            fill_batch(page, "name,email\n" + "".join(f"P{n},p{n}@example.com\n" for n in range(6)))
            page.locator('#progress[data-final][data-state="FAILED"]').wait_for(timeout=30_000)
            colours = {
                state: page.locator(f'.counts [data-state="{state}"] .mark').evaluate(
                    "mark => getComputedStyle(mark).backgroundColor"
                )
                for state in ("DELIVERED", "FAILED")
            }
            assert colours["DELIVERED"] != colours["FAILED"]
    finally:
        stack.mail().set_chaos(Chaos())


def test_a_draft_is_kept_changed_sent_and_deleted_without_scripts(
    stack: Stack, browser: Any
) -> None:
    with browser.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(stack.url("django") + "/")
        page.get_by_label("Message").fill("Half a thought")
        page.get_by_label("Attachments").set_input_files([NOTES])
        page.get_by_role("button", name="Save as a draft").click()
        page.get_by_role("link", name="Edit this draft").click()
        assert page.get_by_label("notes.txt").is_checked()
        fill(page, "reader@example.com", "From a draft")
        page.locator('#progress[data-state="DELIVERED"]').wait_for(timeout=20_000)
        assert page.get_by_role("link", name="notes.txt").count() == 1
        page.get_by_role("link", name="Delete …").click()
        page.get_by_role("button", name="Delete").click()
        assert "is deleted." in page.get_by_role("status").inner_text()


def test_a_repeat_asks_only_for_what_its_rule_needs(stack: Stack, browser: Any) -> None:
    with browser.new_context() as context:
        page = context.new_page()
        page.goto(logged_in(stack, "/repeats/new/"))
        monday, at = page.get_by_label("Monday"), page.get_by_label("At", exact=True)
        assert (monday.is_visible(), at.is_visible()) == (False, True)
        page.get_by_label("By cron").check()
        cron = page.get_by_label("Cron", exact=True)
        assert (cron.is_visible(), at.is_visible()) == (True, False)
        page.get_by_label("On days of the week").check()
        monday.check()
        page.get_by_label("To", exact=True).fill("reader@example.com")
        page.get_by_label("Subject").fill("Every Monday")
        page.get_by_label("Message").fill("hi")
        page.get_by_role("button", name="Begin to repeat").click()
        assert "Every Monday at 09:00" in page.get_by_role("status").inner_text()
        page.get_by_role("link", name="Delete Every Monday").click()
        page.get_by_role("button", name="Delete").click()
        assert page.locator(".empty").is_visible()
