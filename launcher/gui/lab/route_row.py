"""One queue among those that a message may reach: the guess, the forecast, what RabbitMQ did."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from launcher.core.explain import Tone
from launcher.core.lab_prediction import Route
from launcher.gui import tokens
from launcher.gui.lab.sentence import Sentence
from launcher.gui.lab.word_strip import WordStrip
from launcher.gui.widgets.segment import Segment
from launcher.gui.widgets.state_mark import StateMark
from launcher.gui.widgets.text_line import TextLine

_NAME_WIDTH = 130
_STRIPS = 3
"""Bindings that are shown word by word; the sentence counts all."""


class RouteRow(QWidget):
    """Shows one Route.

    Signals: `guessed(bool)`.
    """

    guessed = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.guess = Segment("My guess", small=True)
        self.guess.toggled.connect(self.guessed)
        self.mark = StateMark()
        self.name = TextLine("", bold=True, width=_NAME_WIDTH)
        self.verdict = TextLine("", width=_NAME_WIDTH)
        self.why = Sentence()
        self.strips = [WordStrip() for _ in range(_STRIPS)]
        line = QHBoxLayout()
        line.setSpacing(tokens.GAP)
        line.addWidget(self.guess)
        line.addWidget(self.mark)
        line.addWidget(self.name)
        line.addWidget(self.verdict)
        line.addWidget(self.why, 1)
        line.addStretch()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, tokens.HAIR, 0, tokens.HAIR)
        column.setSpacing(tokens.HAIR)
        column.addLayout(line)
        for strip in self.strips:
            strip.hide()
            column.addWidget(strip)

    def show_route(self, route: Route, *, got: bool | None, hidden: bool, guessing: bool) -> None:
        """`got` is what RabbitMQ did, None before it is known; `hidden` keeps the forecast."""
        self.name.say(route.queue)
        self.guess.setVisible(guessing)
        self.guess.setAccessibleName(f"I guess that {route.queue} gets it")
        self._say_verdict(route, got=got, hidden=hidden)
        self.why.say("" if hidden else route.why)
        # First those that match, so that the reason is among them.
        answers = sorted(route.answers, key=lambda answer: not answer[1].matches)
        for strip, (_, match) in zip(self.strips, answers, strict=False):
            strip.show_match(match)
            strip.setVisible(bool(match.parts) and not hidden)
        for strip in self.strips[len(answers) :]:
            strip.hide()

    def _say_verdict(self, route: Route, *, got: bool | None, hidden: bool) -> None:
        if got is not None:
            self.mark.set_tone(Tone.DONE if got else Tone.OFF)
            surprise = got is not route.arrives
            words = "got it" if got else "did not get it"
            self.verdict.say(
                f"{words}, against the rule" if surprise else words,
                Tone.FAILED if surprise else Tone.READY if got else "soft",
            )
        elif hidden:
            self.mark.set_tone(Tone.WAITING)
            self.verdict.say("?", "soft")
        else:
            self.mark.set_tone(Tone.READY if route.arrives else Tone.OFF)
            self.verdict.say(
                "gets it" if route.arrives else "does not", Tone.READY if route.arrives else "soft"
            )
