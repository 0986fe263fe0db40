"""One service on the Services page: how it stands, why, what it uses, and its buttons."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from launcher.core.explain import Explanation, Tone, explain
from launcher.core.logs import Level
from launcher.core.spec import Link, ServiceSpec
from launcher.core.state import ServiceState, ServiceStatus
from launcher.gui import theme, tokens
from launcher.gui.services.error_badge import ErrorBadge
from launcher.gui.services.link_popover import LinkPopover
from launcher.gui.services.summary_button import SummaryButton
from launcher.gui.services.usage_cell import UsageCell
from launcher.gui.widgets.button import Button
from launcher.gui.widgets.state_mark import StateMark
from launcher.gui.widgets.text_line import TextLine
from launcher.gui.words import counted, uptime

if TYPE_CHECKING:
    from launcher.runtime.usage import Usage

_PROCESS_WIDTH = 76
_NARROW, _WIDE = 172, 240
"""The name's width; the wide one where the row has room."""
_ROOMY, _CRAMPED = 900, 700
"""Pixels of a row, at the usual size of text, from which there is room, and below which what a
service uses gives way to how it stands."""
_START_WORDS = {
    ServiceState.FAILED: "Try again",
    ServiceState.BACKOFF: "Try now",
    ServiceState.DONE: "Run again",
}
_TROUBLED = frozenset({ServiceState.FAILED, ServiceState.BACKOFF, ServiceState.UNHEALTHY})
_OPENABLE = frozenset({ServiceState.READY, ServiceState.EXTERNAL, ServiceState.UNHEALTHY})


