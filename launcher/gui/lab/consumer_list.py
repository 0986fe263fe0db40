"""The consumers of the lab, one card each."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from launcher.core.lab import LabConsumer, Settle
from launcher.core.lab_error import LabError
from launcher.core.lab_events import Delivered
from launcher.gui import tokens
from launcher.gui.lab.consumer_card import ConsumerCard
from launcher.gui.lab.desk import LabDesk
from launcher.gui.lab.queue_table import free_name
from launcher.gui.lab.sentence import Sentence
from launcher.gui.widgets.button import Button
from launcher.gui.widgets.text_line import TextLine

_NONE = (
    "Nobody consumes: messages wait. Two consumers of one queue compete, each message goes to one; "
    "two queues hear the same message twice."
)


class ConsumerList(QWidget):
    """Cards, and a button for one more."""

    def __init__(self, desk: LabDesk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self.add = Button("Add", name="Add a consumer", small=True)
        self.error = Sentence(wrong=True)
        self.empty = Sentence(_NONE)
        self.cards: list[ConsumerCard] = []
        self._cards = QVBoxLayout()
        self._cards.setSpacing(tokens.TIGHT)
        head = QHBoxLayout()
        head.setSpacing(tokens.TIGHT)
        head.addWidget(TextLine("Consumers", bold=True), 1)
        head.addWidget(self.add)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(tokens.TIGHT)
        column.addLayout(head)
        column.addWidget(self.empty)
        column.addLayout(self._cards)
        column.addWidget(self.error)
        self.add.clicked.connect(self._add)
        desk.lab_changed.connect(self.show_consumers)
        desk.hands_changed.connect(self.show_consumers)
        self.show_consumers()

    def show_consumers(self) -> None:
        """Show every consumer of the lab."""
        desk, lab = self._desk, self._desk.lab
        while len(self.cards) < len(lab.consumers):
            self._cards.addWidget(self._make_card(len(self.cards)))
        queues = tuple(queue.name for queue in lab.queues)
        for card, consumer in zip(self.cards, lab.consumers, strict=False):
            held = desk.hands.get(consumer.name)
            card.show_consumer(consumer, queues, held, desk.last.get(consumer.name))
            card.show()
        for card in self.cards[len(lab.consumers) :]:
            card.hide()
        self.empty.setVisible(not lab.consumers)
        self.add.setEnabled(bool(queues))

    def _make_card(self, number: int) -> ConsumerCard:
        card = ConsumerCard()
        self.cards.append(card)
        card.changed.connect(lambda consumer: self._put(number, consumer))
        card.start_asked.connect(lambda: self._desk.consume(self._desk.lab.consumers[number]))
        card.kill_asked.connect(lambda: self._desk.kill(self._desk.lab.consumers[number].name))
        card.remove_asked.connect(lambda: self._put(number, None))
        card.settled.connect(self._settle)
        return card

    def _settle(self, message: Delivered, how: Settle) -> None:
        self._desk.settle(message, how)

    def _put(self, number: int, consumer: LabConsumer | None) -> None:
        lab = self._desk.lab
        kept = () if consumer is None else (consumer,)
        after = (*lab.consumers[:number], *kept, *lab.consumers[number + 1 :])
        self._desk.change(replace(lab, consumers=after))

    def _add(self) -> None:
        lab = self._desk.lab
        name = free_name("consumer", [each.name for each in lab.consumers])
        try:
            added = LabConsumer(name, lab.queues[0].name)
            self._desk.change(replace(lab, consumers=(*lab.consumers, added)))
        except LabError as error:
            self.error.say(f"{error.words} {error.remedy}")
            return
        self.error.say("")
        if self._desk.open:
            self._desk.consume(added)
