"""Who listens on which TCP port.

Only the listeners are asked for: a machine may have thousands of ended connections, and the list of
all of them, which psutil reads, costs accordingly (in Wine minutes).
https://learn.microsoft.com/windows/win32/api/iphlpapi/nf-iphlpapi-getextendedtcptable
"""

from __future__ import annotations

import sys

assert sys.platform == "win32"  # tells mypy too

import ctypes
import socket
from collections.abc import Iterator
from ctypes import wintypes

_OWNER_PID_LISTENER = 3
_ERROR_INSUFFICIENT_BUFFER = 122
_TRIES = 5

_table = ctypes.WinDLL("iphlpapi").GetExtendedTcpTable
_table.restype = wintypes.DWORD
_table.argtypes = (
    *(wintypes.LPVOID, wintypes.LPDWORD, wintypes.BOOL),
    *(wintypes.ULONG, ctypes.c_int, wintypes.ULONG),
)


class _Row4(ctypes.Structure):
    _fields_ = [
        ("state", wintypes.DWORD),
        ("address", ctypes.c_ubyte * 4),
        ("port", wintypes.DWORD),
        ("remote_address", wintypes.DWORD),
        ("remote_port", wintypes.DWORD),
        ("pid", wintypes.DWORD),
    ]


class _Row6(ctypes.Structure):
    _fields_ = [
        ("address", ctypes.c_ubyte * 16),
        ("scope", wintypes.DWORD),
        ("port", wintypes.DWORD),
        ("remote_address", ctypes.c_ubyte * 16),
        ("remote_scope", wintypes.DWORD),
        ("remote_port", wintypes.DWORD),
        ("state", wintypes.DWORD),
        ("pid", wintypes.DWORD),
    ]


def listening() -> Iterator[tuple[str, int, int]]:
    """Address, port and pid of every listener; pid 0 is one that the system does not name."""
    for family, kind in ((socket.AF_INET, _Row4), (socket.AF_INET6, _Row6)):
        data = _read(family)
        count = int.from_bytes(data[:4], "little")
        for number in range(count):
            row = kind.from_buffer_copy(data, 4 + number * ctypes.sizeof(kind))
            address = socket.inet_ntop(family, bytes(row.address))
            yield address, socket.ntohs(row.port & 0xFFFF), row.pid


def _read(family: int) -> bytes:
    """The system's table, which may grow between two calls; empty where it does not give one."""
    size = wintypes.DWORD(0)
    for _ in range(_TRIES):
        room = ctypes.create_string_buffer(max(size.value, 4))
        code = _table(room, ctypes.byref(size), 0, family, _OWNER_PID_LISTENER, 0)
        if code == 0:
            return room.raw
        if code != _ERROR_INSUFFICIENT_BUFFER:
            break
    return bytes(4)
