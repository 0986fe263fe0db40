"""The whole way from the publisher to the folder that is used, and everything that ends it."""

from __future__ import annotations

import errno
import os
import shutil
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from launcher.core.parts import Part
from launcher.platform.packages import InstallOutcome
from launcher.runtime.parts import archive, download, net
from launcher.runtime.parts.install import install
from launcher.runtime.parts.shelf import Shelf
from launcher.runtime.parts.watching import PartError
from tests.helpers.publisher import (
    BAD_ARCHIVES,
    BAD_NAMES,
    ERLANG_FILES,
    RABBITMQ_FILES,
    WRONGS,
    Publisher,
    Ways,
    Wrong,
    zipped,
)
from tests.unit.runtime.parts.conftest import Told

Install = Callable[..., InstallOutcome]


@pytest.fixture
def run(shelf: Shelf, told: Told, monkeypatch: pytest.MonkeyPatch) -> Install:
    monkeypatch.setattr(download, "_TRY_AGAIN", 0.0)

    def installed(parts: Any, **more: Any) -> InstallOutcome:
        return install(parts, shelf, told, **{"finish": lambda *_: None, **more})

    return installed


def nothing_was_used(shelf: Shelf) -> bool:
    """No folder of a part stands there, whole or not."""
    left = [each.name for each in shelf.root.iterdir()] if shelf.root.exists() else []
    return shelf.installed() == [] and set(left) <= {"downloads", ".lock"}


def test_both_parts_are_fetched_checked_and_unpacked(
    publisher: Publisher, shelf: Shelf, told: Told, run: Install
) -> None:
    parts = publisher.parts()
    outcome = run(parts)
    assert outcome.ok, outcome
    assert outcome.words.startswith("installed Erlang 27.3.4.17 and RabbitMQ 4.3.5")
    for name, data in ERLANG_FILES.items():
        if not name.endswith("erl.ini"):
            assert (shelf.root / "erlang-27.3.4.17" / name).read_bytes() == data
    batch = shelf.root / "rabbitmq_server-4.3.5" / "sbin" / "rabbitmq-server.bat"
    assert batch.read_bytes() == b"@echo off\r\n" * 50
    assert {(one.name, one.version) for one in shelf.installed()} == {
        ("erlang", "27.3.4.17"),
        ("rabbitmq", "4.3.5"),
    }
    assert list(shelf.downloads.iterdir()) == []
    assert any(words.startswith("Unpacking RabbitMQ 4.3.5") for words in told.words)
    assert 1.0 in told.shares
    assert not any(path.startswith("/listing") for path, _ in publisher.asked)


def test_erlang_is_left_without_the_folder_it_was_built_in(
    publisher: Publisher, shelf: Shelf, run: Install
) -> None:
    assert run(publisher.parts()).ok
    assert list(shelf.root.rglob("erl.ini")) == []


def test_what_is_there_already_is_left_alone(
    publisher: Publisher, shelf: Shelf, run: Install
) -> None:
    parts = publisher.parts()
    assert run(parts).ok
    asked = len(publisher.asked)
    assert run(parts) == InstallOutcome(ok=True, words="everything is installed already")
    assert len(publisher.asked) == asked


def test_without_a_pin_the_publishers_own_listing_decides(
    publisher: Publisher, shelf: Shelf, run: Install
) -> None:
    parts = publisher.parts(pinned=False)
    assert run(parts).ok
    assert {one.said_by for one in shelf.installed()} == {"the publisher's list of the release"}


@pytest.mark.parametrize("wrong", WRONGS, ids=str)
def test_what_is_not_what_it_should_be_is_never_used(
    publisher: Publisher, shelf: Shelf, run: Install, wrong: Wrong
) -> None:
    parts = publisher.parts(pinned=wrong.pinned)
    wrong.done_by(publisher, parts[0])
    outcome = run(parts)
    assert not outcome.ok
    assert wrong.words in outcome.words
    assert outcome.remedy
    assert nothing_was_used(shelf)
    assert not any(shelf.downloads.glob("*.zip"))


