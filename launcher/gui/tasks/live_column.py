"""A pane of cards below one another, brought up to date as long as it is seen."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QFrame, QScrollArea, QStackedLayout, QVBoxLayout, QWidget

from launcher.gui import tokens
from launcher.gui.mail.live_pane import LivePane
from launcher.gui.session import Session
from launcher.gui.tasks.watching import Watching
from launcher.gui.widgets.empty_state import EmptyState

LOOK_MS = 500


class LiveColumn(LivePane):
    """Cards, or what is said when there is none. A subclass fills `column` in `look`."""

    def __init__(self, session: Session, heading: str, sentence: str) -> None:
        super().__init__()
        self._session = session
        self._watching = Watching(session)
        self.empty = EmptyState(heading, sentence)
        self.column = QVBoxLayout()
        self.column.setContentsMargins(0, 0, tokens.TIGHT, 0)
        self.column.setSpacing(tokens.GAP)
        inner = QWidget()
        around = QVBoxLayout(inner)
        around.setContentsMargins(0, 0, 0, 0)
        around.addLayout(self.column)
        around.addStretch()
        self.area = QScrollArea()
        self.area.setWidget(inner)
        self.area.setWidgetResizable(True)
        self.area.setFrameShape(QFrame.Shape.NoFrame)
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._stack = QStackedLayout(self)
        self._stack.addWidget(self.empty)
        self._stack.addWidget(self.area)
        self._timer = QTimer(self)
        self._timer.setInterval(LOOK_MS)
        self._timer.timeout.connect(self.look)

    def begin(self) -> None:
        """Look now and twice a second; have workers asked meanwhile."""
        self._watching.begin()
        self.look()
        self._timer.start()

    def end(self) -> None:
        """Stop looking."""
        self._watching.end()
        self._timer.stop()

    def _show(self, *, any_there: bool) -> None:
        self._stack.setCurrentWidget(self.area if any_there else self.empty)
