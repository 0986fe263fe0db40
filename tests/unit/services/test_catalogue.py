"""The descriptions of the services: safe, complete, in order."""

from __future__ import annotations

import ipaddress
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from launcher.app import bundled_project
from launcher.core.facts import BrokerMode, Endpoints, RabbitInstallation
from launcher.core.graph import start_order
from launcher.core.spec import ServiceKind, ServiceSpec, StopAction
from launcher.paths import Home
from launcher.services.catalogue import catalogue, wanted_endpoints
from launcher.services.plan import Plan
from launcher.services.project import environment
from launcher.services.rabbitmq import node_files
from launcher.settings import Settings
from launcher.smtp.choice import MailChoice
from launcher.smtp.profile import Security, SmtpProfile

SECRETS = {
    name: f"canary-{name}"
    for name in (
        "secret_key",
        "broker_password",
        "flower_password",
        "admin_password",
        "erlang_cookie",
        "api_token",
        "mail_password",
        "release_password",
    )
}
RABBIT = RabbitInstallation("/r/rabbitmq-server", "3.10.8", "/e/erl", "25.2.3", "/e/epmd")


def plan(broker: BrokerMode, settings: Settings | None = None) -> Plan:
    settings = settings or Settings()
    return Plan(
        settings=settings,
        project=bundled_project(),
        home=Home(Path("/home/ü s/celery launcher")),
        run="0123456789abcdef",
        broker=broker,
        endpoints=Endpoints(wanted_endpoints(settings, broker)),
        secrets=SECRETS,
        rabbitmq=RABBIT if broker is BrokerMode.RABBITMQ else None,
    )


EXTERNAL = Settings(broker="amqp://me:canary-external@broker.example:5671/v")
PLANS = [
    plan(BrokerMode.RABBITMQ),
    plan(BrokerMode.EMBEDDED),
    plan(BrokerMode.EXTERNAL, EXTERNAL),
]
every_broker = pytest.mark.parametrize("plan", PLANS, ids=lambda p: p.broker.value)


def by_name(plan: Plan) -> dict[str, ServiceSpec]:
    return {spec.name: spec for spec in catalogue(plan)}


def test_the_names_are_those_that_programs_rely_on() -> None:
    bundled = {"migrate", "django", "worker", "beat", "flower", "catcher"}
    assert set(by_name(PLANS[0])) == bundled | {"epmd", "rabbitmq"}
    assert set(by_name(PLANS[1])) == bundled
    assert set(by_name(PLANS[2])) == bundled | {"rabbitmq"}


@every_broker
def test_no_secret_is_in_a_command_line_or_a_representation(plan: Plan) -> None:
    for spec in catalogue(plan):
        assert "canary" not in " ".join(spec.command)
        assert "canary" not in repr(spec)
        assert "canary" not in spec.summary
        assert all("canary" not in link.url for link in spec.links)
    assert "canary" not in repr(plan).replace(plan.settings.broker, "")


@every_broker
def test_the_password_of_the_api_reaches_django_alone(plan: Plan) -> None:
    holders = [s.name for s in catalogue(plan) if "canary-api_token" in s.environment.values()]
    assert holders == ["django"]


@pytest.mark.parametrize("name", ["mail_password", "release_password"])
@every_broker
def test_the_password_of_a_mail_server_reaches_the_worker_alone(plan: Plan, name: str) -> None:
    holders = [s.name for s in catalogue(plan) if f"canary-{name}" in s.environment.values()]
    assert holders == ["worker"]
    assert f"canary-{name}" not in environment(plan).values()


WORK = SmtpProfile("work", "mail.example.org", 587, Security.STARTTLS, "me@example.org", "me@x.org")
MAIL = {
    "EMAIL_URL",
    "LAUNCHER_MAIL_SERVER_NAME",
    "DEFAULT_FROM_EMAIL",
    "EMAIL_RELEASE_URL",
    "EMAIL_RELEASE_FROM",
} | {
    "MAIL_REDIRECT_TO",
    "LAUNCHER_MAIL_RETENTION_DAYS",
}


def test_without_a_choice_mail_goes_to_the_catcher_and_nothing_is_released() -> None:
    told = environment(PLANS[1])
    assert {name: told[name] for name in MAIL} == {
        "EMAIL_URL": "smtp://127.0.0.1:1025",
        "LAUNCHER_MAIL_SERVER_NAME": "the catcher",
        "DEFAULT_FROM_EMAIL": "launcher@localhost",
        "EMAIL_RELEASE_URL": "",
        "EMAIL_RELEASE_FROM": "",
        "MAIL_REDIRECT_TO": "",
        "LAUNCHER_MAIL_RETENTION_DAYS": "0",
    }


