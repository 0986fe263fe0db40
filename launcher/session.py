"""The running program: what the window, the terminal and the control channel all talk to.

Owns the life of a run from the first service to the last. `launcher.app.build` wires it.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from launcher import __version__
from launcher.core.checks import CheckResult
from launcher.core.facts import BrokerMode, Notice
from launcher.core.protocols import Prober, StatusObserver
from launcher.core.spec import Link, ServiceSpec
from launcher.core.state import ServiceStatus
from launcher.live_plan import LivePlan
from launcher.live_settings import LiveSettings
from launcher.mail_servers import MailServers
from launcher.platform.packages import InstallOutcome
from launcher.platform.system import System
from launcher.runtime import prerequisites, repair
from launcher.runtime.celery_events import CeleryEvents
from launcher.runtime.clock import MonotonicClock
from launcher.runtime.early_relay import EarlyRelay
from launcher.runtime.guard import Guard
from launcher.runtime.guarded_children import GuardedChildren
from launcher.runtime.installations import Places
from launcher.runtime.instance import Instance
from launcher.runtime.journal import Journal
from launcher.runtime.lab import LabRoom
from launcher.runtime.listeners import Listeners
from launcher.runtime.logs import LogStore
from launcher.runtime.management import Management, ManagementAccess
from launcher.runtime.parts.watching import Watch
from launcher.runtime.port_claims import PortClaims
from launcher.runtime.probes import make_prober, naming_the_owner
from launcher.runtime.supervisor import Supervisor, all_at_rest
from launcher.runtime.usage import Usage, UsageMeter
from launcher.services.plan import Plan, management_access, virtual_host
from launcher.services.project import environment
from launcher.settings import Settings
from launcher.start_over import StartOver

if TYPE_CHECKING:
    from launcher.diagnostics import Part
    from launcher.mail import MailClient
    from launcher.runtime.flow_source import FlowSource
    from launcher.runtime.task_history_keeper import TaskKeeper

STOP_LIMIT = 16.0
"""Seconds for an ordered stop of everything; after it what is left is ended at once.

