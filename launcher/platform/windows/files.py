"""Locks, private files, and another name for a folder."""

from __future__ import annotations

import sys

assert sys.platform == "win32"  # tells mypy too

import _winapi
import contextlib
import ctypes
import errno
import stat
import threading
import uuid
from collections.abc import Iterator
from ctypes import wintypes
from pathlib import Path
from typing import Any

from launcher.platform.windows.native import INVALID_HANDLE, Handle, advapi, failure, kernel

_GENERIC_READ_AND_WRITE = 0x80000000 | 0x40000000
_GENERIC_WRITE = 0x40000000
_OPEN_ALWAYS = 4
_CREATE_NEW = 1
_NORMAL = 0x80
_ERROR_SHARING_VIOLATION = 32
_ERROR_ALREADY_EXISTS = 183
_FILE_OBJECT = 1
_OWNER = 0x1
_ADMINISTRATORS = "S-1-5-32-544"
"""Owns what an administrator makes; nobody else can give a folder to them."""
_TOKEN_QUERY = 0x8
_TOKEN_USER = 1
_SDDL_REVISION = 1
_TRIES = 100
_TRY_AGAIN = 0.02


class _SecurityAttributes(ctypes.Structure):
    _fields_ = [
        ("length", wintypes.DWORD),
        ("descriptor", wintypes.LPVOID),
        ("inherit", wintypes.BOOL),
    ]


_create_file = kernel(
    *("CreateFileW", wintypes.HANDLE),
    *(wintypes.LPCWSTR, wintypes.DWORD, wintypes.DWORD, wintypes.LPVOID),
    *(wintypes.DWORD, wintypes.DWORD, wintypes.HANDLE),
)
_write_file = kernel(
    *("WriteFile", wintypes.BOOL),
    *(wintypes.HANDLE, wintypes.LPCVOID, wintypes.DWORD, wintypes.LPDWORD, wintypes.LPVOID),
)
_own_process = kernel("GetCurrentProcess", wintypes.HANDLE)
_local_free = kernel("LocalFree", wintypes.LPVOID, wintypes.LPVOID)
_open_token = advapi(
    "OpenProcessToken", wintypes.BOOL, wintypes.HANDLE, wintypes.DWORD, wintypes.PHANDLE
)
_token_information = advapi(
    *("GetTokenInformation", wintypes.BOOL),
    *(wintypes.HANDLE, ctypes.c_int, wintypes.LPVOID, wintypes.DWORD, wintypes.LPDWORD),
)
_sid_to_string = advapi(
    "ConvertSidToStringSidW", wintypes.BOOL, wintypes.LPVOID, ctypes.POINTER(wintypes.LPWSTR)
)
_create_folder = kernel("CreateDirectoryW", wintypes.BOOL, wintypes.LPCWSTR, wintypes.LPVOID)
_named_security = advapi(
    *("GetNamedSecurityInfoW", wintypes.DWORD),
    *(wintypes.LPWSTR, ctypes.c_int, wintypes.DWORD),
    *(wintypes.LPVOID,) * 4,
    ctypes.POINTER(wintypes.LPVOID),
)
_descriptor_from = advapi(
    *("ConvertStringSecurityDescriptorToSecurityDescriptorW", wintypes.BOOL),
    *(wintypes.LPCWSTR, wintypes.DWORD, ctypes.POINTER(wintypes.LPVOID), wintypes.LPVOID),
)


class WindowsLock:
    """A file opened for us alone; the system closes it when the process ends, however it ends."""

    def __init__(self, handle: Handle) -> None:
        self._handle = handle

    def release(self) -> None:
        """Give the lock back."""
        self._handle.close()


def lock(path: Path) -> WindowsLock | None:
    """Take the exclusive lock on `path`; None when another holds it. Raises OSError."""
    value = _create_file(str(path), _GENERIC_READ_AND_WRITE, 0, None, _OPEN_ALWAYS, _NORMAL, None)
    if value == INVALID_HANDLE and ctypes.get_last_error() == _ERROR_SHARING_VIOLATION:
        return None
    return WindowsLock(Handle(value, str(path)))


