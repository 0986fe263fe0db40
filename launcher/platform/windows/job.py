"""Job objects: a process and everything it starts, ended together.

The launcher alone holds the job's handle, and the system ends every process of a job when its last
handle is closed (JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE): so nothing outlives a launcher, however it
ended. A process is started suspended and runs only once it is in its job, or what it starts in its
first moments would stay outside.
https://learn.microsoft.com/windows/win32/procthread/job-objects
"""

from __future__ import annotations

import sys

assert sys.platform == "win32"  # tells mypy too

import ctypes
import threading
from collections.abc import Iterator
from ctypes import wintypes

from launcher.platform.windows.native import Handle, failure, kernel

CREATE_SUSPENDED = 0x4
"""https://learn.microsoft.com/windows/win32/procthread/process-creation-flags"""

_BASIC_PROCESS_ID_LIST = 3
_EXTENDED_LIMIT_INFORMATION = 9
_KILL_ON_JOB_CLOSE = 0x2000
_PROCESS_TERMINATE_SET_QUOTA_AND_SYNCHRONIZE = 0x1 | 0x100 | 0x100000
_THREAD_SUSPEND_RESUME = 0x2
_SNAPSHOT_OF_THREADS = 0x4
_ERROR_MORE_DATA = 234
_ENDED_BY_US = 1
"""The exit code of what a job ends."""
_LOOK_AGAIN = 0.02
_LOOKS = 250


class _IoCounters(ctypes.Structure):
    _fields_ = [(f"counter_{number}", ctypes.c_ulonglong) for number in range(6)]


class _BasicLimits(ctypes.Structure):
    _fields_ = [
        ("per_process_user_time_limit", ctypes.c_longlong),
        ("per_job_user_time_limit", ctypes.c_longlong),
        ("limit_flags", wintypes.DWORD),
        ("minimum_working_set_size", ctypes.c_size_t),
        ("maximum_working_set_size", ctypes.c_size_t),
        ("active_process_limit", wintypes.DWORD),
        ("affinity", ctypes.c_size_t),
        ("priority_class", wintypes.DWORD),
        ("scheduling_class", wintypes.DWORD),
    ]


class _ExtendedLimits(ctypes.Structure):
    _fields_ = [
        ("basic", _BasicLimits),
        ("io", _IoCounters),
        ("process_memory_limit", ctypes.c_size_t),
        ("job_memory_limit", ctypes.c_size_t),
        ("peak_process_memory_used", ctypes.c_size_t),
        ("peak_job_memory_used", ctypes.c_size_t),
    ]


class _ThreadEntry(ctypes.Structure):
    _fields_ = [
        ("size", wintypes.DWORD),
        ("usage", wintypes.DWORD),
        ("thread", wintypes.DWORD),
        ("owner", wintypes.DWORD),
        ("base_priority", wintypes.LONG),
        ("delta_priority", wintypes.LONG),
        ("flags", wintypes.DWORD),
    ]


_create_job = kernel("CreateJobObjectW", wintypes.HANDLE, wintypes.LPVOID, wintypes.LPCWSTR)
_set_information = kernel(
    *("SetInformationJobObject", wintypes.BOOL),
    *(wintypes.HANDLE, ctypes.c_int, wintypes.LPVOID, wintypes.DWORD),
)
_query_information = kernel(
    *("QueryInformationJobObject", wintypes.BOOL),
    *(wintypes.HANDLE, ctypes.c_int, wintypes.LPVOID, wintypes.DWORD, wintypes.LPVOID),
)
_assign = kernel("AssignProcessToJobObject", wintypes.BOOL, wintypes.HANDLE, wintypes.HANDLE)
_terminate = kernel("TerminateJobObject", wintypes.BOOL, wintypes.HANDLE, wintypes.UINT)
_open_process = kernel(
    "OpenProcess", wintypes.HANDLE, wintypes.DWORD, wintypes.BOOL, wintypes.DWORD
)
_open_thread = kernel("OpenThread", wintypes.HANDLE, wintypes.DWORD, wintypes.BOOL, wintypes.DWORD)
_resume_thread = kernel("ResumeThread", wintypes.DWORD, wintypes.HANDLE)
_snapshot = kernel("CreateToolhelp32Snapshot", wintypes.HANDLE, wintypes.DWORD, wintypes.DWORD)
_first_thread = kernel("Thread32First", wintypes.BOOL, wintypes.HANDLE, wintypes.LPVOID)
_next_thread = kernel("Thread32Next", wintypes.BOOL, wintypes.HANDLE, wintypes.LPVOID)


