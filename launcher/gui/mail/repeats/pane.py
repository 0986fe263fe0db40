"""The mails that are sent again and again."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QFrame, QScrollArea, QStackedLayout, QVBoxLayout, QWidget

from launcher.gui import tokens
from launcher.gui.background import Background
from launcher.gui.mail.confirm import Confirm
from launcher.gui.mail.live_pane import LivePane
from launcher.gui.mail.repeats.repeat_row import RepeatRow
from launcher.gui.widgets.empty_state import EmptyState
from launcher.mail import MailClient, Repeat

POLL_MS = 3_000


class RepeatsPane(LivePane):
    """A row each; they are few."""

    def __init__(self, client: MailClient, background: Background) -> None:
        super().__init__()
        self._client = client
        self._background = background
        self._looking = False
        self._shown: tuple[Repeat, ...] | None = None
        self.rows: list[RepeatRow] = []
        self.empty = EmptyState("Looking…", "They appear as soon as Django answers.")
        self._timer = QTimer(self)
        self._timer.setInterval(POLL_MS)
        self._timer.timeout.connect(self.look)
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.viewport().setAutoFillBackground(False)
        self._stack = QStackedLayout(self)
        self._stack.addWidget(self.empty)
        self._stack.addWidget(self._scroll)

    def look(self) -> None:
        """Ask which there are; one question at a time."""
        if not self._looking:
            self._looking = True
            self._background.run(self, self._client.repeats, self._show, self._failed)

    def begin(self) -> None:
        """Look now and every few seconds."""
        self.look()
        self._timer.start()

    def end(self) -> None:
        """Stop looking."""
        self._timer.stop()

    def _show(self, repeats: tuple[Repeat, ...]) -> None:
        self._looking = False
        self.unavailable.emit("")
        self.empty.say("Nothing repeats", _EMPTY)
        self._stack.setCurrentIndex(1 if repeats else 0)
        if repeats == self._shown:
            return
        self._shown = repeats
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(tokens.TIGHT)
        self.rows = [RepeatRow(repeat) for repeat in repeats]
        for row in self.rows:
            row.switch_asked.connect(self._switch)
            row.delete_asked.connect(self._ask_delete)
            column.addWidget(row)
        column.addStretch()
        self._scroll.setWidget(body)

    def _failed(self, error: Exception) -> None:
        self._looking = False
        self.empty.say("Nothing known yet", "Repeats appear as soon as Django is ready.")
        self.unavailable.emit(str(error))

    def _switch(self, repeat: Repeat) -> None:
        self._do(lambda: self._client.switch_repeat(repeat, enabled=not repeat.enabled))

    def _ask_delete(self, repeat: Repeat) -> None:
        subject = repeat.draft.subject or "(no subject)"
        words = f"“{subject}” is never sent again by itself. What was sent stays in the outbox."
        Confirm(
            self,
            "Delete this repeat?",
            words,
            "Delete",
            lambda: self._do(lambda: self._client.delete_repeat(repeat.id)),
        ).open()

    def _do(self, work: Callable[[], object]) -> None:
        self._background.run(
            self,
            work,
            lambda _done: self.look(),
            lambda error: self.notice_raised.emit(str(error)),
        )


_EMPTY = "Write a mail and choose Later… to have it sent every day, week or by a schedule."
