"""The choice of the exchange's kind, and what that kind does in one sentence."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtWidgets import QButtonGroup, QVBoxLayout, QWidget

from launcher.core.lab_words import EXCHANGE_WORDS
from launcher.core.matching import ExchangeKind
from launcher.gui import tokens
from launcher.gui.lab.desk import LabDesk
from launcher.gui.lab.sentence import Sentence
from launcher.gui.widgets.flow_layout import FlowLayout
from launcher.gui.widgets.segment import Segment

_KINDS = (
    ExchangeKind.TOPIC,
    ExchangeKind.DIRECT,
    ExchangeKind.FANOUT,
    ExchangeKind.HEADERS,
    ExchangeKind.DEFAULT,
)


class ExchangeBar(QWidget):
    """One segment a kind."""

    def __init__(self, desk: LabDesk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self.kinds = {kind: Segment(kind.value.capitalize()) for kind in _KINDS}
        self.words = Sentence()
        group = QButtonGroup(self)
        row = QWidget()
        flow = FlowLayout(row, tokens.TIGHT)
        for number, (kind, segment) in enumerate(self.kinds.items()):
            segment.setAccessibleName(f"{kind.value.capitalize()} exchange")
            group.addButton(segment, number)
            flow.addWidget(segment)
        group.idClicked.connect(self._choose)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(tokens.TIGHT)
        column.addWidget(row)
        column.addWidget(self.words)
        desk.lab_changed.connect(self.show_lab)
        self.show_lab()

    def show_lab(self) -> None:
        """Mark the kind of the lab."""
        kind = self._desk.lab.exchange
        self.kinds[kind].setChecked(True)
        self.words.say(EXCHANGE_WORDS[kind])

    def _choose(self, index: int) -> None:
        self._desk.change(replace(self._desk.lab, exchange=_KINDS[index]))
