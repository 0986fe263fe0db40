"""What the window's actions do, and what else the palette finds: services, the page, mails."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QUrl
from PySide6.QtGui import QAction, QDesktopServices, QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget

from launcher.core.explain import explain
from launcher.core.logs import Level
from launcher.gui.actions.registry import Action, Actions, shown_keys
from launcher.gui.actions.table import TABLE, Place
from launcher.gui.page import Page
from launcher.gui.session import Session
from launcher.gui.text_size import TextSize

if TYPE_CHECKING:
    from launcher.gui.mail.page import MailPage
    from launcher.gui.window import Window

MAILS = 200
"""So many of the mails that the outbox holds are found by their subjects."""


def offer(window: Window, session: Session) -> Actions:
    """Bind the keys of the whole window; what they do is what pages and buttons do."""
    actions = Actions(window)
    size = TextSize(session, window.background, window)
    size.refused.connect(window.notice.say)

    def open_path(path: Path) -> None:
        if not QDesktopServices.openUrl(QUrl.fromLocalFile(str(path))):
            window.notice.say(f"Nothing was found to open it with. It is {path}.")

    def some_run() -> bool:
        return any(one.alive or one.wanted for one in session.statuses().values())

    def some_rest() -> bool:
        return not all(one.wanted for one in session.statuses().values())

    def open_palette() -> None:
        from launcher.gui.actions.palette import Palette  # noqa: PLC0415 - when first asked

        Palette([*found(window, session, actions)], window).open_over(window)

    def open_shortcuts() -> None:
        from launcher.gui.actions.shortcuts_sheet import ShortcutsSheet  # noqa: PLC0415 - the same

        ShortcutsSheet(window).open()

    actions.add("palette", open_palette, lambda: not window.closing)
    actions.add("shortcuts", open_shortcuts)
    for index, page in enumerate(
        ("services", "logs", "mail", "tasks", "flow", "lab", "learn", "settings")
    ):
        actions.add(f"page.{page}", partial(window.show_page, index))
    actions.add("services.start", session.start_all, lambda: not window.closing and some_rest())
    actions.add("services.stop", session.stop_all, lambda: not window.closing and some_run())
    actions.add("mail.new", window.write_mail)
    actions.add("text.larger", size.larger)
    actions.add("text.smaller", size.smaller)
    actions.add("text.normal", size.normal)
    actions.add("mail.servers", window.show_mail_servers)
    actions.add("start_over", window.show_start_over)
    actions.add("diagnostics", window.show_diagnostics)
    actions.add("about", window.show_about)
    actions.add("settings.file", lambda: open_path(session.settings.file.path))
    actions.add("logs.folder", lambda: open_path(session.logs.folder))
    actions.add("quit", window.quit)
    return actions


def found(window: Window, session: Session, actions: Actions) -> Iterator[Action]:
    """All that the palette lists now, the most general first."""
    yield from (action for action in actions if action.name != "palette")
    yield from _of_services(window, session)
    page = window.stack.currentWidget()
    if isinstance(page, Page):
        yield from _of_page(page)
    yield from _of_mails(window)


def _of_services(window: Window, session: Session) -> Iterator[Action]:
    now, statuses = session.now(), session.statuses()
    for name, spec in session.specs().items():
        if name not in statuses:  # a worker that was added a moment ago
            continue
        words = explain(spec, statuses[name], now)
        for can, verb, call in (
            (words.can_start, "Start", session.start),
            (words.can_stop, "Stop", session.stop),
            (words.can_restart, "Restart", session.restart),
        ):
            if can:
                yield Action(f"{verb} {name}", f"{verb} {spec.title}", partial(call, name))
        yield Action(
            f"log {name}",
            f"Show the log of {spec.title}",
            partial(window.show_log, name, Level.DEBUG),
        )


def _of_page(page: Page) -> Iterator[Action]:
    """What the shown page binds itself; its own keys do it."""
    bound: dict[str, QShortcut | QAction] = {}
    for shortcut in page.findChildren(QShortcut):
        owner = shortcut.parent()
        if isinstance(owner, QWidget) and owner.isVisible():
            bound[_text(shortcut.key())] = shortcut
    for one in page.actions():
        bound.update({_text(keys): one for keys in one.shortcuts()})
    for entry in TABLE:
        if entry.place in (Place.EVERYWHERE, Place.OUTSIDE_LOGS, Place.ELSEWHERE):
            continue
        key = bound.get(entry.keys[0])
        if key is not None:
            call = key.trigger if isinstance(key, QAction) else key.activated.emit
            yield Action(entry.name, entry.words, call, shown_keys(entry))


def _of_mails(window: Window) -> Sequence[Action]:
    from launcher.gui.window import MAIL  # noqa: PLC0415 - the window imports this module

    if MAIL not in window.open_pages:
        return ()
    from launcher.gui.mail.page import MailPage  # noqa: PLC0415 - only once it is there

    page = window.page(MAIL)
    if not isinstance(page, MailPage):
        return ()
    model = page.outbox.list.model
    entries = [model.entry(row) for row in range(min(model.rowCount(), MAILS))]
    return [
        Action(
            f"mail {entry.id}",
            f"Mail: {entry.title} · {entry.subtitle}",
            partial(_show_mail, window, page, entry.id),
        )
        for entry in entries
    ]


def _show_mail(window: Window, page: MailPage, mail_id: int) -> None:
    from launcher.gui.window import MAIL  # noqa: PLC0415 - the window imports this module

    window.show_page(MAIL)
    page.show_in_outbox(mail_id)


def _text(keys: QKeySequence) -> str:
    return keys.toString(QKeySequence.SequenceFormat.PortableText)