def write_private(path: Path, text: str) -> None:
    """Replace a file in one step by one that only this user can read.

    Its access list is given when it is made, so that there is no moment in which others can open
    it, and is protected: what the folder would pass on does not apply.
    """
    beside = path.with_name(f".{path.name}-{uuid.uuid4().hex}")
    try:
        _write_new(beside, text.encode("utf-8"))
        replace(beside, path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise


def replace(source: Path, target: Path) -> None:
    """`source.replace(target)`, which Windows refuses for as long as somebody reads `target`."""
    pause = threading.Event()
    for _ in range(_TRIES):
        with contextlib.suppress(PermissionError):
            source.replace(target)
            return
        pause.wait(_TRY_AGAIN)
    source.replace(target)


def link_folder(link: Path, folder: Path) -> None:
    """A junction, for which nobody needs an administrator's rights, in a folder of this user's.

    Raises OSError where the folder that it would stand in belongs to somebody else.
    """
    _own_folder(link.parent)
    if _is_junction(link):
        link.rmdir()
    elif link.exists():
        raise FileExistsError(errno.EEXIST, "something else has this name", str(link))
    _winapi.CreateJunction(str(folder), str(link))


def _own_folder(folder: Path) -> None:
    """Make a folder for this user alone; one that is there must be this user's.

    It may stand where every user can make folders (`%ProgramData%`): another one could have made it
    before us, and would then decide what RabbitMQ runs.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    with _for_us_alone() as attributes:
        if _create_folder(str(folder), ctypes.byref(attributes)):
            return
    if ctypes.get_last_error() != _ERROR_ALREADY_EXISTS:
        raise failure(str(folder))
    if owner(folder) not in (user_sid(), _ADMINISTRATORS):
        raise PermissionError(errno.EPERM, "it belongs to another user", str(folder))


def owner(path: Path) -> str:
    """The security identifier of who owns a file or folder. Raises OSError."""
    sid, descriptor = wintypes.LPVOID(), wintypes.LPVOID()
    code = _named_security(
        *(str(path), _FILE_OBJECT, _OWNER, ctypes.byref(sid), None, None, None),
        ctypes.byref(descriptor),
    )
    if code:
        raise OSError(None, f"{path}: {ctypes.FormatError(code).strip()}", None, code)
    try:
        return _written(sid)
    finally:
        _local_free(descriptor)


def _is_junction(path: Path) -> bool:
    with contextlib.suppress(FileNotFoundError):
        return path.lstat().st_reparse_tag == stat.IO_REPARSE_TAG_MOUNT_POINT
    return False


def user_sid() -> str:
    """The security identifier of the user that this process runs as, in its written form."""
    token = wintypes.HANDLE()
    if not _open_token(_own_process(), _TOKEN_QUERY, ctypes.byref(token)):
        raise failure("the process's token")
    with Handle(token.value, "the process's token") as handle:
        size = wintypes.DWORD(0)
        _token_information(handle.value, _TOKEN_USER, None, 0, ctypes.byref(size))
        room = ctypes.create_string_buffer(size.value)
        if not _token_information(handle.value, _TOKEN_USER, room, size, ctypes.byref(size)):
            raise failure("the user of this process")
        # TOKEN_USER begins with a pointer to the identifier, which lies in the same buffer.
        sid = ctypes.cast(room, ctypes.POINTER(wintypes.LPVOID))[0]
        return _written(sid)


def _write_new(path: Path, data: bytes) -> None:
    with (
        _for_us_alone() as attributes,
        Handle(
            _create_file(
                *(str(path), _GENERIC_WRITE, 0, ctypes.byref(attributes)),
                *(_CREATE_NEW, _NORMAL, None),
            ),
            str(path),
        ) as file,
    ):
        written = wintypes.DWORD(0)
        done = _write_file(file.value, data, len(data), ctypes.byref(written), None)
        if not done or written.value != len(data):
            raise failure(str(path))


@contextlib.contextmanager
def _for_us_alone() -> Iterator[_SecurityAttributes]:
    """What a new file or folder is given: an access list with this user in it and nobody else."""
    descriptor = wintypes.LPVOID()
    # D: the list of who may do what; P: protected from inheritance; OICI: and for all below it;
    # FA: everything, for one user.
    rule = f"D:P(A;OICI;FA;;;{user_sid()})"
    if not _descriptor_from(rule, _SDDL_REVISION, ctypes.byref(descriptor), None):
        raise failure("an access list for this user alone")
    try:
        yield _SecurityAttributes(ctypes.sizeof(_SecurityAttributes), descriptor, 0)
    finally:
        _local_free(descriptor)


def _written(sid: Any) -> str:
    words = wintypes.LPWSTR()
    if not _sid_to_string(sid, ctypes.byref(words)):
        raise failure("a security identifier")
    try:
        return words.value or ""
    finally:
        _local_free(ctypes.cast(words, wintypes.LPVOID))