class Job:
    """A job that ends with this process. Raises OSError where the system refuses one.

    Several threads may use it: who ends it holds up who asks for its processes meanwhile.
    """

    def __init__(self) -> None:
        self._guard = threading.RLock()
        self._handle = Handle(_create_job(None, None), "a job object")
        limits = _ExtendedLimits()
        limits.basic.limit_flags = _KILL_ON_JOB_CLOSE
        if not _set_information(
            self._handle.value,
            _EXTENDED_LIMIT_INFORMATION,
            ctypes.byref(limits),
            ctypes.sizeof(limits),
        ):
            raise failure("the job's limits")

    def take(self, pid: int) -> None:
        """Put a process of ours, and all it will start, into the job. Raises OSError."""
        rights = _PROCESS_TERMINATE_SET_QUOTA_AND_SYNCHRONIZE
        with Handle(_open_process(rights, False, pid), f"process {pid}") as process:  # noqa: FBT003 - Windows' signature
            if not _assign(self._handle.value, process.value):
                raise failure(f"process {pid} into its job")

    def pids(self) -> list[int]:
        """Who is in it, as the system counts; nobody once it is closed."""
        with self._guard:
            return self._pids() if self._handle.is_open else []

    def _pids(self) -> list[int]:
        room = 64
        while True:
            answer = (ctypes.c_size_t * (room + 1))()
            done = _query_information(
                self._handle.value,
                _BASIC_PROCESS_ID_LIST,
                ctypes.byref(answer),
                ctypes.sizeof(answer),
                None,
            )
            # Two numbers of 32 bits lead the list: how many there are, and how many follow.
            assigned, listed = answer[0] & 0xFFFFFFFF, answer[0] >> 32
            if done and listed >= assigned:
                return list(answer[1 : 1 + listed])
            if not done and ctypes.get_last_error() != _ERROR_MORE_DATA:
                raise failure("the processes of a job")
            room = max(2 * room, assigned)

    def end(self) -> int:
        """End everybody in it, wait until they have gone, and close it; returns how many it were.

        Takes a few seconds at most.
        """
        with self._guard:
            if not self._handle.is_open:
                return 0
            ended = len(self._pids())
            _terminate(self._handle.value, _ENDED_BY_US)
            pause = threading.Event()
            for _ in range(_LOOKS):
                if not self._pids():
                    break
                pause.wait(_LOOK_AGAIN)
            self._handle.close()
            return ended


def resume(pid: int) -> None:
    """Let a process run that was started with CREATE_SUSPENDED. Raises OSError."""
    for thread in _threads(pid):
        with Handle(_open_thread(_THREAD_SUSPEND_RESUME, False, thread), "a thread") as handle:  # noqa: FBT003 - Windows' signature
            if _resume_thread(handle.value) == 0xFFFFFFFF:
                raise failure(f"process {pid} cannot go on")


def _threads(pid: int) -> Iterator[int]:
    with Handle(_snapshot(_SNAPSHOT_OF_THREADS, 0), "the list of threads") as snapshot:
        entry = _ThreadEntry(size=ctypes.sizeof(_ThreadEntry))
        found = _first_thread(snapshot.value, ctypes.byref(entry))
        while found:
            if entry.owner == pid:
                yield entry.thread
            found = _next_thread(snapshot.value, ctypes.byref(entry))
