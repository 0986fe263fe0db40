"""The Mail page: its panes, what is written, and what is asked before something is done."""

from __future__ import annotations

import tempfile
from pathlib import Path

from launcher.gui.mail.compose.batch_sheet import BatchSheet
from launcher.gui.mail.compose.templates_sheet import TemplatesSheet
from launcher.gui.mail.page import COMPOSE, INBOX, OUTBOX, REPEATS, MailPage
from launcher.gui.window import MAIL, Window
from tests.screenshots.scene import Act, Scene, page_of
from tests.screenshots.sessions import lively, many
from tests.screenshots.troubled import away, embedded, stuck, unkind
from tests.screenshots.waiting import settle, wait


def mail_pane(pane: int) -> Act:
    def show(window: Window) -> None:
        _pane(window, pane)

    return show


def _pane(window: Window, pane: int) -> MailPage:
    page = page_of(window, MAIL, MailPage)
    page.show_pane(pane)
    return page


def _write(window: Window, to: str) -> MailPage:
    page = _pane(window, COMPOSE)
    form = page.compose.form
    form.to.add_text(to)
    form.subject.setText("Hello from the queue")
    form.body.write("Hello,\n\nthis mail goes through the queue.\n", "")
    return page


def written(window: Window) -> None:
    """Chips, files, HTML: as full as a form gets in daily use."""
    page = _write(window, "you@example.com, Ada Lovelace <ada@example.org>, nobody@example")
    page.compose.form.cc.add_text(", ".join(f"person{n}@example.com" for n in range(1_000)))
    with tempfile.TemporaryDirectory() as place:
        small, large = Path(place) / "notes.txt", Path(place) / "film.mp4"
        small.write_text("notes")
        with large.open("wb") as file:
            file.truncate(60_000_000)
        page.compose.attachments.add([small, large])
        wait(300)
    page.compose.form.body.html.setPlainText("<h2>Hello</h2><p>this mail <b>goes</b> far.</p>")


def previewed(window: Window) -> None:
    written(window)
    _pane(window, COMPOSE).compose.form.body.show_view(2)


def refused(window: Window) -> None:
    page = _write(window, "you@example.com, team@example.org")
    page.compose.send.click()


def scheduling(window: Window) -> None:
    page = _write(window, "you@example.com")
    page.compose.later.click()


def to_each(window: Window) -> None:
    page = _write(window, "")
    page.compose.each.click()
    sheet = window.findChild(BatchSheet)
    assert sheet is not None
    lines = [f"person{number}@example.com" for number in range(1_000)]
    lines[3] = "somebody"
    sheet.list.setPlainText("\n".join(lines))
    wait(700)


def templates(window: Window) -> None:
    page = _write(window, "you@example.com")
    TemplatesSheet(page.compose.templates, page.compose._client, window.background).open()


def all_addresses(window: Window) -> None:
    written(window)
    _pane(window, COMPOSE).compose.form.to.edit_all()


def retrying(window: Window) -> None:
    _pane(window, OUTBOX).outbox.show_mail(9)


def doubtful(window: Window) -> None:
    page = _pane(window, OUTBOX)
    page.outbox.show_mail(11)
    settle(window)
    page.outbox.detail.resend.click()


def recipients(window: Window) -> None:
    retrying(window)
    settle(window)
    _pane(window, OUTBOX).outbox.detail.show_part(1)


def misbehaving(window: Window) -> None:
    page = _pane(window, INBOX)
    settle(window)
    page.inbox.detail.show_part(1)


def files(window: Window) -> None:
    page = _pane(window, INBOX)
    settle(window)
    page.inbox.detail.show_part(2)


def releasing(window: Window) -> None:
    page = _pane(window, INBOX)
    settle(window)
    page.inbox.detail.release.click()


SCENES = (
    Scene("mail", lively, retrying),
    Scene("mail-many", many, mail_pane(OUTBOX)),
    Scene("mail-stuck", stuck, mail_pane(OUTBOX)),
    Scene("mail-away", away, mail_pane(OUTBOX)),
    Scene("mail-doubtful", lively, doubtful),
    Scene("mail-recipients", lively, recipients),
    Scene("mail-compose", lively, mail_pane(COMPOSE)),
    Scene("mail-compose-full", lively, written),
    Scene("mail-compose-preview", lively, previewed),
    Scene("mail-compose-addresses", lively, all_addresses),
    Scene("mail-refused", unkind, refused),
    Scene("mail-later", lively, scheduling),
    Scene("mail-each", lively, to_each),
    Scene("mail-templates", many, templates),
    Scene("mail-inbox", lively, mail_pane(INBOX)),
    Scene("mail-inbox-chaos", stuck, misbehaving),
    Scene("mail-inbox-files", lively, files),
    Scene("mail-inbox-release", stuck, releasing),
    Scene("mail-inbox-empty", embedded, mail_pane(INBOX)),
    Scene("mail-repeats", lively, mail_pane(REPEATS)),
    Scene("mail-repeats-empty", embedded, mail_pane(REPEATS)),
    Scene("mail-empty", embedded, mail_pane(OUTBOX)),
)
