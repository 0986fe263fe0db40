"""Pictures of every page on a fake session: `python -m tests.screenshots OUT --size 1000x650`.

Starts an X server of its own, so that it looks the same on every machine, writes PAGE-THEME.png,
and reports as JSON which texts do not fit and which widgets overlap. Texts that shorten themselves
with an ellipsis on purpose, such as subjects, are listed apart and are no fault.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from launcher.gui.mail.page import MailPage
    from launcher.gui.window import Window
    from tests.unit.gui.fakes import FakeSession

Scene = Callable[["Window"], None]


@contextmanager
def x_server(size: tuple[int, int]) -> Iterator[str]:
    """An Xvfb with a screen of at least this size; gives its display."""
    reading, writing = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(writing), "-screen", "0", f"{size[0]}x{size[1]}x24"],
        pass_fds=[writing],
        stderr=subprocess.DEVNULL,
    )
    os.close(writing)
    try:
        with os.fdopen(reading) as said:
            yield f":{said.readline().strip()}"
    finally:
        server.terminate()
        server.wait()


# -- data --------------------------------------------------------------------------------------


def lively() -> FakeSession:
    """Everything runs, mails travel, lines are printed."""
    from launcher.core.logs import Level
    from tests.unit.gui.fakes import SPECS, FakeSession, FakeUsage, taken_port

    session = FakeSession()
    session.moved = (taken_port(),)
    load = dict(zip(SPECS, (0.4, 0.0, 0.1, 6.2, 0.0, 0.3, 0.0), strict=True))
    size = dict(zip(SPECS, (131, 0, 57, 85, 48, 74, 41), strict=True))
    session.usages = {
        name: FakeUsage(load[name], size[name] * 1_000_000) for name in SPECS if name != "migrate"
    }
    at = 1_773_493_923.201
    lines = (
        ("django", "POST /api/mails 202 in 4 ms · mail 12 saved", Level.INFO),
        ("django", "mail 12 published to mail/mail.send, confirmed", Level.INFO),
        ("worker", "Task send_mail.tasks.send_email_task[3c1e9a52] received", Level.INFO),
        ("worker", "mail 12 connected to 127.0.0.1:1025", Level.INFO),
        (
            "worker",
            "WARNING mail 11: support@example.org 451 4.3.0 mailbox busy, again in 120 s",
            Level.WARNING,
        ),
        (
            "worker",
            "Task send_mail.tasks.send_email_task[3c1e9a52] succeeded in 0.041s",
            Level.INFO,
        ),
        ("beat", "Scheduler: Sending due task relay (send_mail.tasks.relay)", Level.INFO),
        ("catcher", "127.0.0.1:51822 RCPT you@example.com 250 OK", Level.INFO),
        (
            "flower",
            "ERROR OSError: [Errno 98] 127.0.0.6:5566 is in use by python (9120)",
            Level.ERROR,
        ),
        ("launcher", "flower exited with 1, tries again in 4 s (3 of 5)", Level.INFO),
        (
            "rabbitmq",
            "[info] connection <0.812.0> (127.0.0.1:51822 -> 127.0.0.1:5672 - "
            "celery@launcher): user 'launcher' authenticated and granted access to vhost '/'",
            Level.INFO,
        ),
        ("worker", "DEBUG | Worker: Hub.register Autoscaler...", Level.DEBUG),
    )
    for number in range(1_200):
        service, text, level = lines[number % len(lines)]
        session.logs.add(service, text, level, at + number * 0.137)
    post(session)
    return session


def post(session: FakeSession) -> None:
    """Mails in every state."""
    from launcher.mail import Attachment, Draft, Recipient, Repeat, Rule, Step, Try

    start = "2026-03-14T13:12:03.201Z"
    way = (
        Step("saved", start, 0, "by the window"),
        Step("published", start, 2, "confirmed by RabbitMQ"),
        Step("received", start, 9, "worker1@launcher"),
        Step("sending", start, 11),
    )
    mail = session.mail
    for number in range(6):
        mail.add(
            "DELIVERED",
            "Hello from the queue",
            reply="250 2.0.0 Ok: caught as 17",
            timeline=(*way, Step("delivered", start, 38 + number, "250 2.0.0 Ok: caught as 17")),
        )
        mail.catch("Hello from the queue", "Hello,\n\nthis mail went through the queue.\n")
    mail.add("SCHEDULED", "Monday report", ("team@example.com",))
    mail.add("FAILED", "Welcome", ("nobody@nowhere.invalid",), words="There is no such recipient.")
    retried = mail.add(
        "RETRYING",
        "Invoice 2041",
        ("team@example.org", "support@example.org"),
        words="The server asked to try again later: its mailbox is busy (451).",
        reply="451 4.3.0 Temporary failure, mailbox busy",
        timeline=(*way, Step("retrying", start, 51, "451 4.3.0 mailbox busy")),
        tries=(
            Try(
                1,
                "worker1@launcher",
                start,
                "2026-03-14T13:12:03.601Z",
                "RCPT",
                "deferred",
                451,
                "451 4.3.0 Temporary failure, mailbox busy",
                "The mailbox is busy.",
            ),
        ),
        html="<p>Dear team,</p><p>your <b>invoice 2041</b> is attached.</p>",
        attachments=(Attachment(0, "invoice-2041.pdf", "application/pdf", 48_211),),
    )
    recipients = (
        Recipient("team@example.org", "delivered", "250 2.1.5 OK"),
        Recipient("support@example.org", "deferred", "451 4.3.0 mailbox busy"),
    )
    mail.mails[retried.row.id] = replace(retried, recipients=recipients)
    mail.add("SENDING", "Your feedback", ("orders@example.com",), timeline=way)
    mail.add("UNKNOWN", "Contract", ("legal@example.org",), words="It may have arrived.")
    mail.add("DRAFT", "Holiday plans", ("team@example.com",))
    mail.kept_repeats = [
        Repeat(
            1,
            Draft(("team@example.com",), "Monday report"),
            Rule("week", "08:00", (0,)),
            "Europe/Berlin",
            True,
            "Every Monday at 08:00",
            "2099-01-05T07:00:00Z",
            "2026-03-09T07:00:00Z",
        ),
        Repeat(
            2,
            Draft(("you@example.com", "me@example.com"), "Is the backup there?"),
            Rule("", "", (), "30 6 * * 1-5"),
            "Europe/Berlin",
            False,
            "At 06:30, Monday through Friday",
            "",
            "",
        ),
    ]
    mail.catch(
        "Invoice 2041",
        "Dear team,\n\nyour invoice 2041 is attached.\n\nYours\nAccounting\n",
        "<h2>Invoice 2041</h2><p>Dear team,</p><p>your <b>invoice 2041</b> is attached. "
        "<img src='http://127.0.0.1:9/track.png' alt='our logo'></p>"
        "<table border=1 cellpadding=4><tr><th>What</th><th>Sum</th></tr>"
        "<tr><td>Carrots</td><td>12.00</td></tr></table>",
        mail_id=retried.row.id,
        attachments=(Attachment(0, "invoice-2041.pdf", "application/pdf", 48_211),),
    )


def broken() -> FakeSession:
    """A missing prerequisite, a failed service, one that is tried again."""
    from launcher.core.checks import CheckResult, Verdict
    from launcher.core.logs import Level
    from tests.unit.gui.fakes import failing

    session = lively()
    session.found = (
        CheckResult("Python", Verdict.OK, "Python 3.13.2 at /usr/bin/python3"),
        CheckResult(
            "Erlang and RabbitMQ together",
            Verdict.FAIL,
            "RabbitMQ 4.2.9 needs Erlang 27 to 27.x, found 25.2",
            "Install an Erlang of that range, see https://www.rabbitmq.com/docs/which-erlang",
        ),
        CheckResult(
            "Folder",
            Verdict.WARN,
            "The data folder is on a network drive",
            "Set CELERY_LAUNCHER_HOME to a folder on this machine.",
        ),
    )
    for _ in range(2):
        session.logs.add("worker", "ERROR ModuleNotFoundError: shop", Level.ERROR)
    session.now_stand(failing())
    return session


def embedded() -> FakeSession:
    """Without RabbitMQ, nothing started yet."""
    from launcher.core.facts import BrokerMode
    from tests.unit.gui.fakes import FakeSession, all_stopped

    statuses = all_stopped()
    del statuses["rabbitmq"]
    session = FakeSession(statuses)
    session.broker = BrokerMode.EMBEDDED
    session.broker_words = "Embedded broker: messages travel through files, without RabbitMQ"
    session.broker_remedy = "sudo apt install rabbitmq-server"
    session.mail.unavailable = "Django is not ready yet."
    return session


# -- scenes ------------------------------------------------------------------------------------


def mail_pane(pane: int) -> Scene:
    def show(window: Window) -> None:
        from launcher.gui.mail.page import MailPage

        window.show_page(2)
        page = window.page(2)
        assert isinstance(page, MailPage)
        page.show_pane(pane)

    return show


def _mail_page(window: Window, pane: int) -> MailPage:
    from launcher.gui.mail.page import MailPage

    mail_pane(pane)(window)
    page = window.page(2)
    assert isinstance(page, MailPage)
    return page


def _write(window: Window, to: str) -> MailPage:
    page = _mail_page(window, 0)
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
    _mail_page(window, 0).compose.form.body.show_view(2)


def refused(window: Window) -> None:
    page = _write(window, "you@example.com, team@example.org")
    page.compose.send.click()


def scheduling(window: Window) -> None:
    page = _write(window, "you@example.com")
    page.compose.later.click()


def to_each(window: Window) -> None:
    from launcher.gui.mail.compose.batch_sheet import BatchSheet

    page = _write(window, "")
    page.compose.each.click()
    sheet = window.findChild(BatchSheet)
    assert sheet is not None
    lines = [f"person{number}@example.com" for number in range(1_000)]
    lines[3] = "somebody"
    sheet.list.setPlainText("\n".join(lines))
    wait(700)


def templates(window: Window) -> None:
    from launcher.gui.mail.compose.templates_sheet import TemplatesSheet

    page = _write(window, "you@example.com")
    TemplatesSheet(page.compose.templates, page.compose._client, window.background).open()


def all_addresses(window: Window) -> None:
    written(window)
    _mail_page(window, 0).compose.form.to.edit_all()


def retrying(window: Window) -> None:
    _mail_page(window, 1).outbox.show_mail(9)


def doubtful(window: Window) -> None:
    page = _mail_page(window, 1)
    page.outbox.show_mail(11)
    settle(window)
    page.outbox.detail.resend.click()


def recipients(window: Window) -> None:
    retrying(window)
    settle(window)
    _mail_page(window, 1).outbox.detail.show_part(1)


def misbehaving(window: Window) -> None:
    page = _mail_page(window, 2)
    settle(window)
    page.inbox.detail.show_part(1)


def files(window: Window) -> None:
    page = _mail_page(window, 2)
    settle(window)
    page.inbox.detail.show_part(2)


def releasing(window: Window) -> None:
    page = _mail_page(window, 2)
    settle(window)
    page.inbox.detail.release.click()


def filtered(window: Window) -> None:
    from launcher.gui.logs.page import LogsPage

    window.show_page(1)
    page = window.page(1)
    assert isinstance(page, LogsPage)
    page.bar.text.setText("/mail (11|12)/")
    page.view.reveal(1180)


def closing(window: Window) -> None:
    window.close()


def stuck() -> FakeSession:
    """Paused, in safe mode, the catcher misbehaves, and mail could be released."""
    from launcher.mail import Chaos

    session = lively()
    session.mail.paused = "The mail server refused the login (535): user name or password."
    session.mail.safe_mode = "me@example.org"
    session.mail.release_to = session.mail.server = "smtp.example.org:587"
    session.mail.misbehaves = Chaos("451", 3)
    return session


def away() -> FakeSession:
    """Django does not answer."""
    session = lively()
    session.mail.unavailable = "Django did not answer within 5 s."
    return session


def many() -> FakeSession:
    """A thousand templates' worth of fields: what lists look like when they are long."""
    from launcher.mail import Template, Words

    session = lively()
    session.mail.kept_templates = [
        Template(1, "Welcome", Words("Welcome, {{ name }}", "Dear {{ name }},\n"), ("name",)),
        Template(2, "Invoice for a customer with a long name", Words("Invoice", "…")),
    ]
    for number in range(1_000):
        session.mail.add("DELIVERED", f"Newsletter {number}")
    return session