A quit has to be over within 20 s, even when every service hangs and its end has to be forced."""


@dataclass(frozen=True, slots=True)
class Left:
    """What is left after a stop, counted from the system; both should be 0."""

    processes: int
    ports: int


class Session(Listeners):
    """One run on one home. Methods return at once unless they say otherwise."""

    version = __version__

    def __init__(
        self,
        plan: Plan,
        *,
        system: System,
        instance: Instance,
        logs: LogStore,
        guard: Callable[[], Guard],
        ports: PortClaims,
        write_files: Callable[[Plan], None],
        make_broker: Callable[[Plan], None],
        mail_servers: MailServers,
    ) -> None:
        super().__init__(logs.note)
        self._live = LivePlan(plan, ports, write_files)
        self._system = system
        self._instance = instance
        self.logs = logs
        self.mail_servers = mail_servers
        mail_servers.tell(self._use_mail_servers)
        self._checks: tuple[CheckResult, ...] = ()
        self._clock = MonotonicClock()
        self._meter = UsageMeter()
        self._stopping = threading.Event()
        self._closing = threading.Lock()
        self._closed = False
        self._left = Left(0, 0)
        self._children = GuardedChildren(system, instance, logs, guard)
        self.events = CeleryEvents(lambda: self.secret("broker_url"), logs.note)
        self.lab = LabRoom(
            self.management, lambda: self.secret("broker_url"), plan.home_mark, logs.note
        )
        self._supervisor = Supervisor(
            self._live.specs,
            runner=self._children,
            make_prober=self._make_prober,
            clock=self._clock,
            resolve_ports=self._resolve_ports,
            notice=self.tell,
            unexpected=self.tell_unexpected,
        )
        self._take(mail_servers.settings)
        self.settings = LiveSettings(
            mail_servers.file, self._live, self._supervisor, take=self._take, tell=self.tell
        )

        self.opens_again = False
        # Asked now: once services are started, it is new no more.
        self.first_run = plan.home.is_new
        self.start_over = StartOver(
            self._live, self._supervisor, logs, make_broker, self._tasks_closed
        )

    # -- what it is ----------------------------------------------------------------------------

    @property
    def plan(self) -> Plan:
        """What the services of this run are described from; another one when a port is lost."""
        return self._live.now

    @cached_property
    def mail(self) -> MailClient:
        """The client of the mail API."""
        # At its first use: no start waits for what no start needs.
        from launcher.mail import MailClient  # noqa: PLC0415

        return MailClient(self._django_url, self.plan.secrets["api_token"])

    @property
    def home(self) -> str:
        """The folder of all data."""
        return str(self.plan.home.root)

    @property
    def run(self) -> str:
        """The identity of this run."""
        return self.plan.run

    @property
    def broker(self) -> BrokerMode:
        """Which broker carries the messages."""
        return self.plan.broker

    @property
    def broker_words(self) -> str:
        """The broker in a few words."""
        return self.plan.broker_words

    @property
    def broker_remedy(self) -> str:
        """How to get the real broker; "" when it is there or was not wanted."""
        if self.plan.broker is BrokerMode.EMBEDDED and self.plan.settings.broker == "auto":
            return repair.fix_command()
        return ""

    def open_again(self) -> None:
        """Have whoever runs this open another run on the same home once this one is closed."""
        self.opens_again = True

    def first_steps_done(self) -> None:
        """They were taken or skipped: never show them by themselves again."""
        self.first_run = False
        with contextlib.suppress(OSError):
            self.plan.home.first_steps_seen.touch()

    @property
    def starts_services(self) -> bool:
        """Whether the window starts all services at once (a setting)."""
        return self.plan.settings.start_services

    def checks(self) -> Sequence[CheckResult]:
        """The prerequisites as they were found last; wrong settings first."""
        settings = prerequisites.check_settings(self.mail_servers.errors)
        return (*settings, *self.mail_servers.checks(), *self._checks)

    def notices(self) -> Sequence[Notice]:
        """Ports and addresses that had to give way."""
        return self._live.notices()

    def specs(self) -> Mapping[str, ServiceSpec]:
        """The services in display order."""
        return self._supervisor.specs

    def statuses(self) -> Mapping[str, ServiceStatus]:
        """The services as they stand."""
        return self._supervisor.statuses

    def now(self) -> float:
        """Monotonic seconds, on the clock of the statuses."""
        return self._clock.monotonic()

    def secret(self, name: str) -> str:
        """A credential by its name; "broker_url" is the whole URL."""
        return self.plan.broker_url if name == "broker_url" else self.plan.secrets[name]

    def management(self) -> Management | None:
        """A client of RabbitMQ's management API, to be closed by who asked for it.

        None on the embedded broker, which has none.
        """
        where = management_access(self.plan)
        return None if where is None else Management(ManagementAccess(*where))

    def flow_source(self) -> FlowSource:
        """What asks the broker how messages flow, to be closed by who asked for it."""
        # When first asked for: no start waits for what no start needs.
        from launcher.diagnostics.masking import Masker  # noqa: PLC0415
        from launcher.runtime.flow_source import FlowSource  # noqa: PLC0415

        masker = Masker([*self.plan.secrets.values(), self.plan.broker_url])
        return FlowSource(
            lambda: self.secret("broker_url"), self.management, self.virtual_host, masker.mask
        )

    @property
    def virtual_host(self) -> str:
        """The broker's virtual host that all messages of this run travel on."""
        return virtual_host(self.plan)

    @cached_property
    def tasks(self) -> TaskKeeper:
        """The tasks of this run and of earlier ones, followed once somebody asked for them."""
        # A window's only, and at its first use: no start waits for what no start needs.
        from launcher.runtime.remote_control import RemoteControl  # noqa: PLC0415
        from launcher.runtime.task_history_keeper import TaskKeeper  # noqa: PLC0415

        keeper = TaskKeeper(
            self.plan.home.data / "tasks.sqlite3",
            self.events,
            RemoteControl(lambda: self.secret("broker_url")),
            self.specs,
            self.logs.note,
            comes_again=self.broker is not BrokerMode.EMBEDDED,
        )
        self._supervisor.subscribe(keeper.observe)
        return keeper

    def environment(self) -> Mapping[str, str]:
        """The variables by which the project's commands reach what runs here."""
        return environment(self.plan)

    def fix(self, groups: Iterable[str], watch: Watch) -> InstallOutcome:
        """Install what the named groups lack; blocks for minutes."""
        outcome = repair.fix(groups, watch, self.plan.home.programs)
        self._look_around()
        return outcome

    def usage(self) -> Mapping[str, Usage]:
        """CPU and memory by service; blocks for about 10 ms. From one thread at a time."""
        pids = {n: status.pid for n, status in self.statuses().items() if status.pid is not None}
        return self._meter.measure(pids)

    def diagnostics(self) -> tuple[Part, ...]:
        """What helps somebody else to see what is wrong, without secrets. Blocks for seconds."""
        from launcher import diagnostics  # noqa: PLC0415 - when first asked for

        plan = self.plan
        live = diagnostics.Live(
            words={
                "Broker": plan.broker_words,
                "Pool": f"{plan.settings.pool}, {plan.settings.concurrency} tasks at once",
                "Run": plan.run,
            },
            specs=self.specs(),
            statuses=self.statuses(),
            now=self.now(),
            pids=self._system.marked(self.run),
            secrets=[*plan.secrets.values(), plan.broker_url],
        )
        known = diagnostics.passwords(self.mail_servers)
        return diagnostics.collect(plan.home, self.checks(), live, known)

    def login_link(self, service: str, link: Link) -> str:
        """A one-time login URL for a link that offers one. Blocks: asks the service."""
        if link.one_time and link.secret and service != "django":
            from launcher.runtime import one_time_login  # noqa: PLC0415 - when first asked for

            login = one_time_login.Login(link.url, link.user, self.secret(link.secret))
            return one_time_login.offer(login, dashboard=service == "rabbitmq")
        base = self._django_url()
        if service != "django" or base is None or not link.one_time:
            return link.url
        return base + self.mail.login_link(link.url.removeprefix(base))

    # -- listening -----------------------------------------------------------------------------

    def subscribe(self, observer: StatusObserver) -> Callable[[], None]:
        """Have every change told, from the supervisor's thread; returns what ends it."""
        return self._supervisor.subscribe(observer)

    # -- acting --------------------------------------------------------------------------------

    def open(self) -> None:
        """Begin: the supervisor runs, nothing is started yet."""
        self._supervisor.subscribe(Journal(self.logs.note))
        self._supervisor.subscribe(
            EarlyRelay(self._relay, lambda: not self._stopping.is_set(), self.logs.note)
        )
        self._supervisor.subscribe(self.lab.observe)
        self._supervisor.run()
        for notice in self.notices():
            self.tell(notice.words)
        for error in self.mail_servers.errors:
            self.logs.note(f"WARNING {error.words}")
        threading.Thread(target=self._look_around, name="prerequisites", daemon=True).start()

    def start(self, name: str) -> None:
        """Start one service and what it depends on."""
        self._supervisor.start(name)

    def stop(self, name: str) -> None:
        """Stop one service."""
        self._supervisor.stop(name)

    def restart(self, name: str) -> None:
        """Stop one service and start it again."""
        self._supervisor.restart(name)

    def start_all(self) -> None:
        """Start all services."""
        self._supervisor.start_all()

    def start_only(self, names: Iterable[str]) -> None:
        """Start the services named and what they depend on."""
        for name in names:
            self._supervisor.start(name)

    def stop_all(self) -> None:
        """Stop all services in order."""
        self._supervisor.stop_all()

    def wait_until(
        self,
        condition: Callable[[Mapping[str, ServiceStatus]], bool],
        timeout: float | None,
    ) -> bool:
        """Block until the services are as `condition` wants; False when not in time."""
        return self._supervisor.wait_until(condition, timeout)

    def quit(self, done: Callable[[], None]) -> None:
        """Stop all in order and close, then call `done` from another thread."""

        def work() -> None:
            self.close()
            done()

        threading.Thread(target=work, name="quit", daemon=True).start()

    def force_quit(self) -> None:
        """End at once whatever still runs, tree by tree. Blocks for a moment."""
        self._stopping.set()
        self._system.end_tree(self.run, None, ())

    def close(self) -> Left:
        """Stop all in order, end what does not, give the home back. Blocks up to STOP_LIMIT."""
        with self._closing:
            if not self._closed:
                self._stop_everything()
                self.logs.close()
                self._closed = True
        return self._left

    def left(self) -> Left:
        """Count, from the system, processes of this run and ports of it that are still held.

        After `close` it is what was left then: the ports are others' to choose since.
        """
        return self._left if self._closed else self._count_left()

    def _count_left(self) -> Left:
        return Left(len(self._system.marked(self.run)), self._live.held_ports())

    def _stop_everything(self) -> None:
        self._stopping.set()
        self.lab.close(for_good=True)
        self._supervisor.stop_all()
        if not self._supervisor.wait_until(all_at_rest, STOP_LIMIT):
            self.logs.note("WARNING the ordered stop took too long: what was left is ended now")
            self.force_quit()
            self._supervisor.wait_until(all_at_rest, 5)
        # Not before: what a worker finished while it left is heard.
        if "tasks" in self.__dict__:
            self.tasks.close()
        self.events.close()
        self._supervisor.close()
        self._children.dismiss_guard()
        # While the ports are claimed: another launcher that takes one is not something of ours.
        self._left = self._count_left()
        self._live.release_ports()
        self._instance.release()

    # -- inside --------------------------------------------------------------------------------

    def _look_around(self) -> None:
        home = self.plan.home
        places = Places.here(home.programs)
        self._checks = tuple(prerequisites.check_all(home.root, self.notices(), places=places))
        # Whoever shows the checks looks again at every change: make one.
        self._supervisor.nudge()

    def _tasks_closed(self) -> contextlib.AbstractContextManager[None]:
        followed = "tasks" in self.__dict__
        return self.tasks.file_closed() if followed else contextlib.nullcontext()

    def _make_prober(self, spec: ServiceSpec) -> Prober:
        return naming_the_owner(make_prober(spec.probe, self.secret), spec)

    def _relay(self) -> str:
        return self.mail.try_relay()

    def _django_url(self) -> str | None:
        if not self.statuses()["django"].satisfies:
            return None
        return f"http://{self.plan.endpoints['django'].text}"

    def _take(self, settings: Settings) -> None:
        """Hold what needs no restart, as soon as the file says so."""
        self.logs.room.set_limit(settings.log_files_mb * 1_000_000)

    def _use_mail_servers(self, settings: Settings, secrets: Mapping[str, str]) -> None:
        """On any thread: Django and the worker are restarted if this changes anything for them."""

        def describe() -> Iterable[ServiceSpec]:
            self._live.use_mail_servers(settings, secrets)
            return self._live.specs

        self._supervisor.describe_anew(describe)

    def _resolve_ports(self, service: str) -> Iterable[ServiceSpec]:
        """On the supervisor's thread: choose anew for a service that lost its port."""
        for notice in self._live.choose_ports_anew(service):
            self.tell(notice.words)
        return self._live.specs
