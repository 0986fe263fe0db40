"""The broker: a private RabbitMQ node with its own port mapper, or one that runs elsewhere.

All state stands in one folder, everything listens on loopback. Measured and explained in
docs/decisions/0004-private-rabbitmq-node.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path, PureWindowsPath
from urllib.parse import urlsplit

from launcher.core.checks import version_tuple
from launcher.core.facts import RabbitInstallation
from launcher.core.spec import (
    LineMeaning,
    LineWatch,
    Link,
    ProbeKind,
    ProbeSpec,
    ServiceKind,
    ServiceSpec,
    StopAction,
    StopPlan,
    StopStep,
)
from launcher.services.plan import BROKER_USER, BROKER_VHOST, Plan, shown_address

_PORT = r"eaddrinuse"
_WATCHES = (
    LineWatch(r"Server startup complete", LineMeaning.READY_HINT),
    LineWatch(
        r"Failed to start Ranch listener \{acceptor,\{127,0,0,1\},(\d+)\}.*" + _PORT,
        LineMeaning.PORT_TAKEN,
        "RabbitMQ lost port {0} to another program.",
        "End that program, or choose another port in the settings.",
    ),
    LineWatch(
        r"could_not_start_listener[^\n]*" + _PORT,
        LineMeaning.PORT_TAKEN,
        "RabbitMQ's dashboard lost its port to another program.",
        "End that program, or choose another port in the settings.",
    ),
    LineWatch(
        r"(?:could not bind to distribution port (\d+)|dist_port_already_used)",
        LineMeaning.PORT_TAKEN,
        "RabbitMQ's distribution port {0} is in use by another node.",
        "End that program, or choose another port in the settings.",
    ),
    LineWatch(
        r"duplicate_node_name,\"([^\"]+)\"",
        LineMeaning.FATAL,
        "A RabbitMQ node named {0} runs already.",
        "End that node, then press Start.",
    ),
    LineWatch(
        r"Cookie file ([^\n]*) must be accessible by owner only",
        LineMeaning.FATAL,
        "Others can read the Erlang cookie {0}.",
        "Make the file readable by you alone (chmod 400), then press Start.",
    ),
    LineWatch(
        r"cannot run on Erlang (\S+) \([^)]*\): minimum required version is (\S+)",
        LineMeaning.FATAL,
        "This RabbitMQ does not run on Erlang {0}: it needs {1} or newer.",
        "Install a newer Erlang, or set ERLANG_HOME to the folder of one.",
    ),
    LineWatch(
        r"horus,extraction_denied",
        LineMeaning.FATAL,
        "This RabbitMQ does not run on so new an Erlang.",
        "Install an older Erlang, or set ERLANG_HOME to the folder of one that fits.",
    ),
    LineWatch(
        r"You've tried to set ([^\n,]+), but there is no setting with that name",
        LineMeaning.FATAL,
        "This RabbitMQ does not know the setting {0}.",
        "Report this with your RabbitMQ's version.",
    ),
    # Both message stores are closed: what is persistent is on disk, the node may be ended. It
    # would go on waiting 5 s for its management plugin otherwise.
    LineWatch(r"Message store for directory '[^\n]*' is stopped", LineMeaning.MAY_END, count=2),
)


def node_folder(plan: Plan, found: RabbitInstallation) -> Path:
    """One folder a RabbitMQ series: an upgrade never opens an older node's data in place."""
    series = ".".join(str(part) for part in version_tuple(found.version)[:2]) or "unknown"
    return (plan.plain_data or plan.home.data) / f"rabbitmq-{series}"


def node_files(plan: Plan, found: RabbitInstallation) -> Mapping[Path, str]:
    """The files that must stand in the node's folder before it starts; all are private."""
    base = node_folder(plan, found)
    management = plan.endpoints["management"]
    windows = _is_batch(found)
    configuration = [
        f"default_user = {BROKER_USER}",
        f"default_pass = {plan.secrets['broker_password']}",
        f"default_vhost = {BROKER_VHOST}",
        "default_user_tags.administrator = true",
        f"management.tcp.ip = {management.address}",
        f"management.tcp.port = {management.port}",
        # Windows' script has no way to let the node print: there its file is read.
        *(("log.console = false",) if windows else ("log.console = true", "log.file = false")),
        "disk_free_limit.absolute = 50MB",
    ]
    if version_tuple(found.version) >= (4, 0):
        # From 4.3 on refused by default, and Celery up to 5.6.3 declares such queues.
        configuration.append("deprecated_features.permit.transient_nonexcl_queues = true")
    return {
        base / "rabbitmq.conf": "\n".join(configuration) + "\n",
        base / "enabled_plugins": "[rabbitmq_management].\n",
        base / "advanced.config": "[].\n",
        _environment_file(base, found): "",
        # The node asks for the name of its machine at every connection. No name server is asked:
        # one that does not answer would hold up each of them.
        base / "inetrc": '{lookup, [file]}.\n{host, {127, 0, 0, 1}, ["localhost"]}.\n',
    }


def epmd(plan: Plan, found: RabbitInstallation) -> ServiceSpec:
    """Erlang's port mapper as a child of ours: RabbitMQ would leave a daemon behind."""
    where = plan.endpoints["epmd"]
    return ServiceSpec(
        name="epmd",
        title="Erlang port mapper",
        summary=f"private · {where.text}",
        command=(found.epmd, "-port", str(where.port), "-address", where.address),
        address=where.address,
        port=where.port,
        port_pinned=where.pinned,
        probe=ProbeSpec(
            ProbeKind.EPMD_NAMES, target=where.text, starting_interval=0.01, interval=10.0
        ),
        start_timeout=10.0,
        stop=StopPlan(
            (
                StopStep(StopAction.TERMINATE, timeout=2.0),
                StopStep(StopAction.KILL_TREE, timeout=5.0),
            )
        ),
    )


