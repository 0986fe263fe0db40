"""What the window shows when it met an error of its own: the trace, and two ways to go on."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QColor, QGuiApplication, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPlainTextEdit, QVBoxLayout, QWidget

from launcher.core.explain import Tone
from launcher.gui import theme, tokens
from launcher.gui.widgets.button import Button
from launcher.gui.widgets.card import Card
from launcher.gui.widgets.state_mark import StateMark
from launcher.gui.widgets.text_line import TextLine

_WORDS = (
    "Services and mails go on. Restart the window to have it whole again; what you wrote is kept. "
    "The same words stand in the launcher's log."
)


class CrashPage(QWidget):
    """Covers the window it belongs to.

    Signals: `restart_asked()` the window is to be built anew.
    """

    restart_asked = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._window = parent
        self.heading = TextLine(
            "The window met an error of its own", scale=tokens.HEADING, bold=True
        )
        self.words = QLabel(_WORDS)
        self.words.setTextFormat(Qt.TextFormat.PlainText)
        self.words.setWordWrap(True)
        self.words.setFont(theme.font())
        self.trace = QPlainTextEdit()
        self.trace.setProperty("look", "code")
        self.trace.setReadOnly(True)
        self.trace.setTabChangesFocus(True)
        self.trace.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.trace.setFont(theme.mono_font())
        self.trace.setAccessibleName("What was met")
        self.status = TextLine("", "soft", tokens.SMALL)
        self.copy = Button("Copy", name="Copy what was met")
        self.go_on = Button("Go on", name="Go on with this window")
        self.restart = Button("Restart window", kind="primary")
        self.copy.clicked.connect(self._copy)
        self.go_on.clicked.connect(self.hide)
        self.restart.clicked.connect(self.restart_asked)
        self._traces: dict[str, int] = {}
        self._lay_out()
        parent.installEventFilter(self)
        self.hide()

    def say(self, trace: str, count: int) -> None:
        """Show what was met, below what was met before it."""
        self._traces[trace] = count
        self.trace.setPlainText("\n\n".join(self._traces))
        times = sum(self._traces.values())
        self.status.say(f"met {times:,} times" if times > 1 else "")
        self.setAccessibleName(f"{self.heading.text()}. {trace.splitlines()[-1]}")
        if not self.isVisible():
            self.resize(self._window.size())
            self.show()
            self.raise_()
            self.restart.setFocus()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay as large as the window."""
        if event.type() == QEvent.Type.Resize and self.isVisible():
            self.resize(self._window.size())
        return super().eventFilter(watched, event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Dim what lies below."""
        veil = QColor(theme.colours().window)
        veil.setAlpha(225)
        painter = QPainter(self)
        painter.fillRect(self.rect(), veil)
        painter.end()

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.trace.toPlainText())
        self.status.say("Copied.")

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(tokens.GAP)
        head.addWidget(StateMark(Tone.FAILED))
        head.addWidget(self.heading, 1)
        foot = QHBoxLayout()
        foot.setSpacing(tokens.TIGHT + 2)
        foot.addWidget(self.status, 1)
        for button in (self.copy, self.go_on, self.restart):
            foot.addWidget(button)
        card = Card()
        card.setMaximumWidth(820)
        column = QVBoxLayout(card)
        column.setContentsMargins(tokens.PAGE, tokens.PAGE - 4, tokens.PAGE, tokens.PAGE - 4)
        column.setSpacing(tokens.GAP)
        column.addLayout(head)
        column.addWidget(self.words)
        column.addWidget(self.trace, 1)
        column.addLayout(foot)
        outer = QHBoxLayout(self)
        outer.setContentsMargins(tokens.PAGE * 2, tokens.PAGE * 2, tokens.PAGE * 2, tokens.PAGE * 2)
        outer.addStretch(1)
        outer.addWidget(card, 20)
        outer.addStretch(1)