def unkind() -> FakeSession:
    session = lively()
    session.mail.refuse = {"to": ["you@example is no address: a domain needs a dot."]}
    return session


def misset() -> FakeSession:
    """A file with wrong lines, and services that still run as before."""
    from launcher.live_settings import Waiting
    from launcher.settings import parse

    session = lively()
    text = (
        'pool = "eventlett"\nconcurrency = 5000\ntheme = "pink"\n'
        '[ports]\ndjango = 80000\namqp = "many"\n[mail]\nredirect_to = "me"\n'
    )
    session.settings.file._settings, session.settings.file._errors = parse(text)
    session.settings.waits = Waiting(("worker", "beat"), program=True)
    return session


def newcomer() -> FakeSession:
    """An empty home, everything just started."""
    from tests.unit.gui.fakes import FakeSession

    session = FakeSession()
    session.first_run = True
    return session


def beginning() -> FakeSession:
    """An empty home without RabbitMQ, nothing started."""
    session = embedded()
    session.first_run = True
    return session


def first_run_broken() -> FakeSession:
    """An empty home, a service that cannot start."""
    session = broken()
    session.first_run = True
    return session


def first_mail(window: Window) -> None:
    from launcher.gui.first_run.first_mail import Progress
    from launcher.gui.first_run.page import FirstRunPage
    from launcher.mail import Step

    page = window.page(4)
    assert isinstance(page, FirstRunPage)
    at = "2026-03-14T13:12:03.201Z"
    way = (("saved", 0), ("published", 12), ("received", 41), ("sending", 44), ("delivered", 96))
    steps = tuple(Step(event, at, ms) for event, ms in way)
    page._moved(Progress(steps, caught=1))