def private_node(plan: Plan, found: RabbitInstallation) -> ServiceSpec:
    """A node of our own: nothing of it stands or listens outside its folder and loopback."""
    where = plan.endpoints["amqp"]
    management = plan.endpoints["management"]
    windows = _is_batch(found)
    return ServiceSpec(
        name="rabbitmq",
        title="RabbitMQ",
        summary=f"private node {found.version} · {where.text}",
        command=(found.server,),
        environment=_node_environment(plan, found),
        stop_command=_shutdown(found) if windows else (),
        log_file=str(node_folder(plan, found) / "log" / f"{_node_name(plan)}.log")
        if windows
        else "",
        depends_on=("epmd",),
        address=where.address,
        port=where.port,
        port_pinned=where.pinned,
        probe=ProbeSpec(
            ProbeKind.AMQP_LOGIN,
            target=where.text,
            user=BROKER_USER,
            secret="broker_url",
            alarms=f"http://{management.text}/api/health/checks/local-alarms",
        ),
        watches=_WATCHES,
        waits_for_hint=True,
        start_timeout=90.0,
        stop=StopPlan(
            (
                StopStep(StopAction.TERMINATE, timeout=15.0, settle=0.15),
                StopStep(StopAction.KILL_TREE, timeout=5.0),
            )
        ),
        links=(
            Link(
                "Dashboard",
                f"http://{management.text}/",
                user=BROKER_USER,
                secret="broker_password",
                one_time=True,
            ),
        ),
    )


def elsewhere(plan: Plan) -> ServiceSpec:
    """A broker that the user named by its URL: used, shown, never started or stopped."""
    url = plan.settings.broker
    where = shown_address(url)
    return ServiceSpec(
        name="rabbitmq",
        title="RabbitMQ",
        kind=ServiceKind.OUTSIDE,
        summary=f"elsewhere · {where}",
        probe=ProbeSpec(
            ProbeKind.AMQP_LOGIN,
            target=where,
            user=urlsplit(url).username or "guest",
            secret="broker_url",
            asks_first=True,
            interval=3.0,
        ),
    )


def _node_environment(plan: Plan, found: RabbitInstallation) -> Mapping[str, str]:
    base = node_folder(plan, found)
    amqp, epmd_at = plan.endpoints["amqp"], plan.endpoints["epmd"]
    loopback = amqp.address.replace(".", ",")
    return {
        **(_on_windows(base, found) if _is_batch(found) else _ON_POSIX),
        # RabbitMQ's shell script runs the first `erl` of PATH, which may be another one.
        **({"PATH": found.path} if found.path else {}),
        "HOME": str(base),
        "RABBITMQ_NODENAME": _node_name(plan),
        "RABBITMQ_NODE_IP_ADDRESS": amqp.address,
        "RABBITMQ_NODE_PORT": str(amqp.port),
        "RABBITMQ_DIST_PORT": str(plan.endpoints["distribution"].port),
        "RABBITMQ_MNESIA_BASE": str(base / "mnesia"),
        "RABBITMQ_LOG_BASE": str(base / "log"),
        "RABBITMQ_ENABLED_PLUGINS_FILE": str(base / "enabled_plugins"),
        "RABBITMQ_CONFIG_FILE": str(base / "rabbitmq.conf"),
        "RABBITMQ_ADVANCED_CONFIG_FILE": str(base / "advanced.config"),
        "RABBITMQ_CONF_ENV_FILE": str(_environment_file(base, found)),
        "RABBITMQ_GENERATED_CONFIG_DIR": str(base / "generated"),
        "RABBITMQ_SCHEMA_DIR": str(base / "schema"),
        "RABBITMQ_FEATURE_FLAGS_FILE": str(base / "feature_flags"),
        "ERL_CRASH_DUMP": str(base / "erl_crash.dump"),
        "ERL_INETRC": str(base / "inetrc"),
        "ERL_EPMD_PORT": str(epmd_at.port),
        "ERL_EPMD_ADDRESS": epmd_at.address,
        "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": (f"-kernel inet_dist_use_interface {{{loopback}}}"),
    }


_ON_POSIX = {
    "RABBITMQ_LOGS": "-",
    # Makes the script exec erl: pid and exit code are the node's own.
    "RUNNING_UNDER_SYSTEMD": "true",
}


def _on_windows(base: Path, found: RabbitInstallation) -> Mapping[str, str]:
    home = PureWindowsPath(base)
    return {
        # Without it the script asks PowerShell where Erlang is.
        "ERLANG_HOME": str(PureWindowsPath(found.erl).parent.parent),
        "RABBITMQ_BASE": str(home),
        # Erlang looks here for the cookie: node and rabbitmqctl must find the same one.
        "HOMEDRIVE": home.drive,
        "HOMEPATH": str(home)[len(home.drive) :],
    }


def _environment_file(base: Path, found: RabbitInstallation) -> Path:
    """Windows' script calls it: what is not named `.bat` would be opened in an editor instead."""
    return base / ("rabbitmq-env-conf.bat" if _is_batch(found) else "rabbitmq-env.conf")


def _is_batch(found: RabbitInstallation) -> bool:
    """Whether this is the installation of a Windows machine, whose scripts are batch files."""
    return found.server.lower().endswith(".bat")


def _shutdown(found: RabbitInstallation) -> tuple[str, ...]:
    """A Ctrl-C makes Erlang ask what to do; this stops the node in order and waits for it."""
    return (str(PureWindowsPath(found.server).with_name("rabbitmqctl.bat")), "shutdown")


def _node_name(plan: Plan) -> str:
    return f"celery-launcher-{plan.home_mark}@localhost"
