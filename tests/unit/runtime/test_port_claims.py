"""Two launchers that start at once do not choose the same ports."""

from __future__ import annotations

from pathlib import Path

from launcher.core.facts import Endpoint
from launcher.platform import current
from launcher.runtime.port_claims import PortClaims

WANTED = {"amqp": Endpoint("127.0.0.1", 28600), "django": Endpoint("127.0.0.1", 28700)}


def test_a_port_that_another_launcher_has_chosen_is_passed_by(tmp_path: Path) -> None:
    first, second = PortClaims(current(), tmp_path), PortClaims(current(), tmp_path)
    mine, others = first.resolve(WANTED), second.resolve(WANTED)
    assert {e.port for e in mine.by_name.values()}.isdisjoint(
        e.port for e in others.by_name.values()
    )
    assert [notice.service for notice in others.notices] == ["amqp", "django"]


def test_a_released_port_can_be_chosen_again(tmp_path: Path) -> None:
    first, second = PortClaims(current(), tmp_path), PortClaims(current(), tmp_path)
    ports = first.resolve(WANTED).by_name
    first.release()
    assert second.resolve(WANTED).by_name == ports


def test_choosing_again_keeps_the_ports_that_are_ones_own(tmp_path: Path) -> None:
    claims = PortClaims(current(), tmp_path)
    assert claims.resolve(WANTED).by_name == claims.resolve(WANTED).by_name


def test_a_pinned_port_is_used_whoever_claims_it(tmp_path: Path) -> None:
    pinned = {"django": Endpoint("127.0.0.1", 28700, pinned=True)}
    first, second = PortClaims(current(), tmp_path), PortClaims(current(), tmp_path)
    first.resolve(pinned)
    assert second.resolve(pinned)["django"].port == 28700


def test_without_a_folder_for_the_locks_ports_are_chosen_all_the_same(tmp_path: Path) -> None:
    file = tmp_path / "a file"
    file.write_text("")
    assert PortClaims(current(), file / "below").resolve(WANTED)["django"].port >= 28700