def starting_over(window: Window) -> None:
    window.show_start_over()


def about(window: Window) -> None:
    window.show_about()


def settings_end(window: Window) -> None:
    from PySide6.QtWidgets import QScrollArea

    window.show_page(3)
    wait(100)
    bar = window.page(3).findChildren(QScrollArea)[0].verticalScrollBar()
    bar.setValue(bar.maximum())


def half_started() -> FakeSession:
    """In the middle of Start all."""
    from launcher.core.state import ServiceState, ServiceStatus
    from tests.unit.gui.fakes import NOW, FakeSession, all_ready

    ready = all_ready()
    waits = {"worker": ("rabbitmq",), "beat": ("rabbitmq",), "flower": ("rabbitmq",)}
    statuses = {
        name: ServiceStatus(name, ServiceState.WAITING, wanted=True, waiting_on=on)
        for name, on in waits.items()
    }
    for name in ("rabbitmq", "django"):
        statuses[name] = ServiceStatus(
            name,
            ServiceState.STARTING,
            wanted=True,
            since=NOW - 1.4,
            alive=True,
            pid=5120,
            started_at=NOW - 1.4,
        )
    statuses |= {name: ready[name] for name in ("migrate", "catcher")}
    return FakeSession({name: statuses[name] for name in ready})


