"""The first steps, shown on an empty home: each with its live state, all of them can be skipped."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Signal
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from launcher.core.checks import CheckResult, Verdict
from launcher.core.explain import Tone, explain
from launcher.core.facts import BrokerMode
from launcher.core.state import ServiceState, ServiceStatus
from launcher.gui import tokens
from launcher.gui.background import Background
from launcher.gui.first_run.first_mail import ADDRESS, FirstMail, Progress
from launcher.gui.first_run.marked_line import MarkedLine
from launcher.gui.first_run.step_card import StepCard
from launcher.gui.page import Page
from launcher.gui.session import Session
from launcher.gui.widgets.button import Button
from launcher.gui.widgets.flow_layout import FlowLayout
from launcher.gui.widgets.page_header import PageHeader
from launcher.gui.widgets.scrolled import lay_out_scrolled
from launcher.gui.words import check_brief, check_words, counted

WIDTH = 760
_TONES = {Verdict.OK: Tone.READY, Verdict.WARN: Tone.TROUBLE, Verdict.FAIL: Tone.FAILED}
_KNOWN = frozenset({"Python", "Erlang", "RabbitMQ", "Disk space"})
_STEPS = {
    "saved": "Saved by Django",
    "published": "Announced to the broker",
    "received": "Taken by the worker",
    "sending": "Being delivered",
    "delivered": "Delivered",
}


class FirstRunPage(Page):
    """What is here, start everything, the first mail.

    Signals: `skipped()`; `mail_opened(int)` the first mail is to be shown in the inbox, by its id
    there; `writing_asked()` where mail does not go to the inbox.
    """

    skipped = Signal()
    mail_opened = Signal(int)
    writing_asked = Signal()

    def __init__(
        self, session: Session, background: Background, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._caught: int | None = None
        self._progress = Progress()
        self.mail = FirstMail(session.mail, background, self)
        self.header = PageHeader("Welcome")
        self.header.summary.say("Three steps to your first mail")
        self.skip = Button("Skip", name="Skip the first steps")
        self.look = StepCard("1  What is on this computer", "", "")
        self.start = StepCard(
            "2  Start everything",
            "The database, Django, the broker, a worker and a monitor run here for you, in the "
            "right order, and stop when you close this window.",
            "Start everything",
        )
        self.send = StepCard("3  Send your first mail", "", "Send it")
        self._facts: dict[str, MarkedLine] = {}
        self._services: dict[str, MarkedLine] = {}
        self._way: dict[str, MarkedLine] = {}
        self._shown_facts: tuple[tuple[Verdict, str], ...] = ()
        self._facts_flow, self._services_flow, self._way_flow = (
            FlowLayout(spacing=tokens.HAIR) for _ in range(3)
        )
        self._lay_out()
        self.skip.clicked.connect(self.skipped)
        self.start.button.clicked.connect(session.start_all)
        self.send.button.clicked.connect(self._act)
        self.mail.moved.connect(self._moved)
        self.show_statuses(session.statuses())

    def show_statuses(self, statuses: Mapping[str, ServiceStatus]) -> None:
        """Show what was found, and how the services stand."""
        self._show_facts()
        self._show_services(statuses)
        self._show_mail(ready=statuses["django"].satisfies)

    def showEvent(self, event: QShowEvent) -> None:
        """Give the keyboard to what is to be done next."""
        super().showEvent(event)
        self.show_statuses(self._session.statuses())
        doing = self.send.button if self.send.button.isEnabled() else self.start.button
        (doing if doing.isVisibleTo(self) and doing.isEnabled() else self.skip).setFocus()

    def hideEvent(self, event: QHideEvent) -> None:
        """Look no more."""
        super().hideEvent(event)
        self.mail.stop()

    def _show_facts(self) -> None:
        session = self._session
        found: tuple[CheckResult, ...] = tuple(session.checks())
        facts = _facts(found)
        if session.broker is not BrokerMode.RABBITMQ:
            facts.insert(0, (Verdict.OK, session.broker_words))
        shown = tuple(facts)
        if shown != self._shown_facts:
            self._shown_facts = shown
            _put(self._facts_flow, self._facts, [(text, _TONES[v], text) for v, text in facts])
        wrong = [check for check in found if check.verdict is Verdict.FAIL]
        self.look.words.setText(_found_words(session, ready=bool(found)))
        self.look.say(
            Tone.TROUBLE if wrong else Tone.DONE if found else Tone.WORKING,
            " ".join(f"{check_words(one)}. {one.remedy}" for one in wrong[:1]),
        )

    def _show_services(self, statuses: Mapping[str, ServiceStatus]) -> None:
        specs, now = self._session.specs(), self._session.now()
        titles = {name: spec.title for name, spec in specs.items()}
        lines, trouble = [], ""
        for name, spec in specs.items():
            if name not in statuses:  # a worker that was added a moment ago
                continue
            words = explain(spec, statuses[name], now, titles)
            lines.append((name, words.tone, f"{spec.title} · {words.headline}"))
            if statuses[name].state is ServiceState.FAILED and not trouble:
                trouble = f"{spec.title}: {words.sentence} {words.remedy}".strip()
        _put(self._services_flow, self._services, lines)
        ready = all(status.satisfies for status in statuses.values())
        wanted = all(status.wanted or status.satisfies for status in statuses.values())
        begun = any(status.wanted for status in statuses.values())
        tone = Tone.DONE if ready else Tone.WORKING if begun else Tone.OFF
        self.start.say(Tone.TROUBLE if trouble else tone, trouble)
        self.start.button.setVisible(not wanted or bool(trouble))
        self.start.button.set_kind("plain" if wanted else "primary")

    def _show_mail(self, *, ready: bool) -> None:
        button, profile = self.send.button, self._session.settings.now.profile
        if profile is not None:
            self.send.words.setText(
                f"Mail goes through {profile.name} ({profile.host}), as you have set it up. "
                "Write one to an address of yours and watch it go."
            )
            button.setText("Write a mail")
        else:
            self.send.words.setText(
                f"It goes to {ADDRESS}: through Django, the broker and the worker into the "
                "built-in inbox. It does not leave this computer."
            )
            button.setText("Send it" if self._caught is None else "Open it in the inbox")
        button.setAccessibleName(button.text())
        button.setToolTip("" if ready else "As soon as Django is ready")
        button.setEnabled(ready and (self._caught is not None or not self.mail.under_way))
        button.set_kind("primary" if button.isEnabled() else "plain")
        button.updateGeometry()

    def _act(self) -> None:
        if self._session.settings.now.profile is not None:
            self.writing_asked.emit()
        elif self._caught is not None:
            self.mail_opened.emit(self._caught)
        else:
            self.send.button.setEnabled(False)
            self.send.say(Tone.WORKING)
            self.mail.send()

    def _moved(self, progress: Progress) -> None:
        arrived = progress.caught is not None
        if progress.steps:
            self._progress = progress
        reached = {step.event: step for step in self._progress.steps}
        lines = []
        for name, words in _STEPS.items():
            step = reached.get(name)
            if step is not None:
                lines.append((name, Tone.DONE, f"{words} · {step.at_ms} ms"))
        if arrived:
            lines.append(("inbox", Tone.DONE, "In your inbox"))
        _put(self._way_flow, self._way, lines)
        tone = Tone.DONE if arrived else Tone.TROUBLE if progress.trouble else Tone.WORKING
        self.send.say(tone, "" if arrived else progress.trouble)
        newly = arrived and self._caught is None
        self._caught = progress.caught
        self._show_mail(ready=self._session.statuses()["django"].satisfies)
        if newly:
            self.header.summary.say("Your first mail has arrived")
            self.send.button.setFocus()

    def _lay_out(self) -> None:
        self.header.add(self.skip)
        body = QVBoxLayout()
        body.setSpacing(tokens.GAP)
        for card, flow in (
            (self.look, self._facts_flow),
            (self.start, self._services_flow),
            (self.send, self._way_flow),
        ):
            card.body.addLayout(flow)
            body.addWidget(card)
        body.addStretch()
        lay_out_scrolled(self, self.header, body, WIDTH)


def _facts(found: Sequence[CheckResult]) -> list[tuple[Verdict, str]]:
    """What a newcomer knows the names of, and what is wrong; the rest as numbers."""
    moved = [check for check in found if check.name == "Port" and check.verdict is Verdict.WARN]
    moved = moved if len(moved) > 1 else []
    others = [check for check in found if check not in moved]
    shown = [one for one in others if one.verdict is not Verdict.OK or one.name in _KNOWN]
    facts = [(check.verdict, check_brief(check)) for check in shown]
    if len(shown) < len(others):
        passed = counted(len(others) - len(shown), "more check")
        facts.append((Verdict.OK, f"{passed} passed"))
    if moved:
        # Nothing that a newcomer could do about, or needs to.
        words = f"{len(moved)} ports are used by other programs, so others are used here"
        facts.append((Verdict.OK, words))
    return facts


def _found_words(session: Session, *, ready: bool) -> str:
    """One sentence on what the facts mean."""
    if not ready:
        return "Looking around …"
    if session.broker is BrokerMode.EMBEDDED and session.broker_remedy:
        return (
            "RabbitMQ is not installed, so an embedded broker takes its place: all works the same. "
            f"To have the real one later: {session.broker_remedy}"
        )
    failed = sum(check.verdict is Verdict.FAIL for check in session.checks())
    if failed:
        return f"{counted(failed, 'thing')} to put right."
    return "All that is needed is here."


def _put(
    flow: FlowLayout, lines: dict[str, MarkedLine], wanted: list[tuple[str, Tone, str]]
) -> None:
    """Show these lines, by name; those that are there already change in place."""
    names = {name for name, _, _ in wanted}
    for name in [name for name in lines if name not in names]:
        gone = lines.pop(name)
        flow.removeWidget(gone)
        gone.hide()
        gone.deleteLater()
    for name, tone, text in wanted:
        if name in lines:
            lines[name].say(tone, text)
        else:
            lines[name] = MarkedLine(tone, text)
            flow.addWidget(lines[name])
