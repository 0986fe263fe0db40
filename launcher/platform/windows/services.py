"""Windows' own services: whether one is installed, and whether it runs.

https://learn.microsoft.com/windows/win32/services/service-functions
"""

from __future__ import annotations

import sys

assert sys.platform == "win32"  # tells mypy too

import ctypes
import enum
from ctypes import wintypes

from launcher.platform.windows.native import advapi, failure

_CONNECT = 0x1
_QUERY_STATUS = 0x4
_ERROR_SERVICE_DOES_NOT_EXIST = 1060
_STOPPED = 1


class ServiceState(enum.StrEnum):
    """Of a Windows service."""

    ABSENT = "absent"
    STOPPED = "stopped"
    RUNNING = "running"
    """Or about to: whatever is not stopped."""


class _Status(ctypes.Structure):
    _fields_ = [
        ("service_type", wintypes.DWORD),
        ("current_state", wintypes.DWORD),
        ("controls_accepted", wintypes.DWORD),
        ("win32_exit_code", wintypes.DWORD),
        ("service_specific_exit_code", wintypes.DWORD),
        ("check_point", wintypes.DWORD),
        ("wait_hint", wintypes.DWORD),
    ]


_open_manager = advapi(
    *("OpenSCManagerW", wintypes.HANDLE),
    *(wintypes.LPCWSTR, wintypes.LPCWSTR, wintypes.DWORD),
)
_open_service = advapi(
    "OpenServiceW", wintypes.HANDLE, wintypes.HANDLE, wintypes.LPCWSTR, wintypes.DWORD
)
_query = advapi("QueryServiceStatus", wintypes.BOOL, wintypes.HANDLE, wintypes.LPVOID)
_close = advapi("CloseServiceHandle", wintypes.BOOL, wintypes.HANDLE)


def state_of(name: str) -> ServiceState:
    """What the service `name` does; asks the system, which takes a moment. Raises OSError."""
    manager = _open_manager(None, None, _CONNECT)
    if not manager:
        raise failure("Windows' services")
    try:
        service = _open_service(manager, name, _QUERY_STATUS)
        if not service:
            if ctypes.get_last_error() == _ERROR_SERVICE_DOES_NOT_EXIST:
                return ServiceState.ABSENT
            raise failure(f"the service {name}")
        try:
            status = _Status()
            if not _query(service, ctypes.byref(status)):
                raise failure(f"the service {name}")
            stopped = status.current_state == _STOPPED
            return ServiceState.STOPPED if stopped else ServiceState.RUNNING
        finally:
            _close(service)
    finally:
        _close(manager)