def two_workers() -> FakeSession:
    from launcher.settings import parse
    from tests.unit.gui.fakes import SPECS

    session = lively()
    session.moved = ()
    session.described["worker2"] = replace(SPECS["worker"], name="worker2", title="Worker 2")
    second = replace(session.statuses()["worker"], service="worker2", pid=5391)
    order = ["rabbitmq", "migrate", "django", "worker", "worker2", "beat", "flower", "catcher"]
    known = {**session.statuses(), "worker2": second}
    session._statuses = {name: known[name] for name in order}
    session.settings.file._settings, _ = parse("workers = 2\n")
    return session


def changing(name: str, text: str = "") -> Scene:
    """The sheet that changes a service, with something typed into its first field."""

    def scene(window: Window) -> None:
        from PySide6.QtWidgets import QLineEdit

        from launcher.core.facts import PortOwner
        from launcher.gui.services.change_popover import ChangePopover
        from launcher.gui.services.page import ServicesPage

        page = window.page(0)
        assert isinstance(page, ServicesPage)
        page._session.settings.would_restart = ("django", "worker")
        page._session.settings.taken = {8010: PortOwner(4312, "node.exe")}
        page.change(name)
        sheet = page.rows[name].findChildren(ChangePopover)[0]
        if text:
            field = sheet.findChildren(QLineEdit)[0]
            field.setText(text)
            field.textEdited.emit(text)
        elif name == "worker":
            sheet.pools["threads"].click()

    return scene


