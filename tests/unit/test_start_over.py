"""Starting over on real folders: what goes, who stops for it, and what is started again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import cast

import pytest

from launcher.core.disk import Scope
from launcher.core.facts import BrokerMode, Endpoint, Endpoints, RabbitInstallation
from launcher.core.project import Project
from launcher.core.state import ServiceState, ServiceStatus
from launcher.live_plan import LivePlan
from launcher.paths import Home
from launcher.platform import current
from launcher.runtime import instance
from launcher.runtime.instance import AlreadyRunningError
from launcher.runtime.logs import LogStore
from launcher.runtime.port_claims import PortClaims
from launcher.runtime.supervisor import Supervisor
from launcher.services.plan import Plan
from launcher.settings import Settings
from launcher.start_over import StartOver, StartOverError, look, remove_at_rest

Statuses = Mapping[str, ServiceStatus]


class FakeSupervisor:
    """Stops and starts at once, but for those who are stubborn; keeps what was asked."""

    def __init__(self, names: list[str], on_stop: Callable[[str], None]) -> None:
        self.statuses = {
            name: ServiceStatus(name, ServiceState.READY, wanted=True, alive=True) for name in names
        }
        self.asked: list[tuple[str, str]] = []
        self.stubborn: set[str] = set()
        self._on_stop = on_stop

    def stop(self, name: str) -> None:
        self.asked.append(("stop", name))
        if name not in self.stubborn:
            self._on_stop(name)
            self.statuses[name] = ServiceStatus(name)

    def drop_connections(self, names: list[str]) -> None:
        assert all(self.statuses[name].at_rest for name in names)
        self.asked += [("drop", name) for name in names]

    def start(self, name: str) -> None:
        self.asked.append(("start", name))

    def wait_until(self, condition: Callable[[Statuses], bool], timeout: float) -> bool:
        return condition(self.statuses)


class House:
    def __init__(self, root: Path, broker: BrokerMode, wanted: str = "auto") -> None:
        self.home = Home(root)
        self.home.prepare()
        for place in (
            "settings.toml",
            "secrets.json",
            "data/rabbitmq-3.10/mnesia/one.rdq",
            "data/broker/control/two.msg",
            "data/launcher.sqlite3",
            "data/unsent-mail.json",
            "data/beat-schedule-rabbitmq.db",
            "logs/worker.log",
            "logs/worker.log.1",
        ):
            file = root / place
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(b"x" * 1_000)
        names = ("amqp", "management", "distribution", "epmd", "django", "flower", "catcher")
        plan = Plan(
            settings=Settings(broker=wanted),
            project=Project("demo", "python", "demo.settings", "demo", "demo.wsgi:application"),
            home=self.home,
            run="0123456789abcdef",
            broker=broker,
            endpoints=Endpoints({name: Endpoint("127.0.0.1", 1) for name in names}),
            secrets=dict.fromkeys(
                (
                    "secret_key",
                    "flower_password",
                    "admin_password",
                    "api_token",
                    "broker_password",
                    "mail_password",
                    "release_password",
                ),
                "canary",
            ),
            rabbitmq=RabbitInstallation("/s", "3.10.8", "/erl", "25.2", "/epmd"),
        )
        self.written = 0
        self.logs = LogStore(self.home.logs)
        self.logs.note("before")
        live = LivePlan(plan, PortClaims(current(), root / "claims"), self._write)
        self.supervisor = FakeSupervisor([spec.name for spec in live.specs], self._stopped)
        self.start_over = StartOver(
            live, cast("Supervisor", self.supervisor), self.logs, self._write
        )
        self.there_when_stopped: list[bool] = []

    def _stopped(self, name: str) -> None:
        self.there_when_stopped.append((self.home.data / "launcher.sqlite3").exists())

    def _write(self, plan: Plan) -> None:
        self.written += 1

    def files(self) -> set[str]:
        skipped = ("run", "claims")
        return {
            file.relative_to(self.home.root).as_posix()
            for file in self.home.root.rglob("*")
            if file.is_file() and file.relative_to(self.home.root).parts[0] not in skipped
        }


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path / "home", BrokerMode.RABBITMQ)


def test_it_says_which_folders_go_and_how_much(house: House) -> None:
    found = house.start_over.look(Scope.ALL)
    assert found.bytes == 7_000 + len("before\n")
    assert found.lines == (
        "logs/*.log · 2.0 kB",
        "data/beat-schedule-rabbitmq.db · 1.0 kB",
        "data/broker · 1.0 kB",
        "data/launcher.sqlite3 · 1.0 kB",
        "data/rabbitmq-3.10 · 1.0 kB",
        "data/unsent-mail.json · 1.0 kB",
    )
    assert "Settings, mail servers and passwords are kept." in found.words
    assert len(house.files()) == 10


def test_the_broker_goes_alone_and_all_who_use_it_stop_before(house: House) -> None:
    before = house.files()
    house.start_over.run(Scope.BROKER)
    gone = {"data/rabbitmq-3.10/mnesia/one.rdq", "data/broker/control/two.msg"}
    assert before - house.files() == gone
    stops = [name for what, name in house.supervisor.asked if what == "stop"]
    starts = [name for what, name in house.supervisor.asked if what == "start"]
    assert set(stops) == set(starts) == set(house.supervisor.statuses)
    assert stops[-2:] == ["rabbitmq", "epmd"]
    assert house.written == 1


def test_the_broker_runs_on_while_the_database_goes(house: House) -> None:
    before = house.files()
    house.start_over.run(Scope.DATABASE)
    assert before - house.files() == {"data/launcher.sqlite3", "data/unsent-mail.json"}
    asked = {name for _, name in house.supervisor.asked}
    assert asked == set(house.supervisor.statuses) - {"rabbitmq", "epmd"}
    assert all(house.there_when_stopped)
    assert house.written == 0


def test_all_leaves_settings_and_passwords_and_a_log_that_says_so(house: House) -> None:
    house.start_over.run(Scope.ALL)
    assert house.files() == {"settings.toml", "secrets.json", "logs/launcher.log"}
    log = (house.home.logs / "launcher.log").read_text()
    assert "started over: all" in log
    assert "before" not in log


def test_what_was_not_wanted_is_not_started(house: House) -> None:
    house.supervisor.statuses["flower"] = ServiceStatus("flower")
    house.start_over.run(Scope.ALL)
    assert ("start", "flower") not in house.supervisor.asked
    assert ("start", "worker") in house.supervisor.asked


def test_nothing_goes_while_somebody_does_not_stop(house: House) -> None:
    before = house.files()
    house.supervisor.stubborn = {"worker"}
    with pytest.raises(StartOverError, match="Worker did not stop, so nothing was removed"):
        house.start_over.run(Scope.ALL)
    assert house.files() == before


def test_what_stands_behind_a_link_stays_and_services_start_again(
    house: House, tmp_path: Path
) -> None:
    house.home.data.rename(tmp_path / "other-disk")
    house.home.data.symlink_to(tmp_path / "other-disk")
    # Counted as the link that it is, so there is nothing that would go.
    assert house.start_over.look(Scope.DATABASE).entries == ()
    house.start_over.run(Scope.DATABASE)
    assert (tmp_path / "other-disk" / "launcher.sqlite3").exists()
    assert ("start", "django") in house.supervisor.asked


def test_what_cannot_go_is_named_and_services_start_again(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(place: Path) -> None:
        raise PermissionError(13, "Permission denied", str(place))

    monkeypatch.setattr("launcher.runtime.disk.shutil.rmtree", refuse)
    with pytest.raises(StartOverError, match=r"cannot be removed \(Permission denied\)"):
        house.start_over.run(Scope.BROKER)
    assert ("start", "rabbitmq") in house.supervisor.asked
    assert house.written == 1
    # And it can be tried again.
    monkeypatch.undo()
    house.start_over.run(Scope.BROKER)


def test_a_broker_elsewhere_is_not_ours(tmp_path: Path) -> None:
    house = House(tmp_path / "home", BrokerMode.EXTERNAL, "amqp://me:canary@rabbit.example:5672/v")
    before = house.files()
    with pytest.raises(StartOverError, match=r"rabbit\.example:5672 runs elsewhere") as refused:
        house.start_over.run(Scope.BROKER)
    assert "canary" not in str(refused.value)
    assert house.supervisor.asked == []
    assert house.files() == before
    assert "rabbit.example:5672 is left as it is" in house.start_over.look(Scope.ALL).words


# -- with nothing running ----------------------------------------------------------------------


def test_a_home_at_rest_is_emptied_and_given_back(house: House) -> None:
    remove_at_rest(house.home, current(), Scope.ALL)
    assert house.files() == {"settings.toml", "secrets.json"}
    instance.take(house.home, current(), "").release()


def test_a_home_that_somebody_holds_is_left_alone(house: House) -> None:
    before = house.files()
    holder = instance.take(house.home, current(), "0" * 32)
    with pytest.raises(AlreadyRunningError):
        remove_at_rest(house.home, current(), Scope.ALL)
    holder.release()
    assert house.files() == before


def test_at_rest_a_broker_elsewhere_is_refused_by_the_settings(house: House) -> None:
    house.home.settings_file.write_text('broker = "amqp://me:canary@rabbit.example/v"\n')
    with pytest.raises(StartOverError, match=r"rabbit\.example runs elsewhere"):
        remove_at_rest(house.home, current(), Scope.BROKER)


def test_an_empty_home_has_nothing_that_goes(tmp_path: Path) -> None:
    found = look(Home(tmp_path / "none"), Scope.ALL, "")
    assert (found.entries, found.lines, found.bytes) == ((), (), 0)


def test_many_log_files_are_one_line(house: House) -> None:
    found = house.start_over.look(Scope.ALL)
    assert sum(line.startswith("logs/") for line in found.lines) == 1
    assert replace(found, entries=()).lines == ()
