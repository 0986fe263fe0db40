"""The Logs page: chooses what is shown and pulls new lines in batches while it is seen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from PySide6.QtCore import QElapsedTimer, QTimer, QUrl
from PySide6.QtGui import QAction, QDesktopServices, QHideEvent, QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QLineEdit, QMenu, QVBoxLayout, QWidget

from launcher.core.logs import Level
from launcher.core.state import ServiceStatus
from launcher.gui import tokens
from launcher.gui.logs.line_filter import FilterError, LineFilter
from launcher.gui.logs.line_index import LineIndex
from launcher.gui.logs.log_view import LogView
from launcher.gui.page import Page
from launcher.gui.session import Session
from launcher.gui.widgets.button import Button
from launcher.gui.widgets.card import Card
from launcher.gui.widgets.empty_state import EmptyState
from launcher.gui.widgets.flow_layout import FlowLayout
from launcher.gui.widgets.page_header import PageHeader
from launcher.gui.widgets.segment import Segment
from launcher.gui.widgets.text_line import TextLine
from launcher.gui.words import counted

PULL_MS = 80
CHUNK = 500
"""Lines that are read between two looks at the clock."""
BUDGET_MS = 8
"""How long one turn may read; the rest waits for the next, so that the window stays alive."""

OWN = "launcher"
"""The service that the program's own lines stand under."""

_LEVELS = {
    Level.DEBUG: "All levels",
    Level.INFO: "Info and up",
    Level.WARNING: "Warnings and errors",
    Level.ERROR: "Errors",
}