def test_the_chosen_mail_servers_are_told_to_django_and_the_worker_alone() -> None:
    two = SmtpProfile("two", "two.example.org", 465, Security.TLS)
    choice = MailChoice("work", "two", "safe@example.org", 7)
    chosen = plan(BrokerMode.EMBEDDED, Settings(smtp={"work": WORK, "two": two}, mail=choice))
    wanted = {
        "EMAIL_URL": "smtp+tls://me%40example.org@mail.example.org:587",
        "LAUNCHER_MAIL_SERVER_NAME": "work",
        "DEFAULT_FROM_EMAIL": "me@x.org",
        "EMAIL_RELEASE_URL": "smtp+ssl://two.example.org:465",
        "EMAIL_RELEASE_FROM": "launcher@localhost",
        "MAIL_REDIRECT_TO": "safe@example.org",
        "LAUNCHER_MAIL_RETENTION_DAYS": "7",
    }
    for spec in catalogue(chosen):
        told = {name: value for name, value in spec.environment.items() if name in MAIL}
        assert told == (wanted if spec.name in ("django", "worker") else {}), spec.name
    assert wanted.items() <= environment(chosen).items()


@every_broker
def test_everything_of_ours_listens_on_loopback(plan: Plan) -> None:
    for spec in catalogue(plan):
        if spec.port is not None:
            assert ipaddress.ip_address(spec.address).is_loopback
        for link in spec.links:
            assert ipaddress.ip_address(urlsplit(link.url).hostname or "").is_loopback


@every_broker
def test_every_service_has_a_final_step_to_stop_it(plan: Plan) -> None:
    for spec in catalogue(plan):
        assert spec.stop.steps[-1].action is StopAction.KILL_TREE


@every_broker
def test_the_database_comes_before_all_that_use_it(plan: Plan) -> None:
    order = start_order(catalogue(plan))
    for name in ("django", "worker", "beat", "catcher"):
        assert order.index("migrate") < order.index(name)
        assert "migrate" in by_name(plan)[name].depends_on


def test_with_the_embedded_broker_nobody_waits_for_a_broker() -> None:
    assert all("rabbitmq" not in spec.depends_on for spec in catalogue(PLANS[1]))


def test_a_broker_elsewhere_is_never_started() -> None:
    broker = by_name(PLANS[2])["rabbitmq"]
    assert broker.kind is ServiceKind.OUTSIDE
    assert broker.command == ()
    assert broker.probe.target == "broker.example:5671"
    assert broker.probe.user == "me"


def test_the_worker_gets_the_flags_that_were_measured_to_matter() -> None:
    command = by_name(PLANS[0])["worker"].command
    for flag in ("-E", "--without-gossip", "--without-mingle"):
        assert flag in command
    assert command[command.index("-P") + 1] == "eventlet"
    assert command[command.index("-c") + 1] == "50"


def test_the_pool_is_one_setting() -> None:
    command = by_name(plan(BrokerMode.EMBEDDED, Settings(pool="threads", concurrency=4)))[
        "worker"
    ].command
    assert command[command.index("-P") + 1] == "threads"
    assert command[command.index("-c") + 1] == "4"


def test_a_folder_with_spaces_and_foreign_letters_survives_in_the_urls() -> None:
    assert (
        PLANS[1].broker_url
        == "filesystem://localhost/home/%C3%BC%20s/celery%20launcher/data/broker"
    )
    assert PLANS[1].database_url.startswith("sqlite:////home/%C3%BC%20s/celery%20launcher/data/")


def test_a_password_with_every_character_survives_in_the_broker_url() -> None:
    secrets = {**SECRETS, "broker_password": "a/b:c@d?e#f%"}
    url = replace(PLANS[0], secrets=secrets).broker_url
    assert url == "amqp://launcher:a%2Fb%3Ac%40d%3Fe%23f%25@127.0.0.1:5672/launcher"


def test_what_a_terminal_is_given_does_not_mark_its_processes_as_ours() -> None:
    assert not {name for name in environment(PLANS[0]) if name.startswith("CELERY_LAUNCHER_")}


