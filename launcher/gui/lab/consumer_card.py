"""One consumer: what it consumes and how, what it holds, and what becomes of that."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from launcher.core.explain import Tone
from launcher.core.lab import AckMode, LabConsumer, Settle
from launcher.core.lab_events import Delivered
from launcher.core.lab_words import shown_message
from launcher.gui import tokens
from launcher.gui.smtp.menu_choice import MenuChoice
from launcher.gui.widgets.button import Button
from launcher.gui.widgets.card import Card
from launcher.gui.widgets.state_mark import StateMark
from launcher.gui.widgets.text_line import TextLine

SHOWN = 4
"""Messages in hand that have buttons; the rest are counted."""
_PREFETCH = (1, 2, 5, 10, 0)


class HeldLine(QWidget):
    """One message in hand.

    Signals: `settled(object, object)` a Delivered and a Settle.
    """

    settled = Signal(object, object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._message: Delivered | None = None
        self.words = TextLine("", scale=tokens.SMALL)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(tokens.HAIR)
        row.addWidget(self.words, 1)
        self.buttons: dict[Settle, Button] = {}
        for how, text in (
            (Settle.ACK, "Ack"),
            (Settle.REQUEUE, "Requeue"),
            (Settle.REJECT, "Reject"),
        ):
            button = Button(text, small=True)
            button.clicked.connect(partial(self._settle, how))
            self.buttons[how] = button
            row.addWidget(button)

    def show_message(self, message: Delivered) -> None:
        """Show another one."""
        self._message = message
        self.words.say(shown_message(message))
        for how, button in self.buttons.items():
            name = f"{how.value} #{message.number} in the hands of {message.consumer}"
            button.setAccessibleName(name.capitalize())

    def _settle(self, how: Settle) -> None:
        if self._message is not None:
            self.settled.emit(self._message, how)


class ConsumerCard(Card):
    """Shows one LabConsumer.

    Signals: `changed(object)` another LabConsumer in its place; `start_asked()`, `kill_asked()`,
    `remove_asked()`; `settled(object, object)` a Delivered and a Settle.
    """

    changed = Signal(object)
    start_asked = Signal()
    kill_asked = Signal()
    remove_asked = Signal()
    settled = Signal(object, object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("code", parent)
        self._consumer: LabConsumer | None = None
        self._queues: list[str] = []
        self._settling: Settle | None = None
        """What was done last to a message, while the keyboard waits for the next one."""
        self.mark = StateMark(Tone.OFF)
        self.name = TextLine("", bold=True)
        self.queue = MenuChoice("Queue")
        self.ack = MenuChoice("Acknowledgement")
        self.prefetch = MenuChoice("Prefetch")
        self.start = Button("Start", small=True)
        self.kill = Button("Let it die", small=True)
        self.remove = Button(icon="trash", name="Remove the consumer", small=True)
        self.lines = [HeldLine() for _ in range(SHOWN)]
        self.more = TextLine("", "soft", tokens.SMALL)
        self._connect()
        self._lay_out()

    def show_consumer(
        self,
        consumer: LabConsumer,
        queues: tuple[str, ...],
        held: list[Delivered] | None,
        last: Delivered | None,
    ) -> None:
        """`held` is None while it does not consume; `last` is what it was handed last."""
        # While it is seen: a hidden card remembers a focus that it has lost.
        focused = self.window().focusWidget() if self.isVisible() else None
        self._show_choices(consumer, queues)
        lives = held is not None
        self.mark.set_tone(Tone.READY if lives else Tone.OFF)
        self.name.say(consumer.name)
        self.start.setVisible(not lives)
        self.kill.setVisible(lives)
        for button, verb in (
            (self.start, "Start"),
            (self.kill, "Let die"),
            (self.remove, "Remove"),
        ):
            button.setAccessibleName(f"{verb} {consumer.name}")
        shown = (held or [])[:SHOWN]
        for line, message in zip(self.lines, shown, strict=False):
            line.show_message(message)
            line.show()
        for line in self.lines[len(shown) :]:
            line.hide()
        self.more.say(_more(consumer, held, last))
        self._keep_focus(focused, lives=lives)

    def _keep_focus(self, focused: QWidget | None, *, lives: bool) -> None:
        """Where a button goes that has the keyboard, stay beside it, and never on another deed.

        Who settles one message after the other finds the same button at the next one.
        """
        if focused is None or not self.isAncestorOf(focused):
            self._settling = None
            return
        of_line: dict[QWidget, Settle] = {
            each: how for line in self.lines for how, each in line.buttons.items()
        }
        how = of_line.get(focused) or (self._settling if focused is self.queue else None)
        self._settling = how
        if how is not None and lives:
            line = next((line for line in self.lines if line.isVisible()), None)
            if line is None:
                self.queue.setFocus()
            elif not (focused in of_line and focused.isVisible()):
                line.buttons[how].setFocus()
        elif not focused.isVisible():
            (self.queue if lives else self.start).setFocus()

    def _show_choices(self, consumer: LabConsumer, queues: tuple[str, ...]) -> None:
        if consumer == self._consumer and [*queues] == self._queues:
            return
        self._consumer, self._queues = consumer, [*queues]
        self.queue.offer([(name, name) for name in queues], consumer.queue)
        self.ack.offer([(each.value, f"ack {each.value}") for each in AckMode], consumer.ack.value)
        counts = sorted({*_PREFETCH, consumer.prefetch})
        self.prefetch.offer(
            [(str(n), f"prefetch {n}" if n else "no limit") for n in counts], str(consumer.prefetch)
        )
        self.prefetch.setVisible(consumer.ack is AckMode.BY_HAND)

    def _change(self, **fields: object) -> None:
        if self._consumer is not None:
            self.changed.emit(replace(self._consumer, **fields))  # type: ignore[arg-type]

    def _connect(self) -> None:
        self.queue.chosen.connect(lambda name: self._change(queue=name))
        self.ack.chosen.connect(lambda value: self._change(ack=AckMode(value)))
        self.prefetch.chosen.connect(lambda value: self._change(prefetch=int(value)))
        self.start.clicked.connect(self.start_asked)
        self.kill.clicked.connect(self.kill_asked)
        self.remove.clicked.connect(self.remove_asked)
        self.kill.setToolTip("Cut its connection, as a kill of its process does")
        for line in self.lines:
            line.settled.connect(self.settled)
            line.hide()

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(tokens.TIGHT)
        head.addWidget(self.mark)
        head.addWidget(self.name, 1)
        for widget in (self.queue, self.ack, self.prefetch, self.start, self.kill, self.remove):
            head.addWidget(widget)
        column = QVBoxLayout(self)
        column.setContentsMargins(tokens.GAP, tokens.TIGHT, tokens.GAP, tokens.TIGHT)
        column.setSpacing(tokens.HAIR)
        column.addLayout(head)
        for line in self.lines:
            column.addWidget(line)
        column.addWidget(self.more)


def _more(consumer: LabConsumer, held: list[Delivered] | None, last: Delivered | None) -> str:
    if held is None:
        return "Does not consume."
    if len(held) > SHOWN:
        return f"and {len(held) - SHOWN} more in its hands"
    if held:
        full = consumer.prefetch and len(held) >= consumer.prefetch
        return "Gets no further one until it settles one of these." if full else ""
    if last is not None:
        return f"Nothing in hand. The last was {shown_message(last)}"
    return "Waits for a message."
