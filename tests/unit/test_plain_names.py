"""A home that RabbitMQ cannot work in by its own name, and what was fetched into it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from launcher import app, paths
from launcher.core.facts import RabbitInstallation
from launcher.paths import Home
from launcher.platform import places

FETCHED = RabbitInstallation(
    "/mnt/é/programs/rabbitmq_server-4.3.5/sbin/rabbitmq-server.bat",
    "4.3.5",
    "/mnt/é/programs/erlang-27/bin/erl.exe",
    "27",
    "/mnt/é/programs/erlang-27/erts-15/bin/epmd.exe",
)


def test_a_plain_home_needs_no_other_name() -> None:
    assert Home(Path("/mnt/me/with spaces")).plain_root is None


def test_a_home_with_other_letters_gets_a_name_of_its_own() -> None:
    one, other = Home(Path("/mnt/é")).plain_root, Home(Path("/mnt/ü")).plain_root
    assert one is not None
    assert places.is_plain(one)
    assert one != other


def test_where_the_users_own_folders_are_not_plain_either_a_shared_one_is_taken(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(paths.platformdirs, "user_cache_path", lambda *_, **__: tmp_path / "é")
    monkeypatch.setattr(paths, "SHARED", (Path("/ProgramData"),))
    home = Home(Path("/mnt/é"))
    assert home.plain_root == Path(f"/ProgramData/CeleryLauncher-{home.mark}/home")


def test_what_was_fetched_is_run_by_the_plain_name() -> None:
    link = Path("/plain")
    found = app._by_plain_name(FETCHED, Home(Path("/mnt/é")), link)
    assert found == replace(
        FETCHED,
        server="/plain/programs/rabbitmq_server-4.3.5/sbin/rabbitmq-server.bat",
        erl="/plain/programs/erlang-27/bin/erl.exe",
        epmd="/plain/programs/erlang-27/erts-15/bin/epmd.exe",
    )


def test_what_the_machine_has_keeps_its_name() -> None:
    elsewhere = replace(FETCHED, erl="/usr/lib/erlang/bin/erl")
    found = app._by_plain_name(elsewhere, Home(Path("/mnt/é")), Path("/plain"))
    assert found is not None
    assert found.erl == "/usr/lib/erlang/bin/erl"
    assert app._by_plain_name(FETCHED, Home(Path("/mnt/é")), None) == FETCHED
    assert app._by_plain_name(None, Home(Path("/mnt/é")), Path("/plain")) is None


def test_the_name_is_taken_away_and_its_empty_folder_too(tmp_path: Path) -> None:
    home = tmp_path / "é"
    home.mkdir()
    (home / "kept").touch()
    links = tmp_path / "CeleryLauncher-1" / "home", tmp_path / "homes" / "2", tmp_path / "homes/3"
    for link in links:
        link.parent.mkdir(exist_ok=True)
        link.symlink_to(home, target_is_directory=True)
    for link in links[:2]:
        app._remove_link(link)
    assert not links[0].parent.exists()
    assert links[2].is_symlink(), "another home's name stands in the same folder"
    assert (home / "kept").exists()