class ServiceRow(QWidget):
    """Shows one ServiceStatus.

    Signals: `start_asked(str)`, `stop_asked(str)`, `restart_asked(str)` with the service's name;
    `log_asked(str, object)` name, and the lowest Level wanted; `link_asked(str, object)` a
    Link to open; `secret_asked(object)` a Link whose password is to be copied;
    `change_asked(str)` name: another port, or another pool.
    """

    start_asked = Signal(str)
    stop_asked = Signal(str)
    restart_asked = Signal(str)
    log_asked = Signal(str, object)
    link_asked = Signal(str, object)
    secret_asked = Signal(object)
    change_asked = Signal(str)

    def __init__(self, spec: ServiceSpec, changes: str = "", parent: QWidget | None = None) -> None:
        """`changes` is what of the service can be changed here, such as "port"; "" is nothing."""
        super().__init__(parent)
        self.spec = spec
        self._changes = changes
        self._shown: object = None
        self._running = False
        self.mark = StateMark()
        self.title = TextLine(spec.title, bold=True)
        self.address = TextLine("", "soft", tokens.SMALL)
        self.change = SummaryButton()
        self.headline = TextLine("", bold=True)
        self.sentence = _sentence_label()
        self.pid = TextLine("", "soft", tokens.SMALL, width=_PROCESS_WIDTH)
        self.uptime = TextLine("", "soft", tokens.SMALL, width=_PROCESS_WIDTH)
        self.usage = UsageCell()
        self.restarts = TextLine("", Tone.TROUBLE, tokens.SMALL, width=_PROCESS_WIDTH)
        self.errors = ErrorBadge(spec.title)
        self.open = Button("Open", name=f"Open {spec.title}", small=True)
        self.mend = Button("Change port", name=f"Change the port of {spec.title}", small=True)
        self.mend.set_kind("primary")
        self.start = Button("Start", name=f"Start {spec.title}", small=True)
        self.stop = Button("Stop", name=f"Stop {spec.title}", small=True)
        self.restart = Button(icon="restart", name=f"Restart {spec.title}", small=True)
        self.log = Button(icon="logs", name=f"Log of {spec.title}", small=True)
        self._lay_out()
        self._connect()
        self.show_spec(spec)

    def show_spec(self, spec: ServiceSpec) -> None:
        """Take in a description that has changed, such as another port."""
        self.spec = spec
        self._shown = None
        where = f"{spec.address}:{spec.port}" if spec.port is not None else spec.address
        parts = (spec.summary, where if where not in spec.summary else "")
        words = " · ".join(part for part in parts if part)
        self.address.say(words)
        self.change.say(words, f"{self.spec.title}: change the {self._changes}")
        self.address.setVisible(not self._changes)
        self.change.setVisible(bool(self._changes))

    def show_status(
        self, status: ServiceStatus, now: float, titles: Mapping[str, str], errors: int
    ) -> None:
        """Show how the service stands at `now`; called every second, touches what is new."""
        words = explain(self.spec, status, now, titles)
        running = status.pid is not None
        since = status.started_at if status.started_at is not None else status.since
        self.uptime.say(uptime(now - since) if running else "")
        shown = (words, status.state, status.pid, status.restarts, errors)
        if shown == self._shown:
            return
        self._shown = shown
        self.mark.set_tone(words.tone)
        self.headline.say(words.headline, words.tone)
        self._say_why(words, brief=status.degraded)
        self._running = running
        self._fit()
        self.uptime.setVisible(running)
        pid = f"pid {status.pid}" if running else ""
        self.pid.say(pid)
        self.uptime.setToolTip(pid)
        # Two lines where there is a choice, so that rows stay alike.
        self.pid.setVisible(running and not (status.restarts or errors))
        self._process.setVisible(running or bool(status.restarts or errors))
        if not running:
            self.usage.show_usage(None)
        self.restarts.say(counted(status.restarts, "restart") if status.restarts else "")
        self.restarts.setVisible(bool(status.restarts))
        self.errors.show_count(errors)
        self._offer(status, words)

    def show_usage(self, usage: Usage | None) -> None:
        """Show what the process tree uses; None when it could not be told."""
        self.usage.show_usage(usage)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """F2 on any of its buttons changes what can be changed, as in a list of files."""
        if event.key() == Qt.Key.Key_F2 and self._changes:
            self.change_asked.emit(self.spec.name)
        else:
            super().keyPressEvent(event)

    @property
    def controls(self) -> tuple[QWidget, ...]:
        """What takes the keyboard, from left to right, hidden ones too."""
        buttons = (self.mend, self.open, self.start, self.stop, self.restart, self.log)
        return (self.change, self.errors, *buttons)

    def take_keyboard(self) -> None:
        """Give the keyboard to its first control that can be used now."""
        usable = (one for one in self.controls if one.isVisible() and one.isEnabled())
        first = next(usable, None)
        if first is not None:
            first.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Share the room alike in all rows, so that columns align."""
        super().resizeEvent(event)
        self._fit()

    def minimumSizeHint(self) -> QSize:
        """Without what gives way."""
        hint = super().minimumSizeHint()
        given = self.usage.width() + tokens.GAP if self.usage.isVisible() else 0
        return QSize(hint.width() - given, hint.height())

    def changeEvent(self, event: QEvent) -> None:
        """Larger letters leave less of it."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange and hasattr(self, "_buttons"):
            self._fit()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the line that parts this row from the one above."""
        # Most paints are of a number in the row, and the line is not part of them.
        if self.y() > 1 and event.rect().top() == 0:
            painter = QPainter(self)
            painter.fillRect(QRectF(1, 0, self.width() - 2, 1), QColor(theme.colours().line))
            painter.end()

    def _fit(self) -> None:
        room = self.width() / theme.zoom()
        name = (_NARROW if room < _ROOMY else _WIDE) * theme.zoom()
        if room < _CRAMPED:
            name = min(name, max(_NARROW, self.width() * 0.3))
        self._name.setFixedWidth(round(name))
        # As wide as the most that a service which runs offers.
        offered = (self.open, self.stop, self.restart, self.log)
        self._buttons.setMinimumWidth(
            sum(button.sizeHint().width() + tokens.TIGHT for button in offered) - tokens.TIGHT
        )
        self._process.setFixedWidth(round(_PROCESS_WIDTH * theme.zoom()))
        self.usage.setVisible(self._running and room >= _CRAMPED)

    def _say_why(self, words: Explanation, *, brief: bool) -> None:
        """The whole reason; `brief` where the window tells it above the page as well."""
        why = words.sentence
        if words.tone in (Tone.FAILED, Tone.TROUBLE) and words.remedy:
            why = f"{why} {words.remedy}".strip()
        first = words.sentence.partition(". ")[0].partition(": ")[0]
        self.sentence.setText(first if brief else why)
        self.sentence.setVisible(bool(why))
        self.sentence.setToolTip(words.remedy)
        told = ", ".join(part for part in (self.spec.title, words.headline, why) if part)
        self.setAccessibleName(told)

    def _offer(self, status: ServiceStatus, words: Explanation) -> None:
        # Of the window, and while the row is seen: a hidden row remembers a focus that it has lost.
        focused = self.window().focusWidget() if self.isVisible() else None
        self.start.setVisible(words.can_start)
        wants_change = bool(status.problem and status.problem.mend == self._changes != "")
        self.mend.setVisible(status.state is ServiceState.FAILED and wants_change)
        self.start.setText(_START_WORDS.get(status.state, "Start"))
        mends = status.state in _TROUBLED and self.mend.isHidden()
        self.start.set_kind("primary" if mends else "plain")
        self.restart.set_kind("primary" if mends else "plain")
        self.start.updateGeometry()
        self.stop.setVisible(words.can_stop and not words.can_start)
        self.restart.setVisible(words.can_restart)
        self.open.setVisible(bool(self.spec.links) and status.state in _OPENABLE)
        if focused in (self.start, self.stop, self.restart) and not focused.isVisible():
            other = self.stop if self.stop.isVisible() else self.start
            (other if other.isVisible() else self.log).setFocus()

    @property
    def _has_menu(self) -> bool:
        return len(self.spec.links) > 1 or any(link.secret for link in self.spec.links)

    def _open(self) -> None:
        if not self._has_menu:
            self.link_asked.emit(self.spec.name, self.spec.links[0])
            return
        popover = LinkPopover(self.spec.links, self)
        popover.open_asked.connect(self._open_link)
        popover.secret_asked.connect(self.secret_asked)
        popover.open_below(self.open)

    def _open_link(self, link: Link) -> None:
        self.link_asked.emit(self.spec.name, link)

    def _connect(self) -> None:
        name = self.spec.name
        self.start.clicked.connect(lambda: self.start_asked.emit(name))
        self.stop.clicked.connect(lambda: self.stop_asked.emit(name))
        self.restart.clicked.connect(lambda: self.restart_asked.emit(name))
        self.log.clicked.connect(lambda: self.log_asked.emit(name, Level.DEBUG))
        self.mend.clicked.connect(lambda: self.change_asked.emit(name))
        self.change.clicked.connect(lambda: self.change_asked.emit(name))
        self.errors.clicked.connect(lambda: self.log_asked.emit(name, Level.ERROR))
        self.open.clicked.connect(self._open)

    def _lay_out(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(tokens.WIDE, tokens.TIGHT, tokens.GAP, tokens.TIGHT)
        row.setSpacing(tokens.GAP)
        row.addWidget(self.mark)
        self._name = _column(self.title, self.address, self.change)
        row.addWidget(self._name)
        row.addWidget(_column(self.headline, self.sentence), 1)
        self._process = _column(self.uptime, self.pid, self.restarts, self.errors)
        row.addWidget(self._process)
        row.addWidget(self.usage)
        self._buttons = QWidget()
        line = QHBoxLayout(self._buttons)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(tokens.TIGHT)
        line.addStretch()
        for button in (self.mend, self.open, self.start, self.stop, self.restart, self.log):
            line.addWidget(button)
        row.addWidget(self._buttons)
        self.setMinimumHeight(tokens.ROW_HEIGHT)


def _column(*widgets: QWidget) -> QWidget:
    box = QWidget()
    column = QVBoxLayout(box)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(1)
    column.addStretch()
    for widget in widgets:
        column.addWidget(widget)
    column.addStretch()
    return box


def _sentence_label() -> QLabel:
    label = QLabel()
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    label.setFont(theme.font(tokens.SMALL))
    label.setForegroundRole(label.palette().ColorRole.Dark)
    return label
