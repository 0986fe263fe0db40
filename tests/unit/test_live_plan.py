"""The plan of a run when a service loses its port."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from launcher import live_plan
from launcher.core.facts import BrokerMode, Endpoint, Endpoints, Notice
from launcher.core.project import Project
from launcher.live_plan import LivePlan
from launcher.paths import Home
from launcher.platform import current
from launcher.runtime.port_claims import PortClaims
from launcher.services.plan import Plan
from launcher.settings import Settings
from launcher.smtp.choice import MailChoice
from launcher.smtp.profile import SmtpProfile

SECRETS = dict.fromkeys(
    (
        "secret_key",
        "flower_password",
        "admin_password",
        "api_token",
        "mail_password",
        "release_password",
    ),
    "canary",
)


@pytest.fixture
def taken() -> Iterator[int]:
    """A port on which another program listens."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        yield other.getsockname()[1]


class House:
    def __init__(
        self, folder: Path, endpoints: Mapping[str, Endpoint], notices: tuple[Notice, ...] = ()
    ) -> None:
        self.written: list[Plan] = []
        self.full = False
        plan = Plan(
            settings=Settings(),
            project=Project("demo", "python", "demo.settings", "demo", "demo.wsgi:application"),
            home=Home(folder),
            run="0123456789abcdef",
            broker=BrokerMode.EMBEDDED,
            endpoints=Endpoints(endpoints, notices),
            secrets=SECRETS,
        )
        self.plan = plan
        self.live = LivePlan(plan, PortClaims(current(), folder / "claims"), self.write)

    def write(self, plan: Plan) -> None:
        if self.full:
            raise OSError(28, "No space left on device")
        self.written.append(plan)


@pytest.fixture
def house(tmp_path: Path, taken: int) -> House:
    names = {"django": taken, "flower": 28811, "catcher": 28812}
    return House(tmp_path, {name: Endpoint("127.0.0.1", port) for name, port in names.items()})


def test_only_the_service_that_lost_its_port_moves_and_all_descriptions_follow(
    house: House, taken: int
) -> None:
    moved = house.live.choose_ports_anew("django")
    now = house.live.now.endpoints
    assert now["django"].port != taken
    assert (now["flower"].port, now["catcher"].port) == (28811, 28812)
    described = {spec.name: spec.port for spec in house.live.specs}
    assert described["django"] == now["django"].port
    assert [notice.words for notice in moved] == [n.words for n in house.live.notices()]
    assert f"Port {taken} is used by" in moved[0].words
    assert moved[0].words.endswith(f"so Django uses {now['django'].port}.")
    assert house.written == [house.live.now]


def test_files_that_cannot_be_written_leave_the_plan_as_it_was(house: House) -> None:
    house.full = True
    specs = house.live.specs
    with pytest.raises(OSError, match="No space left"):
        house.live.choose_ports_anew("django")
    assert house.live.now is house.plan
    assert house.live.specs is specs


def test_ports_that_somebody_listens_on_are_counted_as_held(house: House) -> None:
    assert house.live.held_ports() == 1