def test_the_node_keeps_all_in_its_folder_and_on_loopback() -> None:
    spec = by_name(PLANS[0])["rabbitmq"]
    base = PLANS[0].home.data / "rabbitmq-3.10"
    for name, value in spec.environment.items():
        if name.endswith(("_BASE", "_FILE", "_DIR")) or name in ("HOME", "ERL_CRASH_DUMP"):
            assert Path(value).is_relative_to(base), name
    assert "{127,0,0,1}" in spec.environment["RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS"]
    files = node_files(PLANS[0], RABBIT)
    text = files[base / "rabbitmq.conf"]
    assert "management.tcp.ip = 127.0.0.1" in text
    assert "default_pass = canary-broker_password" in text
    assert "deprecated_features" not in text
    assert "{lookup, [file]}." in files[Path(spec.environment["ERL_INETRC"])]
    newer = node_files(PLANS[0], replace(RABBIT, version="4.3.4"))
    assert "transient_nonexcl_queues = true" in next(iter(newer.values()))


def test_a_port_that_the_user_set_is_pinned() -> None:
    wanted = wanted_endpoints(Settings(ports={"django": 8100}), BrokerMode.EMBEDDED)
    assert wanted["django"].pinned
    assert wanted["django"].port == 8100
    assert not wanted["flower"].pinned
    assert "amqp" not in wanted


@pytest.mark.parametrize("plan", PLANS, ids=lambda each: each.broker)
def test_a_second_worker_is_a_service_of_its_own_that_takes_from_the_same_queue(
    plan: Plan,
) -> None:
    two = replace(plan, settings=replace(plan.settings, workers=2))
    specs = {spec.name: spec for spec in catalogue(two)}
    names = list(specs)
    assert names.index("worker2") == names.index("worker") + 1
    first, second = specs["worker"], specs["worker2"]
    assert second.title == "Worker 2"
    assert first.probe.identity in first.command
    assert second.probe.identity in second.command
    assert first.probe.identity != second.probe.identity
    assert second.environment == first.environment
    assert second.depends_on == first.depends_on


WINDOWS = RabbitInstallation(
    r"C:\Tools\rabbitmq_server-4.2.9\sbin\rabbitmq-server.bat",
    "4.2.9",
    r"C:\Tools\Erlang OTP\bin\erl.exe",
    "27.3",
    r"C:\Tools\Erlang OTP\erts-15.2\bin\epmd.exe",
)


def test_a_node_from_batch_files_is_asked_by_its_own_command_and_its_log_is_read() -> None:
    plan = replace(PLANS[0], rabbitmq=WINDOWS)
    node = by_name(plan)["rabbitmq"]
    assert node.command == (WINDOWS.server,)
    assert node.stop_command == (
        r"C:\Tools\rabbitmq_server-4.2.9\sbin\rabbitmqctl.bat",
        "shutdown",
    )
    assert node.environment["ERLANG_HOME"] == r"C:\Tools\Erlang OTP"
    assert node.log_file.endswith(f"{node.environment['RABBITMQ_NODENAME']}.log")
    # Both have no meaning for its script.
    assert not {"RABBITMQ_LOGS", "RUNNING_UNDER_SYSTEMD"} & set(node.environment)
    configuration = "".join(node_files(plan, WINDOWS).values())
    assert "log.console = false" in configuration
    assert "log.file = false" not in configuration


def test_windows_script_is_given_a_batch_file_to_call() -> None:
    plan = replace(PLANS[0], rabbitmq=WINDOWS)
    named = by_name(plan)["rabbitmq"].environment["RABBITMQ_CONF_ENV_FILE"]
    assert named.endswith(".bat")
    assert Path(named) in node_files(plan, WINDOWS)


def test_the_chosen_erlang_comes_first_for_a_shell_script() -> None:
    chosen = replace(RABBIT, path="/e:/usr/bin")
    assert (
        by_name(replace(PLANS[0], rabbitmq=chosen))["rabbitmq"].environment["PATH"] == "/e:/usr/bin"
    )
    assert "PATH" not in by_name(PLANS[0])["rabbitmq"].environment


def test_a_node_from_a_shell_script_prints_and_gets_a_signal() -> None:
    node = by_name(PLANS[0])["rabbitmq"]
    assert (node.stop_command, node.log_file) == ((), "")
    assert node.environment["RABBITMQ_LOGS"] == "-"
