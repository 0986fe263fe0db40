"""The Logs page: chooses what is shown and pulls new lines in batches while it is seen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from PySide6.QtCore import QElapsedTimer, QPoint, QTimer, QUrl, Signal
from PySide6.QtGui import QDesktopServices, QHideEvent, QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import QMenu, QVBoxLayout, QWidget

from launcher.core.logs import Level
from launcher.core.state import ServiceStatus
from launcher.gui import tokens
from launcher.gui.background import Background
from launcher.gui.logs.error_search import ErrorSearch
from launcher.gui.logs.export_strip import ExportStrip
from launcher.gui.logs.find_bar import FindBar
from launcher.gui.logs.line_filter import FilterError, LineFilter
from launcher.gui.logs.line_index import LineIndex
from launcher.gui.logs.line_menu import LineMenu
from launcher.gui.logs.log_view import LogView
from launcher.gui.logs.mail_lines import lines_of, mail_in
from launcher.gui.logs.matches import Matches
from launcher.gui.logs.service_bar import ServiceBar
from launcher.gui.logs.view_options import ViewOptions
from launcher.gui.page import Page
from launcher.gui.session import Session
from launcher.gui.widgets.button import Button
from launcher.gui.widgets.card import Card
from launcher.gui.widgets.empty_state import EmptyState
from launcher.gui.widgets.page_header import PageHeader
from launcher.gui.words import counted

PULL_MS = 80
CHUNK = 500
"""Lines that are read between two looks at the clock."""
BUDGET_MS = 8
"""How long one turn may read; the rest waits for the next, so that the window stays alive."""

OWN = "launcher"
"""The service that the program's own lines stand under."""


