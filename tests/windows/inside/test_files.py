"""Locks, files that only the user can read, and what Windows refuses while somebody reads."""

from __future__ import annotations

import ctypes
import threading
from ctypes import wintypes
from pathlib import Path

import pytest

from launcher.platform.windows import files
from launcher.platform.windows.native import advapi, kernel
from tests.windows.inside.programs import running

IN_WINE = hasattr(ctypes.WinDLL("ntdll"), "wine_get_version")

HOLDER = """
import sys
from pathlib import Path
from launcher.platform.windows import files
lock = files.lock(Path(sys.argv[1]))
print(lock is not None, flush=True)
import time; time.sleep(600)
"""


def access_list(path: Path) -> str:
    """Who may do what to the file, in the written form of security descriptors."""
    named = advapi(
        "GetNamedSecurityInfoW",
        wintypes.DWORD,
        wintypes.LPWSTR,
        ctypes.c_int,
        wintypes.DWORD,
        *(wintypes.LPVOID,) * 4,
        ctypes.POINTER(wintypes.LPVOID),
    )
    written = advapi(
        "ConvertSecurityDescriptorToStringSecurityDescriptorW",
        wintypes.BOOL,
        wintypes.LPVOID,
        wintypes.DWORD,
        wintypes.DWORD,
        ctypes.POINTER(wintypes.LPWSTR),
        wintypes.LPVOID,
    )
    free = kernel("LocalFree", wintypes.LPVOID, wintypes.LPVOID)
    descriptor, words = wintypes.LPVOID(), wintypes.LPWSTR()
    assert named(str(path), 1, 0x4, None, None, None, None, ctypes.byref(descriptor)) == 0
    assert written(descriptor, 1, 0x4, ctypes.byref(words), None)
    told = words.value
    free(ctypes.cast(words, wintypes.LPVOID))
    free(descriptor)
    return told


def test_a_lock_is_exclusive_and_can_be_given_back(tmp_path: Path) -> None:
    first = files.lock(tmp_path / "lock")
    assert first is not None
    assert files.lock(tmp_path / "lock") is None
    first.release()
    first.release()
    again = files.lock(tmp_path / "lock")
    assert again is not None
    again.release()


def test_the_lock_of_a_killed_process_is_free(tmp_path: Path) -> None:
    with running(HOLDER, str(tmp_path / "lock")) as holder:
        assert holder.stdout.readline() == "True\n"
        assert files.lock(tmp_path / "lock") is None
        holder.kill()
        holder.wait()
        lock = files.lock(tmp_path / "lock")
        assert lock is not None
        lock.release()


def test_a_lock_in_a_folder_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="nowhere"):
        files.lock(tmp_path / "nowhere" / "lock")


def test_a_private_file_is_for_this_user_alone(tmp_path: Path) -> None:
    path = tmp_path / "Größe 漢字.json"
    path.write_text("before, and open to others", encoding="utf-8")
    open_to_others = access_list(path)
    files.write_private(path, "the word: 漢字")
    assert path.read_text(encoding="utf-8") == "the word: 漢字"
    told = access_list(path)
    assert told != open_to_others
    named = {entry.split(";")[-1].rstrip(")") for entry in told.split("(")[1:]}
    if IN_WINE:
        # It keeps the bits of Linux' files, from which it tells a list: without the group, others.
        assert named == {files.user_sid(), "SY"}, told
    else:
        assert (told[:3], named) == ("D:P", {files.user_sid()}), told
    assert [each.name for each in tmp_path.iterdir()] == [path.name]


def test_a_file_that_somebody_reads_is_replaced_once_they_are_done(tmp_path: Path) -> None:
    path = tmp_path / "control.json"
    path.write_text("old", encoding="utf-8")
    reader = path.open("rb")
    closing = threading.Timer(0.3, reader.close)
    closing.start()
    files.write_private(path, "new")
    assert path.read_text(encoding="utf-8") == "new"
    closing.join()


def test_what_cannot_be_written_leaves_nothing_beside_it(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "within").touch()
    files._TRIES = 2
    with pytest.raises(OSError):  # noqa: PT011 - the system's own words
        files.write_private(tmp_path / "folder", "text")
    assert [each.name for each in tmp_path.iterdir()] == ["folder"]


def test_the_user_is_named_by_a_security_identifier() -> None:
    assert files.user_sid().startswith("S-1-5-21-")


def test_a_folder_for_a_link_is_this_users_alone(tmp_path: Path) -> None:
    folder = tmp_path / "CeleryLauncher-0123abcd"
    files._own_folder(folder)
    files._own_folder(folder)
    assert files.owner(folder) in (files.user_sid(), files._ADMINISTRATORS)
    named = {entry.split(";")[-1].rstrip(")") for entry in access_list(folder).split("(")[1:]}
    assert named <= {files.user_sid(), "SY"}


def test_a_folder_of_somebody_else_is_not_used_for_a_link(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "theirs").mkdir()
    monkeypatch.setattr(files, "owner", lambda _: "S-1-5-21-1-2-3-1001")
    with pytest.raises(PermissionError, match="another user"):
        files.link_folder(tmp_path / "theirs" / "home", tmp_path)


def test_a_folder_gets_another_name_that_can_be_moved(tmp_path: Path) -> None:
    for name in ("Größe", "other"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "file").write_text(name, encoding="utf-8")
    link = tmp_path / "links" / "plain"
    try:
        files.link_folder(link, tmp_path / "Größe")
    except OSError as error:
        pytest.skip(f"no junctions here, which Wine 8 does not have: {error}")
    assert (link / "file").read_text(encoding="utf-8") == "Größe"
    files.link_folder(link, tmp_path / "other")
    assert (link / "file").read_text(encoding="utf-8") == "other"
    assert (tmp_path / "Größe" / "file").exists()