@pytest.mark.parametrize("name", BAD_NAMES)
def test_an_archive_with_a_name_that_leads_astray_is_not_unpacked(
    publisher: Publisher, shelf: Shelf, run: Install, name: str, tmp_path: Path
) -> None:
    before = sorted(tmp_path.rglob("*evil*"))
    outcome = run([publisher.part("erlang", "27.3.4.17", zipped(ERLANG_FILES, **{name: b"x"}))])
    assert "was not used" in outcome.words, outcome
    assert nothing_was_used(shelf)
    assert sorted(tmp_path.rglob("*evil*")) == before


@pytest.mark.parametrize(("data", "words"), BAD_ARCHIVES)
def test_an_archive_that_is_another_one_is_not_used(
    publisher: Publisher, shelf: Shelf, run: Install, data: bytes, words: str
) -> None:
    outcome = run([publisher.part("erlang", "27.3.4.17", data)])
    assert not outcome.ok
    assert words in outcome.words
    assert nothing_was_used(shelf)


def test_a_file_outside_the_archives_top_folder_is_refused(
    publisher: Publisher, shelf: Shelf, run: Install
) -> None:
    data = zipped(RABBITMQ_FILES, **{"elsewhere/rabbitmq.conf": b"x"})
    outcome = run([publisher.part("rabbitmq", "4.3.5", data)])
    assert "is not in rabbitmq_server-4.3.5" in outcome.words
    assert nothing_was_used(shelf)


def test_a_connection_that_drops_is_gone_on_with(
    publisher: Publisher, shelf: Shelf, run: Install
) -> None:
    parts = publisher.parts()
    publisher.ways.drop_after = 100
    assert run(parts).ok
    assert publisher.ranges()[:2] == ["", "bytes=100-"]


def test_a_server_that_cannot_go_on_begins_anew(
    publisher: Publisher, shelf: Shelf, run: Install
) -> None:
    publisher.ways = Ways(drop_after=100, no_range=True)
    assert run(publisher.parts()).ok


def test_what_an_earlier_try_left_is_gone_on_with(
    publisher: Publisher, shelf: Shelf, run: Install
) -> None:
    erlang, _ = publisher.parts()
    shelf.downloads.mkdir(parents=True)
    whole = publisher.files[f"/releases/{erlang.file}"]
    (shelf.downloads / f"{erlang.file}.part").write_bytes(whole[:250])
    assert run([erlang]).ok
    assert publisher.ranges() == ["bytes=250-"]


@pytest.mark.parametrize("count", [120, 100_000])
@pytest.mark.parametrize("known", [{}, {"size": 0}], ids=["size known", "size unknown"])
def test_a_beginning_of_something_else_is_thrown_away_once(
    publisher: Publisher, shelf: Shelf, run: Install, count: int, known: dict[str, int]
) -> None:
    erlang, _ = publisher.parts(**known)
    shelf.downloads.mkdir(parents=True)
    (shelf.downloads / f"{erlang.file}.part").write_bytes(b"y" * count)
    assert run([erlang]).ok


def test_without_a_known_size_the_digest_alone_decides(
    publisher: Publisher, shelf: Shelf, run: Install
) -> None:
    erlang, rabbitmq = publisher.parts(size=0)
    path = f"/releases/{erlang.file}"
    whole = publisher.files[path]
    publisher.files[path] = whole[:-7]
    assert "not the file that it should be" in run([erlang]).words
    publisher.files[path] = whole
    assert run([erlang, rabbitmq]).ok


def test_it_follows_a_redirect_as_github_sends_it(publisher: Publisher, run: Install) -> None:
    publisher.ways.redirect_here = True
    assert run(publisher.parts()).ok


def test_a_cancelled_download_is_kept_and_nothing_is_used(
    publisher: Publisher, shelf: Shelf, told: Told, run: Install
) -> None:
    erlang, _ = publisher.parts()
    publisher.ways.slow = True
    outcomes: list[InstallOutcome] = []
    working = threading.Thread(target=lambda: outcomes.append(run([erlang])))
    working.start()
    assert publisher.ways.reached.wait(20)
    told.cancel()
    publisher.ways.go_on.set()
    working.join(20)
    assert outcomes[0].cancelled
    assert "kept" in outcomes[0].words
    assert nothing_was_used(shelf)
    again = install([erlang], shelf, Told(), finish=lambda *_: None)
    assert again.ok, again