class LogsPage(Page):
    """Filter, follow, find errors. Reads only while it is seen."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._index = LineIndex(session.logs)
        self._wanted = LineFilter()
        self._titles: dict[str, str] = {}
        self._searching: int | None = None
        self._wrapped = False
        self.view = LogView(self._index)
        self.header = PageHeader("Logs")
        self.folder = Button("Open folder", icon="folder", name="Open the folder of the log files")
        self.follow = Button("Pause", icon="pause", name="Pause or follow the newest lines")
        self.level = Button(_LEVELS[Level.DEBUG], name="Lowest level shown", menu=True)
        self.text = QLineEdit()
        self.matches = TextLine("", "soft")
        self.next_error = Button("Next error", icon="next", name="Go to the next error (F8)")
        self.empty = EmptyState("No lines yet", "Start a service, and what it says appears here.")
        self._services = QButtonGroup(self)
        self._segments: dict[str | None, Segment] = {}
        self._lay_out()
        self._connect()
        self._show_services()

    def show_statuses(self, statuses: Mapping[str, ServiceStatus]) -> None:
        """The services may be called otherwise now."""
        del statuses  # only names are shown here, and the session knows them
        self._show_services()

    def show_service(self, service: str, level: Level) -> None:
        """Show one service from a level up, as another page asks."""
        self._segments[service].setChecked(True)
        self.text.clear()
        self._want(LineFilter(service, level))

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

    def _want(self, wanted: LineFilter) -> None:
        self.level.setText(_LEVELS[wanted.level])
        self.level.updateGeometry()
        if wanted == self._wanted:
            return
        self._wanted = wanted
        self._searching = None
        self._index.set_filter(wanted)
        self.view.begin_anew()
        self._pull()

    def _text_changed(self, text: str) -> None:
        try:
            wanted = replace(self._wanted, text=text)
        except FilterError as error:
            self._mark_text(str(error))
            return
        self._mark_text("")
        self._want(wanted)

    def _mark_text(self, wrong: str) -> None:
        self.text.setToolTip(wrong or _TEXT_TIP)
        if bool(wrong) != bool(self.text.property("refused")):
            self.text.setProperty("refused", bool(wrong))
            self.text.style().polish(self.text)

    # -- pulling -------------------------------------------------------------------------------

    def _pull(self) -> None:
        spent = QElapsedTimer()
        spent.start()
        rows, dropped, more = len(self._index), 0, True
        while more and spent.elapsed() < BUDGET_MS:
            step = self._index.advance(CHUNK)
            dropped, more = dropped + step.dropped, step.more
        if dropped or len(self._index) != rows:
            self.view.rows_changed(dropped)
        while self._searching is not None and spent.elapsed() < BUDGET_MS:
            self._search_on(self._searching)
        self._say(more=more)
        self._timer.setInterval(0 if more or self._searching is not None else PULL_MS)

    def _say(self, *, more: bool) -> None:
        session, wanted = self._session, self._wanted
        service = wanted.service
        name = "all services" if service is None else self._titles[service]
        chosen = list(self._titles) if service is None else [service]
        errors = sum(session.logs.errors(one) for one in chosen)
        held = session.logs.end - session.logs.begin
        parts = [name, counted(held, "line"), counted(errors, "error")]
        self.header.summary.say(" · ".join(parts))
        rows = len(self._index)
        if self._searching is not None:
            self.matches.say("looking for errors…")
        elif wanted.wants_all:
            self.matches.say("")
        else:
            self.matches.say(counted(rows, "match", "matches") + ("…" if more else ""))
        filtered = not wanted.wants_all and held > 0
        heading = "No line matches" if filtered else "No lines yet"
        hint = "Choose another service, level or text." if filtered else _EMPTY
        self.empty.say(heading, hint)
        self.empty.setVisible(not rows and not more)
        self.view.setVisible(bool(rows) or more)
        self.next_error.setEnabled(bool(rows))

    def _find_error(self) -> None:
        self._wrapped = False
        self._searching = self.view.reading_position + 1
        self._pull()

    def _search_on(self, start: int) -> None:
        step = self._index.search(start, Level.ERROR, CHUNK)
        self._searching = step.go_on
        if step.found is not None:
            self.view.reveal(step.found)
        elif step.go_on is None and not self._wrapped:
            self._wrapped = True
            self._searching = self._session.logs.begin
        elif step.go_on is None:
            self.notice_raised.emit("There is no error among these lines.")

    # -- inside --------------------------------------------------------------------------------

    def _show_services(self) -> None:
        titles = {name: spec.title for name, spec in self._session.specs().items()}
        self._titles = {**titles, OWN: "Launcher"}
        self.view.set_services(self._titles)
        for name, title in self._titles.items():
            if name not in self._segments:
                self._add_segment(name, title)

    def _add_segment(self, name: str | None, title: str) -> None:
        segment = Segment(title)
        segment.clicked.connect(lambda: self._want(replace(self._wanted, service=name)))
        self._services.addButton(segment)
        self._segments[name] = segment
        self._flow.addWidget(segment)

    def _follow_changed(self, follow: bool) -> None:  # noqa: FBT001 - a signal's payload
        self.follow.setText("Pause" if follow else "Follow")
        self.follow.set_icon("pause" if follow else "follow")
        self.follow.updateGeometry()

    def _open_folder(self) -> None:
        folder = str(self._session.logs.folder)
        if not QDesktopServices.openUrl(QUrl.fromLocalFile(folder)):
            self.notice_raised.emit(f"No file manager was found. The logs are in {folder}.")

    def _connect(self) -> None:
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._pull)
        self.text.textChanged.connect(self._text_changed)
        self.follow.clicked.connect(lambda: self.view.set_follow(not self.view.follow))
        self.view.follow_changed.connect(self._follow_changed)
        self.view.copy_cut.connect(
            lambda count: self.notice_raised.emit(
                f"Only the first {count:,} lines were copied. The log folder has all of them."
            )
        )
        self.next_error.clicked.connect(self._find_error)
        self.folder.clicked.connect(self._open_folder)
        for keys, act in (
            (QKeySequence(QKeySequence.StandardKey.Find), self.text.setFocus),
            (QKeySequence("F8"), self._find_error),
        ):
            QShortcut(keys, self).activated.connect(act)

    def _level_menu(self) -> QMenu:
        menu = QMenu(self)
        for level, words in _LEVELS.items():
            action = QAction(words, menu)
            action.triggered.connect(
                lambda _checked=False, level=level: self._want(replace(self._wanted, level=level))
            )
            menu.addAction(action)
        return menu

    def _lay_out(self) -> None:
        self.text.setPlaceholderText("Filter: text or /regular expression/")
        self.text.setAccessibleName("Filter by text")
        self.text.setToolTip(_TEXT_TIP)
        self.text.setClearButtonEnabled(True)
        self.level.setMenu(self._level_menu())
        self.header.add(self.folder)
        self.header.add(self.follow)
        services = QWidget()
        self._flow = FlowLayout(services)
        self._add_segment(None, "All")
        self._segments[None].setChecked(True)
        tools = QHBoxLayout()
        tools.setSpacing(tokens.TIGHT + 2)
        tools.addWidget(self.level)
        tools.addWidget(self.text, 1)
        tools.addWidget(self.matches)
        tools.addWidget(self.next_error)
        card = Card()
        inside = QVBoxLayout(card)
        inside.setContentsMargins(1, 4, 1, 4)
        inside.addWidget(self.view)
        inside.addWidget(self.empty)
        page = QVBoxLayout(self)
        page.setContentsMargins(tokens.PAGE, tokens.PAGE - 4, tokens.PAGE, tokens.PAGE - 4)
        page.setSpacing(tokens.GAP)
        page.addWidget(self.header)
        page.addWidget(services)
        page.addLayout(tools)
        page.addWidget(card, 1)


_TEXT_TIP = "Text as it is, or a regular expression between slashes (Ctrl+F)"
_EMPTY = "Start a service, and what it says appears here."