SCENES: tuple[tuple[str, Callable[[], FakeSession], Scene], ...] = (
    ("welcome", beginning, lambda window: None),
    ("welcome-broken", first_run_broken, lambda window: None),
    ("welcome-done", newcomer, first_mail),
    ("services", lively, lambda window: window.show_page(0)),
    ("services-failing", broken, lambda window: window.show_page(0)),
    ("services-embedded", embedded, lambda window: window.show_page(0)),
    ("services-starting", half_started, lambda window: window.show_page(0)),
    ("services-two", two_workers, lambda window: window.show_page(0)),
    ("services-port", lively, changing("django", "8020")),
    ("services-port-taken", lively, changing("django", "8010")),
    ("services-ports", lively, changing("rabbitmq")),
    ("services-pool", lively, changing("worker")),
    ("services-pool-two", two_workers, changing("worker2")),
    ("logs", lively, lambda window: window.show_page(1)),
    ("logs-filtered", lively, filtered),
    ("logs-empty", embedded, lambda window: window.show_page(1)),
    ("mail", lively, retrying),
    ("mail-many", many, mail_pane(1)),
    ("mail-stuck", stuck, mail_pane(1)),
    ("mail-away", away, mail_pane(1)),
    ("mail-doubtful", lively, doubtful),
    ("mail-recipients", lively, recipients),
    ("mail-compose", lively, mail_pane(0)),
    ("mail-compose-full", lively, written),
    ("mail-compose-preview", lively, previewed),
    ("mail-compose-addresses", lively, all_addresses),
    ("mail-refused", unkind, refused),
    ("mail-later", lively, scheduling),
    ("mail-each", lively, to_each),
    ("mail-templates", many, templates),
    ("mail-inbox", lively, mail_pane(2)),
    ("mail-inbox-chaos", stuck, misbehaving),
    ("mail-inbox-files", lively, files),
    ("mail-inbox-release", stuck, releasing),
    ("mail-inbox-empty", embedded, mail_pane(2)),
    ("mail-repeats", lively, mail_pane(3)),
    ("mail-repeats-empty", embedded, mail_pane(3)),
    ("mail-empty", embedded, mail_pane(1)),
    ("settings", lively, lambda window: window.show_page(3)),
    ("settings-end", lively, settings_end),
    ("settings-start-over", lively, starting_over),
    ("settings-about", lively, about),
    ("settings-wrong", misset, lambda window: window.show_page(3)),
    ("closing", lively, closing),
)


# -- what does not fit -------------------------------------------------------------------------


