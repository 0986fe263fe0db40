"""Asks when a mail goes out: now, once at a moment, or again and again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import TypeVar

from PySide6.QtCore import QDateTime, QTime, QTimer, QTimeZone, Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QDateTimeEdit,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QRadioButton,
    QTimeEdit,
    QWidget,
)

from launcher.gui import theme, tokens
from launcher.gui.background import Background
from launcher.gui.mail.compose.when import DAYS, When, moment, until
from launcher.gui.mail.sheet import Sheet
from launcher.gui.widgets.segment import Segment
from launcher.gui.widgets.text_line import TextLine
from launcher.mail import MailClient, MailRefused, Meaning, Rule

T = TypeVar("T")

TYPED_MS = 250

NOW, ONCE, DAILY, WEEKLY, CRON = range(5)
_WORDS = ("Now", "Once, on", "Every day at", "Every week at", "By a cron schedule")


class WhenSheet(Sheet):
    """The choice, with its meaning in words below.

    Signals: `chosen(object)` a When.
    """

    chosen = Signal(object)

    def __init__(
        self, parent: QWidget, when: When, client: MailClient, background: Background
    ) -> None:
        super().__init__("When to send", parent, width=520)
        self._client = client
        self._background = background
        self._typed = QTimer(self)
        self._typed.setSingleShot(True)
        self._typed.setInterval(TYPED_MS)
        self._typed.timeout.connect(self._ask_meaning)
        self.choices = [QRadioButton(words) for words in _WORDS]
        self._group = QButtonGroup(self)
        self.moment = QDateTimeEdit(QDateTime.currentDateTime().addSecs(3_600))
        self.daily, self.weekly = QTimeEdit(QTime(9, 0)), QTimeEdit(QTime(9, 0))
        self.days = [Segment(day[:2]) for day in DAYS]
        self.cron = QLineEdit("0 9 * * 1-5")
        self.meaning = TextLine("", "soft")
        self._lay_out()
        self.set = self.action("Set")
        self.set.clicked.connect(self._set)
        self._show(when)
        self._say()

    def when(self) -> When:
        """What is chosen now."""
        match self._group.checkedId():
            case 1:
                at = datetime.fromtimestamp(self.moment.dateTime().toSecsSinceEpoch(), UTC)
                return When(at.replace(second=0).isoformat())
            case 2:
                return When(rule=Rule("day", _clock(self.daily)))
            case 3:
                days = tuple(day for day, one in enumerate(self.days) if one.isChecked())
                return When(rule=Rule("week", _clock(self.weekly), days))
            case 4:
                return When(rule=Rule("", "", cron=" ".join(self.cron.text().split())))
            case _:
                return When()

    def _set(self) -> None:
        when = self.when()
        if not when.fault(datetime.now(UTC)):
            self.chosen.emit(when)
            self.accept()

    def _say(self) -> None:
        when = self.when()
        wrong = when.fault(datetime.now(UTC))
        self.say(wrong, wrong=True)
        self.set.setEnabled(not wrong)
        if wrong:
            self.meaning.say("")
        elif when.at:
            self.meaning.say(f"Goes out {when.words}, {until(when.at, datetime.now(UTC))}.")
        elif when.rule is not None and when.rule.cron:
            # The rules for it are Django's: what it means is asked when the typing pauses.
            self.meaning.say(f"Is sent {when.words}.")
            self._typed.start()
        elif when.rule is not None:
            self.meaning.say(f"Is sent {when.words}, until you pause or delete it.")
        else:
            self.meaning.say("Goes out at once.")

    def _ask_meaning(self) -> None:
        rule = self.when().rule
        if rule is None or not rule.cron:
            return

        def unless_changed(say: Callable[[T], None]) -> Callable[[T], None]:
            return lambda answer: say(answer) if self.when().rule == rule else None

        self._background.run(
            self,
            lambda: self._client.meaning(rule, local_zone()),
            unless_changed(self._show_meaning),
            unless_changed(self._no_meaning),
        )

    def _show_meaning(self, meaning: Meaning) -> None:
        following = f"; next on {moment(meaning.next_at)}" if meaning.next_at else ""
        self.meaning.say(f"{meaning.words}{following}.")

    def _no_meaning(self, error: Exception) -> None:
        # Without Django it can be set all the same, and is refused when it is saved.
        if isinstance(error, MailRefused):
            self.meaning.say("")
            self.say(str(error), wrong=True)
            self.set.setEnabled(False)

    def _show(self, when: When) -> None:
        kind = ONCE if when.at else NOW
        if when.at:
            at = int(datetime.fromisoformat(when.at).timestamp())
            self.moment.setDateTime(QDateTime.fromSecsSinceEpoch(at))
        if when.rule is not None:
            rule = when.rule
            kind = CRON if rule.cron else WEEKLY if rule.every == "week" else DAILY
            if rule.cron:
                self.cron.setText(rule.cron)
            else:
                (self.weekly if rule.every == "week" else self.daily).setTime(
                    QTime.fromString(rule.at, "HH:mm")
                )
            for day in rule.days:
                self.days[day].setChecked(True)
        self.choices[kind].setChecked(True)

    def _lay_out(self) -> None:
        self.moment.setDisplayFormat("d MMM yyyy  HH:mm")
        self.moment.setCalendarPopup(True)
        for edit, name in (
            (self.moment, "Date and time"),
            (self.daily, "Time of every day"),
            (self.weekly, "Time of the days chosen"),
        ):
            edit.setAccessibleName(name)
            edit.setFixedHeight(tokens.CONTROL_HEIGHT)
        self.daily.setDisplayFormat("HH:mm")
        self.weekly.setDisplayFormat("HH:mm")
        self.cron.setAccessibleName("Cron schedule: minute, hour, day, month, day of the week")
        week = QWidget()
        days = QHBoxLayout(week)
        days.setContentsMargins(0, 0, 0, 0)
        days.setSpacing(tokens.HAIR)
        for day, segment in zip(DAYS, self.days, strict=True):
            segment.setAccessibleName(day)
            segment.setToolTip(day)
            segment.clicked.connect(partial(self._choose, WEEKLY))
            days.addWidget(segment)
        days.addStretch()
        hint = QLabel("minute · hour · day · month · day of the week")
        hint.setFont(theme.font(tokens.SMALL))
        hint.setForegroundRole(hint.palette().ColorRole.PlaceholderText)
        self.moment.dateTimeChanged.connect(partial(self._choose, ONCE))
        self.daily.timeChanged.connect(partial(self._choose, DAILY))
        self.weekly.timeChanged.connect(partial(self._choose, WEEKLY))
        self.cron.textEdited.connect(partial(self._choose, CRON))
        for kind, beside in enumerate((None, self.moment, self.daily, self.weekly, self.cron)):
            self._group.addButton(self.choices[kind], kind)
            self.choices[kind].setFont(theme.font())
            self.choices[kind].setMinimumWidth(140)
            row = QHBoxLayout()
            row.setSpacing(tokens.GAP)
            row.addWidget(self.choices[kind])
            if beside is not None:
                row.addWidget(beside, 1 if kind == CRON else 0)
            row.addStretch(0 if kind == CRON else 1)
            self.body.addLayout(row)
            if kind == WEEKLY:
                self.body.addWidget(week)
        self.body.addWidget(hint)
        self.body.addWidget(self.meaning)
        self._group.idClicked.connect(lambda _kind: self._say())

    def _choose(self, kind: int, *_what: object) -> None:
        self.choices[kind].setChecked(True)
        self._say()


def local_zone() -> str:
    """The name of this computer's time zone: "Europe/Berlin"."""
    return bytes(QTimeZone.systemTimeZoneId().data()).decode() or "UTC"


def _clock(edit: QTimeEdit) -> str:
    return edit.time().toString("HH:mm")
