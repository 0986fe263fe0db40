"""Keeps a list live and reads it on as it is scrolled, page by page and never as a whole.

A look asks for the newest page and for the stretch that is seen. What lies between, and all that
was never scrolled to, is not asked for: a million mails cost what a hundred do.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass

from PySide6.QtCore import QObject, QTimer, Signal

from launcher.gui.background import Background
from launcher.gui.mail.lists.entry_list import EntryList
from launcher.gui.mail.words import Entry
from launcher.mail import Page

POLL_MS = 1_000
PAGE = 100

Fetch = Callable[[int | None, int], Page[Entry]]


@dataclass(frozen=True, slots=True)
class Question:
    """What a look asks: `fetch` a page below a cursor, and the `rest` beside the list.

    Both are called on another thread; `rest` is given the ids of the newest page. An answer to a
    question with another `about` than the present one is dropped.
    """

    about: Hashable
    fetch: Fetch
    rest: Callable[[tuple[int, ...]], object]


@dataclass(frozen=True, slots=True)
class _Answer:
    question: Question
    head: Page[Entry]
    after: int | None
    seen: Page[Entry] | None
    rest: object


class Pager(QObject):
    """Feeds one EntryList.

    Signals: `looked(object)` after a look, with what the question's `rest` gave; `failed(object)`
    the exception that a look ended with.
    """

    looked = Signal(object)
    failed = Signal(object)

    def __init__(
        self, shown: EntryList, background: Background, question: Callable[[], Question]
    ) -> None:
        super().__init__(shown)
        self._list = shown
        self._background = background
        self._question = question
        self._about: Hashable = None
        self._looking = False
        self._again = False
        self._reading = False
        self._complete = False
        self._anew = True
        self._timer = QTimer(self)
        self._timer.setInterval(POLL_MS)
        self._timer.timeout.connect(self.look)
        shown.end_near.connect(self.read_on)
        shown.top_asked.connect(self.restart)

    @property
    def looking(self) -> bool:
        """Whether a look is under way."""
        return self._looking

    @property
    def active(self) -> bool:
        """Whether it looks every second."""
        return self._timer.isActive()

    def begin(self) -> None:
        """Look now and every second."""
        self.look()
        self._timer.start()

    def end(self) -> None:
        """Stop looking."""
        self._timer.stop()

    def restart(self) -> None:
        """Look anew from the newest one on, as for another question."""
        self._anew = True
        self.look()

    def look(self) -> None:
        """Ask how things stand; a look that is under way is followed by another."""
        if self._looking:
            self._again = True
            return
        self._looking = True
        question = self._question()
        if question.about != self._about:
            self._about, self._anew = question.about, True
        after, count = self._seen()
        self._background.run(
            self, lambda: _look(question, after, count), self._take, self._not_taken
        )

    def read_on(self) -> None:
        """Read the next page below what is known."""
        model = self._list.model
        if self._reading or self._complete or self._anew or not model.rowCount():
            return
        self._reading = True
        question = self._question()
        after = model.entry(model.rowCount() - 1).id

        def done(page: Page[Entry]) -> None:
            self._reading = False
            if question.about == self._about and not self._anew:
                self._put(page, after)

        def failed(error: Exception) -> None:
            self._reading = False
            self.failed.emit(error)

        self._background.run(self, lambda: question.fetch(after, PAGE), done, failed)

    def _seen(self) -> tuple[int | None, int]:
        """The cursor and length of what is seen below the newest page; length 0 for nothing."""
        first, count = self._list.stretch()
        model = self._list.model
        if self._anew or first + count <= PAGE or not 0 < first < model.rowCount():
            return None, 0
        return model.entry(first - 1).id, min(count, PAGE)

    def _take(self, answer: _Answer) -> None:
        self._looking = False
        if answer.question.about == self._question().about:
            self._merge(answer)
            self.looked.emit(answer.rest)
        else:
            self._again = True
        self._look_again()

    def _merge(self, answer: _Answer) -> None:
        head = answer.head
        if self._anew:
            self._anew = False
            self._complete = head.next is None
            self._list.restart(head.results)
            return
        if self._torn(head):
            # More new ones than a page holds: what is between is not known.
            if self._list.at_top:
                self._complete = False
                self._list.restart(head.results)
                return
            self._list.newer.show()
        else:
            self._list.newer.hide()
            self._put(head, None)
        if answer.seen is not None:
            self._put(answer.seen, answer.after)

    def _put(self, page: Page[Entry], after: int | None) -> None:
        last = page.next is None
        self._complete = self._complete or last
        self._list.take(page.results, after, last=last)

    def _torn(self, head: Page[Entry]) -> bool:
        model = self._list.model
        if head.next is None or not head.results:
            return False
        # Of a list that was empty nothing below the page is known either.
        return not model.rowCount() or head.results[-1].id > model.entry(0).id

    def _not_taken(self, error: Exception) -> None:
        self._looking = False
        self.failed.emit(error)
        self._look_again()

    def _look_again(self) -> None:
        if self._again:
            self._again = False
            self.look()


def _look(question: Question, after: int | None, count: int) -> _Answer:
    head = question.fetch(None, PAGE)
    seen = question.fetch(after, count) if count else None
    rest = question.rest(tuple(entry.id for entry in head.results))
    return _Answer(question, head, after, seen, rest)