class LogsPage(Page):
    """Filter, follow, find. Reads only while it is seen.

    Signals, beside those of Page: `mail_asked(int)` show this mail.
    """

    mail_asked = Signal(int)

    def __init__(
        self, session: Session, background: Background, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._index = LineIndex(session.logs)
        self._matches = Matches(session.logs, self._index)
        self._titles: dict[str, str] = {}
        self._mail: int | None = None
        self.view = LogView(self._index)
        self.errors = ErrorSearch(session.logs, self._index)
        self.header = PageHeader("Logs")
        self.mail = Button(icon="mail", name="Show the mail that the line speaks of (Ctrl+M)")
        self.export = Button("Export", icon="export", name="Write lines to a file", menu=True)
        self.folder = Button("Open folder", icon="folder", name="Open the folder of the log files")
        self.follow = Button("Pause", icon="pause", name="Pause or follow the newest lines (Alt+F)")
        self.options = ViewOptions(self.view, self)
        self.services = ServiceBar()
        self.bar = FindBar()
        self.exporting = ExportStrip(session.logs, background)
        self.menu = LineMenu(self.view, self)
        self.empty = EmptyState("No lines yet", _EMPTY)
        self._timer = QTimer(self)
        self._lay_out()
        self._connect()
        self._show_services()

    def show_statuses(self, statuses: Mapping[str, ServiceStatus]) -> None:
        """The services may be called otherwise now."""
        del statuses  # only names are shown here, and the session knows them
        self._show_services()

    def show_service(self, service: str, level: Level) -> None:
        """Show one service from a level up, as another page asks."""
        self.view.set_follow(True)
        self._put_text("")
        self._want(LineFilter(service, level))

    def show_text(self, text: str) -> None:
        """Show the lines of all services that match, such as those of a task by its id."""
        self.view.set_follow(True)
        self.bar.only.setChecked(True)
        self._put_text(text)
        self._want(LineFilter(text=text))
        self.view.setFocus()

    def show_mail_lines(self, mail_id: int) -> None:
        """Show what was logged about a mail; a button leads back to it."""
        self.show_text(lines_of(mail_id))
        self._name_mail("")

    def showEvent(self, event: QShowEvent) -> None:
        """Begin to pull."""
        super().showEvent(event)
        self._pull()
        self._timer.start(PULL_MS)

    def hideEvent(self, event: QHideEvent) -> None:
        """Stop pulling; the index goes on where it stopped."""
        super().hideEvent(event)
        self._timer.stop()

    # -- what is wanted ------------------------------------------------------------------------

    @property
    def _wanted(self) -> LineFilter:
        return self._matches.wanted

    def _want(self, wanted: LineFilter) -> None:
        self.bar.choose_level(wanted.level)
        self.services.choose(wanted.service)
        if wanted != self._wanted:
            self._look_for(wanted)

    def _look_for(self, wanted: LineFilter) -> None:
        place = None if self.view.follow else self.view.reading_position
        self.errors.cancel()
        self._matches.look_for(wanted, only=self.bar.only.isChecked())
        self.view.highlight(wanted)
        self.view.begin_anew(place)
        self._pull()

    def _put_text(self, text: str) -> None:
        self.bar.text.blockSignals(True)  # noqa: FBT003 - Qt's own
        self.bar.text.setText(text)
        self.bar.text.blockSignals(False)  # noqa: FBT003 - Qt's own
        self.bar.refuse("")

    def _text_changed(self, text: str) -> None:
        try:
            wanted = replace(self._wanted, text=text)
        except FilterError as error:
            self.bar.refuse(str(error))
            return
        self.bar.refuse("")
        self._want(wanted)
        self._name_mail("")

    def _show_around(self) -> None:
        """All lines, the chosen one in its place; what was looked for stays marked."""
        self.view.set_follow(False)
        self.bar.only.setChecked(False)
        self._want(LineFilter(text=self._wanted.text))

    # -- pulling -------------------------------------------------------------------------------

    def _pull(self) -> None:
        spent = QElapsedTimer()
        spent.start()
        rows, dropped = len(self._index), 0
        while True:
            step = self._index.advance(CHUNK)
            dropped += step.dropped
            if not step.more or spent.elapsed() >= BUDGET_MS:
                break
        if dropped or len(self._index) != rows or self.view.on_its_way:
            self.view.rows_changed(dropped)
        while (counting := self._matches.advance(CHUNK)) and spent.elapsed() < BUDGET_MS:
            pass
        while self.errors.busy:
            self.errors.go_on(CHUNK)
            if spent.elapsed() >= BUDGET_MS:
                break
        more = step.more or counting
        self._say(more=more)
        self._timer.setInterval(0 if more or self.errors.busy else PULL_MS)

    def _say(self, *, more: bool) -> None:
        session, wanted = self._session, self._wanted
        service = wanted.service
        name = "all services" if service is None else self._titles[service]
        chosen = list(self._titles) if service is None else [service]
        errors = sum(session.logs.errors(one) for one in chosen)
        held = session.logs.end - session.logs.begin
        parts = [name, counted(held, "line"), counted(errors, "error")]
        self.header.summary.say(" · ".join(parts))
        rows, hits = len(self._index), len(self._matches)
        words = counted(hits, "match", "matches") + ("…" if more else "")
        if self.errors.busy:
            words = "looking for errors…"
        any_match = bool(wanted.text and hits)
        self.bar.say_matches("" if wanted.wants_all else words, any_match=any_match)
        filtered = not wanted.wants_all and held > 0
        heading = "No line matches" if filtered else "No lines yet"
        self.empty.say(heading, _NO_MATCH if filtered else _EMPTY)
        self.empty.setVisible(not rows and not more)
        self.view.setVisible(bool(rows) or more)
        for button in (self.bar.next_error, self.bar.previous_error):
            button.setEnabled(bool(rows))
        self._say_follow()

    def _say_follow(self) -> None:
        follow, waiting = self.view.follow, self.view.waiting
        words = "Pause" if follow else f"Follow ({waiting:,} new)" if waiting else "Follow"
        if words != self.follow.text():
            self.follow.setText(words)
            self.follow.set_icon("pause" if follow else "follow")
            self.follow.updateGeometry()

    # -- finding -------------------------------------------------------------------------------

    def _find_match(self, back: bool) -> None:  # noqa: FBT001 - a signal's payload
        chosen = self.view.selection.cursor is not None
        found = self._matches.beside(self.view.reading_position, back=back, beyond=chosen)
        if found is not None:
            self.view.reveal(found)

    def _find_error(self, back: bool) -> None:  # noqa: FBT001 - a signal's payload
        chosen = self.view.selection.cursor is not None
        self.errors.begin(self.view.reading_position, back=back, beyond=chosen)
        self._pull()

    def _name_mail(self, line: str) -> None:
        """Offer the way to the mail that the line, or what is looked for, speaks of."""
        looked_for = self._wanted.text.replace("[ -]", "-").strip("/").replace("\\b", " ")
        self._mail = mail_in(line) or mail_in(looked_for)
        self.mail.setVisible(self._mail is not None)
        if self._mail is not None:
            self.mail.setText(f"Mail {self._mail}")
            self.mail.updateGeometry()

    def _ask_mail(self) -> None:
        if self._mail is not None:
            self.mail_asked.emit(self._mail)

    def _open_menu(self, place: QPoint) -> None:
        service, title = None, "all services" if self._wanted.service else ""
        cursor = self.view.selection.cursor
        records = [] if cursor is None else self._session.logs.read(cursor, 1)[0]
        if records and self._wanted.service is None:
            service = records[0].service
            title = self._titles.get(service, service)
        self.menu.open_at(
            place,
            filtered=not self._index.filter.wants_all,
            service=(service, title),
            mail=mail_in(records[0].text) if records else None,
        )

    # -- files ---------------------------------------------------------------------------------

    def _open_folder(self) -> None:
        folder = str(self._session.logs.folder)
        if not QDesktopServices.openUrl(QUrl.fromLocalFile(folder)):
            self.notice_raised.emit(f"No file manager was found. The logs are in {folder}.")

    # -- inside --------------------------------------------------------------------------------

    def _show_services(self) -> None:
        titles = {name: spec.title for name, spec in self._session.specs().items()}
        self._titles = {**titles, OWN: "Launcher"}
        self.view.set_services(self._titles)
        self.services.show_services(self._titles)

    def _connect(self) -> None:
        bar, view = self.bar, self.view
        self._timer.timeout.connect(self._pull)
        bar.text.textChanged.connect(self._text_changed)
        bar.text.lines_asked.connect(view.setFocus)
        bar.only.toggled.connect(lambda _on: self._look_for(self._wanted))
        bar.match_asked.connect(self._find_match)
        bar.error_asked.connect(self._find_error)
        bar.level_chosen.connect(lambda level: self._want(replace(self._wanted, level=level)))
        self.services.chosen.connect(lambda one: self._want(replace(self._wanted, service=one)))
        self.errors.found.connect(view.reveal)
        self.errors.missed.connect(
            lambda: self.notice_raised.emit("There is no error among these lines.")
        )
        self.follow.clicked.connect(lambda: view.set_follow(not view.follow))
        view.follow_changed.connect(lambda _follow: self._say_follow())
        view.line_chosen.connect(self._name_mail)
        view.menu_asked.connect(self._open_menu)
        view.copy_cut.connect(
            lambda count: self.notice_raised.emit(
                f"Only the first {count:,} lines were copied. Export takes all of them."
            )
        )
        self.menu.around_asked.connect(self._show_around)
        self.menu.text_asked.connect(bar.text.setText)
        self.menu.service_asked.connect(lambda one: self._want(replace(self._wanted, service=one)))
        self.menu.mail_asked.connect(self.mail_asked)
        self.mail.clicked.connect(self._ask_mail)
        self.folder.clicked.connect(self._open_folder)
        self.exporting.said.connect(self.notice_raised)
        self._bind_keys()

    def _bind_keys(self) -> None:
        bar = self.bar
        for key, act in (
            (QKeySequence(QKeySequence.StandardKey.Find), self._focus_text),
            ("F3", bar.next_match.click),
            ("Shift+F3", bar.previous_match.click),
            ("F8", bar.next_error.click),
            ("Shift+F8", bar.previous_error.click),
            ("Alt+F", self.follow.click),
            ("Ctrl+M", self._ask_mail),
        ):
            QShortcut(QKeySequence(key), self).activated.connect(act)

    def _focus_text(self) -> None:
        self.bar.text.setFocus()
        self.bar.text.selectAll()

    def _lay_out(self) -> None:
        exports = QMenu(self)
        shown = exports.addAction("Lines shown now…")
        shown.triggered.connect(lambda: self.exporting.ask(self._index.filter))
        everything = exports.addAction("All lines in memory…")
        everything.triggered.connect(lambda: self.exporting.ask(LineFilter()))
        self.export.setMenu(exports)
        for button in (self.mail, self.export, self.folder, self.follow, self.options):
            self.header.add(button)
        self.mail.hide()
        card = Card()
        inside = QVBoxLayout(card)
        inside.setContentsMargins(1, 4, 1, 4)
        inside.addWidget(self.view)
        inside.addWidget(self.empty)
        page = QVBoxLayout(self)
        page.setContentsMargins(tokens.PAGE, tokens.PAGE - 4, tokens.PAGE, tokens.PAGE - 4)
        page.setSpacing(tokens.GAP)
        for widget in (self.header, self.services, self.bar, self.exporting):
            page.addWidget(widget)
        page.addWidget(card, 1)


_EMPTY = "Start a service, and what it says appears here."
_NO_MATCH = "Choose another service, level or text."