def misfits(window: QWidget) -> tuple[list[str], list[str], list[str]]:
    """Texts that are clipped, texts that are shortened on purpose, widgets that overlap."""
    from PySide6.QtWidgets import QAbstractButton, QLabel, QLineEdit, QPlainTextEdit, QWidget

    from launcher.gui.services.summary_button import SummaryButton
    from launcher.gui.widgets.chip import Chip
    from launcher.gui.widgets.text_line import TextLine

    kinds = (QLabel, QAbstractButton, QLineEdit, QPlainTextEdit)
    leaves = [
        one
        for one in window.findChildren(QWidget)
        if isinstance(one, kinds) and one.isVisible() and not one.visibleRegion().isEmpty()
    ]
    clipped, shortened = [], []
    for one in leaves:
        words = one.text() if isinstance(one, QLabel | QAbstractButton) else ""
        if not words:
            continue
        if isinstance(one, TextLine):
            (shortened if one.shortened else []).append(words)
            narrow = one.height() < one.fontMetrics().height()
        elif isinstance(one, QLabel) and one.wordWrap():
            narrow = one.heightForWidth(one.width()) > one.height() + 1
        elif isinstance(one, Chip | SummaryButton):
            (shortened if one.sizeHint().width() > one.width() else []).append(words)
            narrow = one.height() < one.fontMetrics().height()
        else:
            narrow = one.sizeHint().width() > one.width() or one.sizeHint().height() > one.height()
        if narrow or _cut(one, window):
            clipped.append(f"{type(one).__name__}: {words}")
    return clipped, shortened, _overlapping(leaves, window)


def _cut(one: QWidget, window: QWidget) -> bool:
    """Whether an ancestor that does not scroll shows only a part of the widget."""
    from PySide6.QtCore import QPoint, QRect
    from PySide6.QtWidgets import QAbstractScrollArea

    parent = one.parentWidget()
    while parent is not None and parent is not window.parentWidget():
        if isinstance(parent.parentWidget(), QAbstractScrollArea):
            return False
        if not parent.rect().contains(QRect(one.mapTo(parent, QPoint()), one.size())):
            return True
        parent = parent.parentWidget()
    return False


def _overlapping(leaves: list[QWidget], window: QWidget) -> list[str]:
    from PySide6.QtCore import QRect

    from launcher.gui.stop_overlay import StopOverlay

    overlay = window.findChild(StopOverlay)
    if overlay is not None and overlay.isVisible():
        leaves = [one for one in leaves if overlay.isAncestorOf(one)]
    seen = [(one, one.visibleRegion().boundingRect()) for one in leaves]
    boxes = [(one, QRect(one.mapTo(window, box.topLeft()), box.size())) for one, box in seen]
    return [
        f"{type(one).__name__} {one.accessibleName()!r} and {type(two).__name__} "
        f"{two.accessibleName()!r}"
        for number, (one, box) in enumerate(boxes)
        for two, other in boxes[number + 1 :]
        if box.intersects(other) and not one.isAncestorOf(two) and not two.isAncestorOf(one)
    ]


# -- taking them -------------------------------------------------------------------------------


def take(out: Path, size: tuple[int, int], font: str, only: str) -> dict[str, list[str]]:
    """Every scene in both themes, or those whose names begin with `only`."""
    from PySide6.QtGui import QFont

    from launcher.gui.main import make_application
    from launcher.gui.theme import Theme

    app = make_application()
    if font:
        app.setFont(QFont(font, app.font().pointSize()))
    theme = app.findChild(Theme)
    assert theme is not None
    report: dict[str, list[str]] = {"pictures": [], "clipped": [], "overlapping": []}
    shortened: set[str] = set()
    for name, make, scene in SCENES:
        if not name.startswith(only):
            continue
        for choice in ("light", "dark"):
            picture = out / f"{name}-{choice}.png"
            theme.choose("dark" if choice == "dark" else "light")
            clipped, short, overlapping = _one(make(), scene, size, picture)
            report["pictures"].append(str(picture))
            report["clipped"] += [f"{picture.stem}: {words}" for words in clipped]
            report["overlapping"] += [f"{picture.stem}: {words}" for words in overlapping]
            shortened |= {f"{name}: {words}" for words in short}
    return {**report, "shortened": sorted(shortened)}


