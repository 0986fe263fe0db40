"""RabbitMQ for tests: a stand-in that leaves processes behind, and a plain node of the old kind."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

from launcher.core.facts import RabbitInstallation
from launcher.runtime.installations import find_rabbitmq
from tests.helpers.ports import free_port
from tests.helpers.programs import Program, environment

STRAYS = 3
"""How many processes the stand-in leaves behind."""

_STAND_IN = """#!/bin/sh
# A child that leaves the session, one whose parent ends at once, one that clears its environment.
setsid sleep 7771 </dev/null >/dev/null 2>&1 &
( setsid sleep 7772 </dev/null & )
env -i sleep 7773 </dev/null >/dev/null 2>&1 &
exec {server} "$@"
"""


def installed() -> RabbitInstallation | None:
    """The RabbitMQ of this machine."""
    return find_rabbitmq()


def leaving_strays(folder: Path) -> dict[str, str]:
    """Make a RabbitMQ that starts strays beside the real one; returns what the launcher needs."""
    found = installed()
    assert found is not None
    real = Path(found.server).resolve()
    programs = folder / "sbin"
    programs.mkdir(parents=True)
    for script in real.parent.iterdir():
        (programs / script.name).symlink_to(script)
    (folder / "plugins").symlink_to(real.parent.parent / "plugins")
    mine = programs / "rabbitmq-server"
    mine.unlink()
    mine.write_text(_STAND_IN.format(server=real), encoding="utf-8")
    mine.chmod(0o755)
    return environment(RABBITMQ_HOME=str(folder))


@contextlib.contextmanager
def plain_node(
    folder: Path, port: int = 5672, before: Sequence[str] = (), management: int | None = None
) -> Iterator[Program]:
    """A node as somebody else would run it: guest may log in, all on loopback, data in `folder`.

    `before` is put before its commands, to start them in a network namespace for instance.
    `management` is the port of its management plugin, which is off without one.
    """
    found = installed()
    assert found is not None
    epmd_port = free_port()
    folder.mkdir(parents=True, exist_ok=True)
    configuration = folder / "rabbitmq.conf"
    configuration.write_text(
        f"listeners.tcp.1 = 127.0.0.1:{port}\nlog.console = true\nlog.file = false\n"
        + (
            f"management.tcp.ip = 127.0.0.1\nmanagement.tcp.port = {management}\n"
            if management
            else ""
        ),
        encoding="utf-8",
    )
    for name, text in (
        ("enabled_plugins", "[rabbitmq_management].\n" if management else "[].\n"),
        ("advanced.config", "[].\n"),
        ("env.conf", ""),
    ):
        (folder / name).write_text(text, encoding="utf-8")
    variables = environment(
        HOME=str(folder),
        RABBITMQ_NODENAME=f"plain-{os.getpid()}-{port}@localhost",
        RABBITMQ_DIST_PORT=str(free_port()),
        RABBITMQ_MNESIA_BASE=str(folder / "mnesia"),
        RABBITMQ_LOG_BASE=str(folder / "log"),
        RABBITMQ_LOGS="-",
        RABBITMQ_ENABLED_PLUGINS_FILE=str(folder / "enabled_plugins"),
        RABBITMQ_CONFIG_FILE=str(configuration),
        RABBITMQ_ADVANCED_CONFIG_FILE=str(folder / "advanced.config"),
        RABBITMQ_CONF_ENV_FILE=str(folder / "env.conf"),
        RABBITMQ_GENERATED_CONFIG_DIR=str(folder / "generated"),
        RABBITMQ_SCHEMA_DIR=str(folder / "schema"),
        RABBITMQ_FEATURE_FLAGS_FILE=str(folder / "feature_flags"),
        ERL_CRASH_DUMP=str(folder / "erl_crash.dump"),
        ERL_EPMD_PORT=str(epmd_port),
        ERL_EPMD_ADDRESS="127.0.0.1",
        RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS="-kernel inet_dist_use_interface {127,0,0,1}",
        RUNNING_UNDER_SYSTEMD="true",
        PATH=f"{Path(found.erl).parent}{os.pathsep}{os.environ.get('PATH', '')}",
    )
    mapper = [*before, found.epmd, "-port", str(epmd_port), "-address", "127.0.0.1"]
    with (
        Program(mapper, env=variables, folder=folder),
        Program([*before, found.server], env=variables, folder=folder) as node,
    ):
        node.wait_for("Server startup complete", 60)
        try:
            yield node
        finally:
            # Its data is thrown away: there is nothing that an ordered stop would save.
            node.kill()
    shutil.rmtree(folder, ignore_errors=True)