def test_a_cancelled_unpacking_leaves_nothing(
    publisher: Publisher, shelf: Shelf, told: Told, run: Install
) -> None:
    def end_it(words: str) -> None:
        if words.startswith("Unpacking"):
            told.cancel()

    told._say = end_it
    assert run(publisher.parts()).cancelled
    assert nothing_was_used(shelf)


def test_little_room_is_told_before_anything_is_fetched(
    publisher: Publisher, shelf: Shelf, run: Install, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(10, 9, 1))
    outcome = run(publisher.parts())
    assert "1 bytes free" in outcome.words
    assert "Free some space" in outcome.remedy
    assert nothing_was_used(shelf)
    assert not any(shelf.downloads.iterdir())


@pytest.mark.parametrize("where", ["archive", "download"])
def test_a_disk_that_fills_up_on_the_way_leaves_nothing(
    publisher: Publisher,
    shelf: Shelf,
    run: Install,
    monkeypatch: pytest.MonkeyPatch,
    where: str,
) -> None:
    real = Path.open

    class Full:
        def __init__(self, file: Any) -> None:
            self._file = file

        def __enter__(self) -> Full:
            return self

        def __exit__(self, *_: object) -> None:
            self._file.close()

        def write(self, _: bytes) -> int:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def opened(path: Path, mode: str = "r", *rest: Any, **more: Any) -> Any:
        file = real(path, mode, *rest, **more)
        full = "x" in mode if where == "archive" else path.suffix == ".part" and mode != "rb"
        return Full(file) if full else file

    monkeypatch.setattr(Path, "open", opened)
    outcome = run(publisher.parts())
    assert "is full" in outcome.words, outcome
    assert nothing_was_used(shelf)


def test_a_folder_that_cannot_be_written_is_told(
    publisher: Publisher, tmp_path: Path, told: Told
) -> None:
    (tmp_path / "file").write_text("")
    outcome = install(publisher.parts(), Shelf(tmp_path / "file" / "programs"), told)
    assert "cannot be written" in outcome.words
    assert "--home" in outcome.remedy


def test_one_installation_at_a_time(publisher: Publisher, shelf: Shelf, run: Install) -> None:
    with shelf.held():
        assert "another window or terminal" in run(publisher.parts()).words


def test_nothing_is_removed_while_something_is_installed(
    publisher: Publisher, shelf: Shelf, run: Install
) -> None:
    assert run(publisher.parts()).ok
    with shelf.held(), pytest.raises(PartError, match="another window or terminal"):
        shelf.remove_all()
    assert len(shelf.installed()) == 2
    shelf.remove_all()
    shelf.remove_all()
    assert not shelf.root.exists()


def test_an_older_version_is_not_put_beside_a_newer_one(
    publisher: Publisher, shelf: Shelf, run: Install
) -> None:
    newer = {**ERLANG_FILES, "releases/27/OTP_VERSION": b"27.4"}
    assert run([publisher.part("erlang", "27.4", newer)]).ok
    outcome = run([publisher.part("erlang", "27.3.4.17", ERLANG_FILES)])
    assert "is older" in outcome.words
    assert [one.version for one in shelf.installed()] == ["27.4"]


def test_a_newer_version_stands_beside_the_older_one_and_each_can_be_removed(
    publisher: Publisher, shelf: Shelf, run: Install
) -> None:
    assert run([publisher.part("erlang", "27.3.4.17", ERLANG_FILES)]).ok
    newer = {**ERLANG_FILES, "releases/27/OTP_VERSION": b"27.4"}
    assert run([publisher.part("erlang", "27.4", newer)]).ok
    older, newest = shelf.installed()
    shelf.remove(older)
    assert shelf.installed() == [newest]
    shelf.remove_all()
    assert not shelf.root.exists()


def test_what_a_killed_installation_left_is_cleared_away(
    publisher: Publisher, shelf: Shelf, run: Install
) -> None:
    erlang, _ = publisher.parts()
    for name in (f"{archive.UNPACKING}erlang-1", ".going-erlang", erlang.folder):
        (shelf.root / name / "bin").mkdir(parents=True)
    assert shelf.installed() == []
    assert run([erlang]).ok
    assert {each.name for each in shelf.root.iterdir()} == {".lock", "downloads", erlang.folder}


