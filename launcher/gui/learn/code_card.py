"""The code of this project that a lesson shows: each place is opened by a click."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from launcher.core.explain import Tone
from launcher.core.lessons import CodePlace
from launcher.gui import tokens
from launcher.gui.learn.paragraph import Paragraph
from launcher.gui.widgets.card import Card
from launcher.gui.widgets.text_link import TextLink


class CodeCard(Card):
    """Lists places.

    Signals: `asked(object)` a CodePlace is to be shown.
    """

    asked = Signal(object)

    def __init__(self, places: tuple[CodePlace, ...], parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self.links: list[TextLink] = []
        column = QVBoxLayout(self)
        column.setContentsMargins(tokens.WIDE, tokens.GAP, tokens.WIDE, tokens.GAP)
        column.setSpacing(2)
        column.addWidget(Paragraph("In this project's code", bold=True))
        for place in places:
            link = TextLink("", Tone.WORKING)
            link.say(f"{place.path} · {place.symbol}", f"Show {place.symbol} of {place.path}")
            link.clicked.connect(partial(self.asked.emit, place))
            self.links.append(link)
            column.addSpacing(tokens.HAIR)
            column.addWidget(link)
            column.addWidget(Paragraph(place.words, small=True))
