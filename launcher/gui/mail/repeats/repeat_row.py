"""One mail that is sent again and again: its rule, its next time, pause and delete."""

from __future__ import annotations

from datetime import UTC, datetime

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from launcher.core.explain import Tone
from launcher.gui import tokens
from launcher.gui.mail.compose.when import moment, until
from launcher.gui.mail.words import addressees
from launcher.gui.widgets.button import Button
from launcher.gui.widgets.card import Card
from launcher.gui.widgets.state_mark import StateMark
from launcher.gui.widgets.text_line import TextLine
from launcher.mail import Repeat


class RepeatRow(Card):
    """Shows one Repeat.

    Signals: `switch_asked(object)`, `delete_asked(object)` with the Repeat.
    """

    switch_asked = Signal(object)
    delete_asked = Signal(object)

    def __init__(self, repeat: Repeat, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        subject = repeat.draft.subject or "(no subject)"
        title = TextLine(subject, bold=True)
        rule = TextLine(f"{repeat.words} ({repeat.time_zone})", "soft")
        to = TextLine(f"to {addressees(repeat.draft.to)} · {_next(repeat)}", "soft", tokens.SMALL)
        self.switch = Button(
            "Pause" if repeat.enabled else "Go on",
            name=f"{'Pause' if repeat.enabled else 'Go on with'} {subject}",
            small=True,
        )
        self.delete = Button(icon="trash", name=f"Delete {subject}, {repeat.words}", small=True)
        self.switch.clicked.connect(lambda: self.switch_asked.emit(repeat))
        self.delete.clicked.connect(lambda: self.delete_asked.emit(repeat))
        self.setAccessibleName(f"{subject}, {repeat.words}, {_next(repeat)}")
        words = QVBoxLayout()
        words.setSpacing(2)
        for line in (title, rule, to):
            words.addWidget(line)
        row = QHBoxLayout(self)
        row.setContentsMargins(tokens.WIDE, tokens.GAP, tokens.GAP, tokens.GAP)
        row.setSpacing(tokens.GAP)
        row.addWidget(StateMark(Tone.WAITING if repeat.enabled else Tone.OFF))
        row.addLayout(words, 1)
        row.addWidget(self.switch)
        row.addWidget(self.delete)


def _next(repeat: Repeat) -> str:
    last = f"last {moment(repeat.last_at)}" if repeat.last_at else "not sent yet"
    if not repeat.enabled:
        return f"paused · {last}"
    if not repeat.next_at:
        return f"never again · {last}"
    return f"next {moment(repeat.next_at)}, {until(repeat.next_at, datetime.now(UTC))} · {last}"
