"""The Services page: puts rows, chips and banners together and passes clicks to the session."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer, QUrl, Signal
from PySide6.QtGui import QDesktopServices, QGuiApplication, QHideEvent, QShowEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from launcher.core.broker_words import BrokerAction, broker_line
from launcher.core.checks import CheckResult, Verdict
from launcher.core.explain import Tone
from launcher.core.facts import BrokerMode, Notice
from launcher.core.spec import Link, ServiceSpec
from launcher.core.startup import StartRecord
from launcher.core.state import ServiceState, ServiceStatus
from launcher.gui import tokens
from launcher.gui.background import Background
from launcher.gui.page import Page
from launcher.gui.remembered import Remembered
from launcher.gui.services.change_popover import ChangePopover
from launcher.gui.services.changes import changes_of
from launcher.gui.services.fix_strip import FixStrip
from launcher.gui.services.port_popover import PortPopover
from launcher.gui.services.prerequisites import Prerequisites
from launcher.gui.services.service_row import ServiceRow
from launcher.gui.services.start_card import StartCard
from launcher.gui.services.worker_popover import WorkerPopover
from launcher.gui.session import Session
from launcher.gui.widgets.button import Button
from launcher.gui.widgets.card import Card
from launcher.gui.widgets.page_header import PageHeader
from launcher.gui.widgets.scrolled import lay_out_scrolled, scroll_to
from launcher.gui.words import check_words, services_summary
from launcher.paths import Home
from launcher.runtime.pools import missing_for
from launcher.runtime.repair import RABBITMQ
from launcher.services.project import is_worker

if TYPE_CHECKING:
    from launcher.runtime.usage import Usage

USAGE_MS = 5_000
_START_OPEN = "start_order_open"
TICK_MS = 1_000
QUIET_TICK_MS = 10_000
"""While all that is shown of time are minutes, nobody sees a second go by."""
_IN_SECONDS = frozenset({ServiceState.STARTING, ServiceState.BACKOFF})
"""Whose words are others a second from now."""


class ServicesPage(Page):
    """Home.

    Signals: `log_asked(str, object)` a service's log from a Level up.
    Usage is sampled, and times are counted on, only while the page is seen.
    """

    log_asked = Signal(str, object)

    def __init__(
        self, session: Session, background: Background, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._background = background
        self._record = StartRecord()
        self._sampling = False
        self.rows: dict[str, ServiceRow] = {}
        self.header = PageHeader("Services")
        self.stop_all = Button("Stop all", name="Stop all services")
        self.start_all = Button("Start all", name="Start all services", kind="primary")
        self.prerequisites = Prerequisites()
        self.broker = self._strip()
        self.broker_act = Button("Try now", kind="primary", small=True)
        self.broker_act.hide()
        self.broker_act.clicked.connect(self._mend_broker)
        self.broker.add_button(self.broker_act)
        self._broker_action = BrokerAction.NONE
        self._failures = QVBoxLayout()
        self._shown_failures: tuple[tuple[str, str, str], ...] = ()
        self._card = Card()
        self._rows = QVBoxLayout(self._card)
        self._habits = Remembered(Home(Path(session.home)).data / "habits.json")
        self.start_card = StartCard(is_open=self._habits.flag(_START_OPEN, usual=True))
        self.start_card.folded.connect(self._fold_start)
        self.start_card.picture.chosen.connect(self.point_at)
        self._lay_out()
        self.stop_all.clicked.connect(session.stop_all)
        self.start_all.clicked.connect(session.start_all)
        self._tick = QTimer(self)
        self._tick.setInterval(TICK_MS)
        self._tick.timeout.connect(self._count_on)
        self._sampler = QTimer(self)
        self._sampler.setInterval(USAGE_MS)
        self._sampler.timeout.connect(self._sample)
        self.show_statuses(session.statuses())

    def show_statuses(self, statuses: Mapping[str, ServiceStatus]) -> None:
        """Show all services as they stand now."""
        now = self._session.now()
        specs = self._session.specs()
        titles = {name: spec.title for name, spec in specs.items()}
        self._record.observe(statuses)
        self.header.summary.say(services_summary(statuses, self._record.seconds))
        for name in [*self.rows]:
            if name not in specs:
                self._remove_row(name)
        for name, spec in specs.items():
            if name not in statuses:  # it was added or removed a moment ago
                continue
            row = self.rows.get(name) or self._add_row(spec)
            if row.spec is not spec:
                row.show_spec(spec)
            row.show_status(statuses[name], now, titles, self._session.logs.errors(name))
        self.start_card.show_start(specs, statuses, now, self._record)
        self.stop_all.setEnabled(any(status.alive or status.wanted for status in statuses.values()))
        self.start_all.setEnabled(not all(status.wanted for status in statuses.values()))
        self._show_facts()
        in_seconds = any(status.state in _IN_SECONDS for status in statuses.values())
        wanted_tick = TICK_MS if in_seconds else QUIET_TICK_MS
        if self._tick.interval() != wanted_tick:
            self._tick.setInterval(wanted_tick)

    def showEvent(self, event: QShowEvent) -> None:
        """Begin to look."""
        super().showEvent(event)
        self.show_statuses(self._session.statuses())
        self._tick.start()
        self._sampler.start()
        QTimer.singleShot(0, self, self._sample)

    def hideEvent(self, event: QHideEvent) -> None:
        """Stop looking."""
        super().hideEvent(event)
        self._tick.stop()
        self._sampler.stop()

    def _remove_row(self, name: str) -> None:
        row = self.rows.pop(name)
        self._rows.removeWidget(row)
        row.hide()
        row.deleteLater()

    def _order_keys(self) -> None:
        """Tab goes through the rows as they stand, also through one that came later."""
        chain = [control for row in self.rows.values() for control in row.controls]
        for one, other in pairwise([*chain, self.start_card.toggle]):
            QWidget.setTabOrder(one, other)

    def _add_row(self, spec: ServiceSpec) -> ServiceRow:
        row = ServiceRow(spec, changes_of(spec))
        row.start_asked.connect(self._session.start)
        row.stop_asked.connect(self._session.stop)
        row.restart_asked.connect(self._session.restart)
        row.log_asked.connect(self.log_asked)
        row.link_asked.connect(self._open_link)
        row.secret_asked.connect(self._copy_secret)
        row.change_asked.connect(self.change)
        order = [name for name in self._session.specs() if name in self.rows or name == spec.name]
        self._rows.insertWidget(order.index(spec.name), row)
        known = {**self.rows, spec.name: row}
        self.rows = {name: known[name] for name in order}
        if order[-1] != spec.name:
            self._order_keys()
        return row

    def change(self, name: str) -> None:
        """Open the sheet that changes a service's port, or the workers' pool, below its row."""
        session, row = self._session, self.rows[name]
        titles = {each: spec.title for each, spec in session.specs().items()}
        sheet: ChangePopover
        if is_worker(name):
            sheet = WorkerPopover(session.settings, self._background, titles, missing_for, row)
        else:
            sheet = PortPopover(row.spec, session.settings, self._background, titles, row)
        sheet.told.connect(self.notice_raised)
        sheet.open_below(row.change, from_left=True)

    def _show_facts(self) -> None:
        session = self._session
        mode = session.broker
        chip = {
            BrokerMode.RABBITMQ: (Tone.READY, session.broker_words),
            BrokerMode.EXTERNAL: (Tone.OUTSIDE, session.broker_words),
        }.get(mode)
        checks = session.checks()
        self.prerequisites.show_facts(chip, checks, session.notices())
        self._show_broker(mode)
        self._show_failures(checks, session.notices())

    def _show_broker(self, mode: BrokerMode) -> None:
        """The one line, with its one button."""
        session = self._session
        line = broker_line(
            mode,
            session.broker_words,
            session.statuses().get("rabbitmq"),
            can_install=bool(session.broker_remedy),
        )
        self.broker.setVisible(bool(line) or self.broker.holds)
        if line is None:
            return
        install = line.action is BrokerAction.INSTALL
        self.broker.offer(
            line.tone, line.words, line.remedy, RABBITMQ if install else "", "Install RabbitMQ"
        )
        act = self.broker_act
        act.setVisible(line.action in (BrokerAction.RESTART, BrokerAction.START))
        act.setText("Restart RabbitMQ" if line.action is BrokerAction.RESTART else "Try now")
        act.setAccessibleName(f"{act.text()}: {line.words}")
        act.updateGeometry()
        self._broker_action = line.action

    def _mend_broker(self) -> None:
        if self._broker_action is BrokerAction.RESTART:
            self._session.restart("rabbitmq")
        else:
            self._session.start("rabbitmq")

    def _show_failures(self, checks: Sequence[CheckResult], notices: Sequence[Notice]) -> None:
        facts = {check.fact for check in checks}
        failures = (
            *(
                (check_words(check), check.remedy, check.fix)
                for check in checks
                if check.verdict is Verdict.FAIL
            ),
            *(
                (notice.words, notice.remedy, "")
                for notice in notices
                if notice.remedy and notice.words not in facts
            ),
        )
        held = any(one.holds for one in self.findChildren(FixStrip) if one is not self.broker)
        if failures == self._shown_failures or held:
            return
        self._shown_failures = failures
        while item := self._failures.takeAt(0):
            if (old := item.widget()) is not None:
                old.hide()
                old.deleteLater()
        for words, remedy, group in failures:
            strip = self._strip()
            strip.offer(Tone.FAILED, words, remedy, group)
            self._failures.addWidget(strip)

    def _strip(self) -> FixStrip:
        strip = FixStrip(self._session.fix, self._background)
        strip.restart_asked.connect(self._open_again)
        return strip

    def _open_again(self) -> None:
        """What was installed is found by another run on the same home."""
        self._session.open_again()
        self.window().close()

    @property
    def _seen(self) -> bool:
        """A minimised window is visible to Qt, and to nobody else."""
        return self.isVisible() and not self.window().isMinimized()

    def _count_on(self) -> None:
        if self._seen:
            self.show_statuses(self._session.statuses())

    def _fold_start(self, is_open: bool) -> None:  # noqa: FBT001 - a slot
        self._habits.put(_START_OPEN, is_open)
        self.show_statuses(self._session.statuses())

    def _sample(self) -> None:
        if self._sampling or not self._seen:
            return
        self._sampling = True
        self._background.run(self, self._session.usage, self._sampled, self._sampling_failed)

    def _sampled(self, usages: Mapping[str, Usage]) -> None:
        self._sampling = False
        statuses = self._session.statuses()
        for name, row in self.rows.items():
            alive = name in statuses and statuses[name].pid is not None
            row.show_usage(usages.get(name) if alive else None)

    def _sampling_failed(self, error: Exception) -> None:
        self._sampling = False
        self._sampler.stop()
        self.notice_raised.emit(f"CPU and memory cannot be read: {error}")

    def open_links(self, name: str) -> None:
        """Do what the Open button of a service does, once the page stands as it will."""
        QTimer.singleShot(0, self, self.rows[name].open.click)

    def point_at(self, name: str) -> None:
        """Bring the row of a service into sight and give it the keyboard."""
        row = self.rows[name]
        scroll_to(row)
        row.take_keyboard()

    def _open_link(self, service: str, link: Link) -> None:
        if not link.one_time:
            self._browse(link.url)
            return
        self._background.run(
            self,
            lambda: self._session.login_link(service, link),
            self._browse,
            lambda error: self.notice_raised.emit(f"{link.label} cannot be opened: {error}"),
        )

    def _browse(self, url: str) -> None:
        if not QDesktopServices.openUrl(QUrl(url)):
            QGuiApplication.clipboard().setText(url)
            self.notice_raised.emit(f"No browser was found. The address is on the clipboard: {url}")

    def _copy_secret(self, link: Link) -> None:
        QGuiApplication.clipboard().setText(self._session.secret(link.secret))
        whose = f" of {link.user}" if link.user else ""
        self.notice_raised.emit(f"The password{whose} for {link.label} is on the clipboard.")

    def _lay_out(self) -> None:
        self.header.add(self.stop_all)
        self.header.add(self.start_all)
        self._rows.setContentsMargins(0, 0, 0, 0)
        self._rows.setSpacing(0)
        self._failures.setSpacing(tokens.TIGHT)
        column = QVBoxLayout()
        column.setSpacing(tokens.GAP)
        column.addWidget(self.prerequisites)
        column.addLayout(self._failures)
        column.addWidget(self.broker)
        column.addWidget(self._card)
        column.addWidget(self.start_card)
        column.addStretch()
        lay_out_scrolled(self, self.header, column)