def _one(
    session: FakeSession,
    scene: Scene,
    size: tuple[int, int],
    picture: Path,
) -> tuple[list[str], list[str], list[str]]:
    from PySide6.QtTest import QTest

    from launcher.gui.services.page import ServicesPage
    from launcher.gui.window import Window

    window = Window(session)
    window.resize(*size)
    window.show()
    page = window.page(0)
    assert isinstance(page, ServicesPage)
    loads = (0.2, 0.6, 2.4, 1.1, 4.8, 3.0, 6.2, 1.4, 0.8, 5.1, 7.0, 2.2)
    for number, row in enumerate(page.rows.values()):
        if session.statuses()[row.spec.name].pid is not None:
            for beat in range(39):
                share = loads[(beat * beat + 5 * number + beat // 7) % len(loads)]
                row.usage.line.add(share * (1 if row.spec.name == "worker" else 0.15))
                row.usage.memory_line.add(60 + beat // 6 + share / 4)
    scene(window)
    settle(window)
    found = photograph(window, picture)
    if session.quit_done is None:
        window.close()
    assert session.quit_done is not None
    session.quit_done()
    window.background.close()
    QTest.qWait(20)  # no loop runs here: what close and Background posted is delivered first
    window.deleteLater()
    return found


def photograph(window: Window, picture: Path) -> tuple[list[str], list[str], list[str]]:
    """The window with what stands before it; what does not fit in either."""
    from PySide6.QtGui import QColor, QPainter
    from PySide6.QtWidgets import QDialog

    from launcher.gui.widgets.popover import Popover

    popovers = [one for one in window.findChildren(Popover) if one.isVisible()]
    if popovers:
        return _with_popover(window, popovers[-1], picture)
    sheets = [one for one in window.findChildren(QDialog) if one.isVisible()]
    taken = window.grab()
    if not sheets:
        taken.save(str(picture))
        return misfits(window)
    painter = QPainter(taken)
    painter.fillRect(taken.rect(), QColor(0, 0, 0, 90))
    for sheet in sheets:
        x, y = (window.width() - sheet.width()) // 2, (window.height() - sheet.height()) // 2
        painter.drawPixmap(x, max(0, y), sheet.grab())
    painter.end()
    taken.save(str(picture))
    found = misfits(sheets[-1])
    for sheet in sheets:
        if sheet.width() > window.width() or sheet.height() > window.height():
            found[0].append(f"{type(sheet).__name__}: larger than the window")
        sheet.close()
    return found


def _with_popover(
    window: Window, popover: QWidget, picture: Path
) -> tuple[list[str], list[str], list[str]]:
    from PySide6.QtGui import QPainter

    taken = window.grab()
    painter = QPainter(taken)
    painter.drawPixmap(window.mapFromGlobal(popover.pos()), popover.grab())
    painter.end()
    taken.save(str(picture))
    found = misfits(popover)
    popover.close()
    return found


def settle(window: Window) -> None:
    """Until nothing is asked in the background any more, but for what is asked every second."""
    wait(600)
    quiet, until = 0, time.monotonic() + 5
    while quiet < 3 and time.monotonic() < until:
        wait(50)
        quiet = 0 if window.background._pool.activeThreadCount() else quiet + 1


def wait(milliseconds: int) -> None:
    from PySide6.QtTest import QTest

    until = time.monotonic() + milliseconds / 1_000
    while time.monotonic() < until:
        QTest.qWait(50)  # paints and timers run; in short turns, for it keeps the GIL meanwhile


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--size", default="1180x760")
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--only", default="", help="Scenes whose names begin so.")
    parser.add_argument("--font", default="", help="Another font than the system's.")
    asked = parser.parse_args()
    width, height = (int(part) for part in asked.size.split("x"))
    asked.out.mkdir(parents=True, exist_ok=True)
    screen = (round(width * asked.scale) + 200, round(height * asked.scale) + 200)
    with x_server(screen) as display:
        os.environ |= {"DISPLAY": display, "QT_QPA_PLATFORM": "xcb", "TZ": "UTC"}
        os.environ["QT_SCALE_FACTOR"] = f"{asked.scale:g}"
        report = take(asked.out, (width, height), asked.font, asked.only)
    print(json.dumps(report))
    return 1 if report["clipped"] or report["overlapping"] else 0


if __name__ == "__main__":
    sys.exit(main())