def test_a_last_step_that_fails_leaves_nothing(
    publisher: Publisher, shelf: Shelf, run: Install
) -> None:
    def refuse(part: Part, folder: Path) -> None:
        raise PartError("it lacks something", "get it")

    outcome = run(publisher.parts(), finish=refuse)
    assert (outcome.words, outcome.remedy) == ("it lacks something", "get it")
    assert nothing_was_used(shelf)


# -- a folder instead of the network -------------------------------------------------------------


def test_archives_are_taken_from_a_folder(
    publisher: Publisher, shelf: Shelf, run: Install, tmp_path: Path
) -> None:
    parts = publisher.parts()
    source = tmp_path / "stick"
    source.mkdir()
    for part in parts:
        (source / part.file).write_bytes(publisher.files[f"/releases/{part.file}"])
    assert run(parts, source=source).ok
    assert publisher.asked == []
    assert len(list(source.iterdir())) == 2, "the user's own files stay"


def test_a_wrong_archive_in_a_folder_is_not_used(
    publisher: Publisher, shelf: Shelf, run: Install, tmp_path: Path
) -> None:
    erlang, _ = publisher.parts()
    (tmp_path / erlang.file).write_bytes(b"z" * erlang.size)
    outcome = run([erlang], source=tmp_path)
    assert "not the file that it should be" in outcome.words
    assert nothing_was_used(shelf)
    assert (tmp_path / erlang.file).exists()


def test_a_folder_without_the_archive_says_which_to_fetch(
    publisher: Publisher, run: Install, tmp_path: Path
) -> None:
    erlang, _ = publisher.parts()
    outcome = run([erlang], source=tmp_path)
    assert f"{erlang.file} is not in {tmp_path}" in outcome.words
    assert erlang.address in outcome.remedy


# -- the network ---------------------------------------------------------------------------------


def test_a_certificate_of_an_unknown_authority_is_refused(
    publisher: Publisher, shelf: Shelf, run: Install, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    outcome = run(publisher.parts())
    assert "does not trust" in outcome.words
    assert publisher.asked == []
    assert nothing_was_used(shelf)


def test_nobody_there_is_told_with_the_ways_on(publisher: Publisher, run: Install) -> None:
    with Publisher(publisher.authority.parent / "other") as other:
        (gone, _) = other.parts()
    outcome = run([gone])
    assert "cannot be reached" in outcome.words
    assert "--from" in outcome.remedy


def through_proxy(publisher: Publisher, monkeypatch: pytest.MonkeyPatch, login: str = "") -> None:
    proxy = publisher.plain_address.replace("localhost", f"{login}localhost")
    monkeypatch.setenv("HTTPS_PROXY", proxy)
    monkeypatch.setenv("NO_PROXY", "")


def test_everything_goes_through_the_proxy(
    publisher: Publisher, run: Install, monkeypatch: pytest.MonkeyPatch
) -> None:
    through_proxy(publisher, monkeypatch, "name:secret@")
    assert run(publisher.parts(pinned=False)).ok
    assert len(publisher.tunnels) == len(publisher.asked) == 4


def test_a_proxy_that_wants_a_login_is_named_without_telling_it(
    publisher: Publisher, run: Install, monkeypatch: pytest.MonkeyPatch
) -> None:
    through_proxy(publisher, monkeypatch, "name:wrong@")
    outcome = run(publisher.parts())
    assert outcome.words.startswith("the proxy localhost:")
    assert "wants a login" in outcome.words
    assert "HTTPS_PROXY" in outcome.remedy
    assert "wrong" not in outcome.words
    assert publisher.asked == []


def test_a_proxy_that_is_not_there_is_named(
    publisher: Publisher, run: Install, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://name:secret@127.0.0.1:9")
    monkeypatch.setenv("NO_PROXY", "")
    outcome = run(publisher.parts())
    assert "through the proxy 127.0.0.1:9" in outcome.words
    assert "secret" not in outcome.words


@pytest.mark.parametrize("address", ["http://localhost/x.zip", "file:///etc/passwd", "x.zip"])
def test_nothing_but_https_is_opened(address: str) -> None:
    with pytest.raises(PartError, match="not encrypted"), net.opened(address):
        pytest.fail("it was opened")
