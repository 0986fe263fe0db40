"""Group commit: what many threads ask for at the same moment is carried out at once.

One of the threads leads: it carries out what has gathered, its own request first. Whoever asks
meanwhile waits, and the first of those leads the next group. So there is no thread to start, to
stop or to lose: who asks alone does its own work, at once, on its own database connection; and
what was answered has been carried out.
"""

import threading
from collections import deque
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

Asked = TypeVar("Asked")
Answer = TypeVar("Answer")


class _Place(Generic[Asked, Answer]):
    """One request in the line; *called* when it is answered, or when it is its turn to lead."""

    def __init__(self, asked: Asked) -> None:
        self.asked = asked
        self.called = threading.Lock()  # the cheapest to wait at, under a green pool too
        self.called.acquire()
        self.answer: Answer | Exception | None = None


class Grouping(Generic[Asked, Answer]):
    """Hands the requests of many threads to *carry_out*, in their order, *largest* at most at once.

    *carry_out* returns an answer for each request. An exception among the answers is raised where
    that request was made; one that *carry_out* raises, at every request of its group. *gather* is
    called before a group is taken off the line, to wait for others for a moment.
    """

    def __init__(
        self,
        carry_out: Callable[[Sequence[Asked]], Sequence[Answer | Exception]],
        largest: int,
        gather: Callable[[], object] = lambda: None,
    ) -> None:
        self._carry_out = carry_out
        self._gather = gather
        self._largest = largest
        self._lock = threading.Lock()
        self._line: deque[_Place[Asked, Answer]] = deque()
        self._led = False

    def ask(self, asked: Asked) -> Answer:
        """Have *asked* carried out and return its answer, or raise what became of it."""
        place: _Place[Asked, Answer] = _Place(asked)
        with self._lock:
            self._line.append(place)
            leads, self._led = not self._led, True
        if not leads:
            try:
                place.called.acquire()
            except BaseException:  # a green thread may be ended wherever it waits
                self._abandon(place)
                raise
        if place.answer is None:
            self._lead(place)
        if isinstance(place.answer, Exception):
            raise place.answer
        assert place.answer is not None  # noqa: S101 - said for mypy: a led group is answered
        return place.answer

    def _lead(self, own: _Place[Asked, Answer]) -> None:
        """Carry out one group, whose first is the caller's *own*, and pass the lead on."""
        try:
            self._gather()
        except BaseException:
            self._abandon(own, leads=True)
            raise
        with self._lock:
            group = [self._line.popleft() for _ in range(min(self._largest, len(self._line)))]
        ended = RuntimeError("The thread that carried this out was ended; ask again.")
        answers: Sequence[Answer | Exception] = [ended] * len(group)
        try:
            answers = self._carry_out([place.asked for place in group])
        except Exception as error:  # noqa: BLE001 - raised where it was asked for, by ask
            answers = [error] * len(group)
        finally:
            self._pass_on()
            for place, answer in zip(group, answers, strict=True):
                place.answer = answer
                place.called.release()

    def _pass_on(self) -> None:
        with self._lock:
            self._led = bool(self._line)
            if self._led:
                self._line[0].called.release()

    def _abandon(self, place: _Place[Asked, Answer], *, leads: bool = False) -> None:
        """Leave the line; whoever was to lead passes that on."""
        with self._lock:
            # Called, unanswered and not led: the lead had just been given to it.
            leads = leads or (place.answer is None and not place.called.locked())
            if place in self._line:
                self._line.remove(place)
        if leads:
            self._pass_on()
