"""What is found of Erlang and RabbitMQ in made-up file trees."""

from __future__ import annotations

from pathlib import Path

import pytest

from launcher.runtime.installations import find_erlang, find_rabbitmq, find_server
from tests.unit.runtime.machine import Machine


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def test_debians_pair_is_found_behind_its_wrapper(machine: Machine) -> None:
    machine.debian()
    found = find_rabbitmq(machine.places())
    assert found is not None
    assert found.server == f"{machine.root}/usr/lib/rabbitmq/bin/rabbitmq-server"
    assert found.version == "3.10.8"
    assert found.erl == f"{machine.root}/usr/lib/erlang/bin/erl"
    assert found.erlang_version == "25.2.3"
    assert found.epmd == f"{machine.root}/usr/lib/erlang/erts-1.0/bin/epmd"


def test_a_wrapper_alone_is_no_rabbitmq(machine: Machine) -> None:
    machine.debian()
    (machine.root / "usr/lib/rabbitmq/bin/rabbitmq-server").unlink()
    assert find_server(machine.places()) is None


def test_an_empty_machine_has_neither(machine: Machine) -> None:
    assert find_rabbitmq(machine.places()) is None
    assert find_erlang(machine.places()) is None


def test_rabbitmq_without_erlang_cannot_be_run(machine: Machine) -> None:
    machine.rabbitmq("4.1.0")
    assert find_server(machine.places()) is not None
    assert find_rabbitmq(machine.places()) is None


def test_the_newest_of_several_rabbitmqs_in_opt_is_taken(machine: Machine) -> None:
    for version in ("4.0.9", "4.0.10", "3.13.7"):
        machine.rabbitmq(version)
    server = find_server(machine.places())
    assert server is not None
    assert server.version == "4.0.10"


def test_rabbitmq_home_goes_before_the_usual_places(machine: Machine) -> None:
    machine.debian()
    machine.rabbitmq("4.1.0", "mine/rabbitmq_server-4.1.0")
    places = machine.places(RABBITMQ_HOME=f"{machine.root}/mine/rabbitmq_server-4.1.0")
    server = find_server(places)
    assert server is not None
    assert server.version == "4.1.0"


def test_a_plain_script_on_the_path_is_found(machine: Machine) -> None:
    real = machine.rabbitmq("4.0.5", "somewhere/rabbitmq_server-4.0.5")
    (machine.root / "bin/rabbitmq-server").symlink_to(real)
    server = find_server(machine.places())
    assert server is not None
    assert (server.path, server.version) == (str(real), "4.0.5")


@pytest.mark.parametrize("plugin", ["rabbit-4.0.5", "rabbit-4.0.5.ez"])
def test_the_version_is_read_from_the_plugins_where_the_folder_has_no_name(
    machine: Machine, plugin: str
) -> None:
    real = machine.rabbitmq("", "cellar")
    (machine.root / "cellar/plugins" / plugin).mkdir(parents=True)
    (machine.root / "bin/rabbitmq-server").symlink_to(real)
    server = find_server(machine.places())
    assert server is not None
    assert server.version == "4.0.5"


def test_erlang_home_goes_before_everything_even_where_it_does_not_fit(machine: Machine) -> None:
    machine.debian()
    machine.erlang("mine", "27.1")
    found = find_rabbitmq(machine.places(ERLANG_HOME=f"{machine.root}/mine"))
    assert found is not None
    assert found.erlang_version == "27.1"


def test_of_several_erlangs_the_one_that_fits_is_taken(machine: Machine) -> None:
    machine.debian()
    machine.erlang("opt/erlang-27", "27.1")
    (machine.root / "bin/erl").unlink()
    (machine.root / "bin/erl").symlink_to(machine.root / "opt/erlang-27/bin/erl")
    found = find_rabbitmq(machine.places())
    assert found is not None
    assert found.erlang_version == "25.2.3"
    # The script runs the first `erl` of PATH: so it must be that one.
    assert found.path.split(":")[0] == f"{machine.root}/usr/lib/erlang/bin"


def test_the_path_is_left_alone_where_it_leads_to_that_erlang(machine: Machine) -> None:
    machine.debian()
    found = find_rabbitmq(machine.places())
    assert found is not None
    assert found.path == ""


def test_the_first_erlang_is_taken_where_none_fits(machine: Machine) -> None:
    machine.rabbitmq("4.1.0")
    machine.erlang("opt/erlang-24", "24.3")
    machine.erlang("opt/erlang-25", "25.1")
    found = find_rabbitmq(machine.places())
    assert found is not None
    assert found.erlang_version == "25.1"


def test_the_newest_release_folder_counts(machine: Machine) -> None:
    machine.erlang("usr/lib/erlang", "9.3", "26.2.5")
    erlang = find_erlang(machine.places())
    assert erlang is not None
    assert erlang.version == "26.2.5"


def test_finding_starts_no_process(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    machine.debian()

    def refuse(*_args: object, **_options: object) -> None:
        raise AssertionError("a process was started")

    monkeypatch.setattr("subprocess.run", refuse)
    monkeypatch.setattr("subprocess.Popen", refuse)
    assert find_rabbitmq(machine.places()) is not None