def test_a_port_that_somebody_tries_for_a_moment_is_not_held(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = iter([False])
    monkeypatch.setattr(live_plan.port_choice, "is_free", lambda _endpoint: next(answers, True))
    assert house.live.held_ports() == 0


def test_a_pinned_port_that_was_another_programs_all_along_is_not_held_by_us(
    tmp_path: Path, taken: int
) -> None:
    wanted = {
        "django": Endpoint("127.0.0.1", taken, pinned=True),
        "flower": Endpoint("127.0.0.1", 28811),
        "catcher": Endpoint("127.0.0.1", 28812),
    }
    found = PortClaims(current(), tmp_path).resolve(wanted)
    assert House(tmp_path, found.by_name, found.notices).live.held_ports() == 0


def test_other_mail_servers_change_what_django_and_the_worker_are_told_and_nothing_else(
    house: House,
) -> None:
    before = {spec.name: spec for spec in house.live.specs}
    profile = SmtpProfile("work", "mail.example.org", 587, user="me")
    chosen = Settings(pool="threads", smtp={"work": profile}, mail=MailChoice("work"))
    house.live.use_mail_servers(chosen, {"mail_password": "another canary"})
    after = {spec.name: spec for spec in house.live.specs}
    assert {name for name in after if after[name] != before[name]} == {"django", "worker"}
    assert after["worker"].environment["EMAIL_HOST_PASSWORD"] == "another canary"
    assert after["worker"].command == before["worker"].command
    assert house.live.now.settings.pool == "eventlet"


def test_other_settings_change_the_services_that_they_are_for(house: House) -> None:
    other = Settings(pool="threads", concurrency=3)
    assert house.live.changed_by(house.plan.settings) == []
    assert house.live.changed_by(other) == ["worker"]
    assert house.live.changed_by(Settings(log_level="debug")) == ["worker", "beat"]
    assert house.live.changed_by(Settings(theme="dark", text_size=125)) == []
    assert house.live.use_settings(other) == ()
    assert house.live.changed_by(other) == []
    assert "threads" in {spec.name: spec for spec in house.live.specs}["worker"].command
    assert house.written == [house.live.now]


def test_a_port_that_is_set_moves_its_service_alone(house: House) -> None:
    other = Settings(ports={"flower": 28911})
    assert house.live.changed_by(other) == ["flower"]
    house.live.use_settings(other)
    assert house.live.now.endpoints["flower"] == Endpoint("127.0.0.6", 28911, pinned=True)
    assert house.live.now.endpoints["catcher"].port == 28812


def test_a_port_that_is_pinned_where_it_is_already_needs_no_other(house: House) -> None:
    house.live.use_settings(Settings(ports={"catcher": 28812}))
    assert house.live.now.endpoints["catcher"] == Endpoint("127.0.0.1", 28812, pinned=True)
    assert house.live.notices() == ()


def test_a_port_that_is_set_and_taken_is_said_with_its_owner(house: House, taken: int) -> None:
    (notice,) = house.live.use_settings(Settings(ports={"catcher": taken}))
    assert f"Port {taken} is used by" in notice.words
    assert "the mail catcher is set to use this port and no other" in notice.words
    # Set free again, it gives way as any other, and nothing is said any more.
    house.live.use_settings(Settings())
    assert str(taken) not in " ".join(notice.words for notice in house.live.notices())


def test_mail_servers_and_the_broker_stay_with_other_settings(house: House) -> None:
    profile = SmtpProfile("work", "mail.example.org", 587, user="me")
    house.live.use_settings(
        Settings(broker="amqp://h", smtp={"work": profile}, mail=MailChoice("work"), pool="solo")
    )
    assert house.live.now.settings == Settings(pool="solo")


def test_a_second_worker_changes_no_other_service(house: House) -> None:
    before = {spec.name: spec for spec in house.live.specs}
    two = Settings(workers=2)
    assert house.live.changed_by(two) == []
    assert house.live.differs_by(two)
    house.live.use_settings(two)
    after = {spec.name: spec for spec in house.live.specs}
    assert after.pop("worker2").title == "Worker 2"
    assert after == before
    house.live.use_settings(Settings())
    assert {spec.name: spec for spec in house.live.specs} == before


def test_who_stands_in_the_way_of_a_port_is_named(house: House, taken: int) -> None:
    live = house.live
    assert live.obstacle("django", taken) is None  # it has this one already
    other = live.obstacle("flower", taken)
    assert other is not None
    assert other.name == "Django"
    with socket.create_server(("127.0.0.1", 0)) as foreign:
        port = foreign.getsockname()[1]
        owner = live.obstacle("flower", port)
    assert owner is not None
    assert owner.pid == os.getpid()
    assert live.obstacle("flower", port) is None


def test_workers_take_from_the_queues_that_are_set_and_from_all_without(house: House) -> None:
    before = {spec.name: spec for spec in house.live.specs}["worker"].command
    assert "-Q" not in before
    other = Settings(queues=("celery", "mine"))
    assert house.live.changed_by(other) == ["worker"]
    house.live.use_settings(other)
    after = {spec.name: spec for spec in house.live.specs}["worker"].command
    assert after[after.index("-Q") + 1] == "celery,mine"
