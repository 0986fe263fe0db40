"""Starts children and listens to them: the only place that calls subprocess.Popen for a service.

One thread a child reads its output, one waits for its end; both only hand on what they saw.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from launcher.core.facts import Endpoint
from launcher.core.spec import LineMeaning, LineWatch, ServiceSpec, StopAction
from launcher.platform.system import RUN_VARIABLE, SERVICE_VARIABLE, System
from launcher.runtime import port_choice
from launcher.runtime.followed_file import FollowedFile
from launcher.runtime.logs import LogSink, LogStore

_CHUNK = 256 * 1024
_GATHER = 0.02
"""Seconds to let output gather after a large read: a flood costs one wake-up in 20 ms, not one a
line."""
_BREATH = 0.002
"""The same when the pipe was about full: the child waits for room, but the window wants a turn."""
_DRAIN = 0.5
"""Seconds to wait for the last output after the exit; a grandchild may hold the pipe for ever."""
_LOOK_INTO_LOG = 0.1
"""Seconds between two looks into a log that the service writes itself."""
_PIPE_BYTES = 1024 * 1024
_SMALL_PIPE_BYTES = 4096
"""What any pipe holds."""
_F_SETPIPE_SZ = 1031
"""fcntl(2), Linux: the size of a pipe's buffer."""

_NOT_INHERITED = ("DJANGO_", "CELERY_", "FLOWER_", "RABBITMQ_", "EMAIL_", "LAUNCHER_", "ERL_")
"""What the user's shell has set for other projects must not reach ours."""


class Children:
    """`launcher.core.protocols.ProcessRunner` over subprocess.

    `on_begin` and `on_end` are told the pid of every child, so that the guard knows them.
    """

    def __init__(
        self,
        system: System,
        run: str,
        logs: LogStore,
        on_begin: Callable[[int], None],
        on_end: Callable[[int], None],
    ) -> None:
        self._system = system
        self._run = run
        self._logs = logs
        self._on_begin = on_begin
        self._on_end = on_end

    def spawn(
        self,
        spec: ServiceSpec,
        on_watch: Callable[[LineWatch, Sequence[str]], None],
        on_exit: Callable[[int], None],
    ) -> Child:
        """Start the process. Raises OSError when it cannot be started."""
        environment = child_environment(os.environ, spec.environment, self._run, spec.name)
        if shutil.which(spec.command[0], path=environment.get("PATH")) is None:
            raise FileNotFoundError(2, "there is no such program", spec.command[0])
        log = FollowedFile(Path(spec.log_file)) if spec.log_file else None
        process = _start(self._system, spec, spec.command, run=self._run, environment=environment)
        self._on_begin(process.pid)

        def ended(code: int) -> None:
            try:
                self._on_end(process.pid)
                lost = _lost_port(spec)
                if lost is not None:
                    on_watch(lost, ())
            finally:
                on_exit(code)

        child = Child(
            process,
            spec,
            environment=environment,
            system=self._system,
            run=self._run,
            sink=self._logs.sink(spec.name),
            log=log,
        )
        child.listen(on_watch, ended)
        return child


def _start(
    system: System,
    spec: ServiceSpec,
    command: Sequence[str],
    *,
    run: str,
    environment: Mapping[str, str],
    output: int = subprocess.PIPE,
) -> subprocess.Popen[bytes]:
    """A process of the service, taken in by the system before it goes on. Raises OSError."""
    process = subprocess.Popen(
        system.command(command),
        env=dict(environment),
        cwd=spec.folder or None,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        bufsize=0,
        **system.popen_options(),
    )
    try:
        system.adopt(process.pid, run, spec.name)
    except OSError:
        # It has not run one step of its own yet.
        process.kill()
        process.communicate()
        raise
    return process


def child_environment(
    own: Mapping[str, str], added: Mapping[str, str], run: str, service: str
) -> dict[str, str]:
    """The environment of a service's process: the user's, cleaned, and what the service needs."""
    environment = {
        key: value for key, value in own.items() if not key.upper().startswith(_NOT_INHERITED)
    }
    environment |= {"PYTHONUTF8": "1", "PYTHONUNBUFFERED": "1"}
    environment |= added
    environment |= {RUN_VARIABLE: run, SERVICE_VARIABLE: service}
    return environment


def _lost_port(spec: ServiceSpec) -> LineWatch | None:
    """Why a service that has ended could not have stayed: its port is somebody else's.

    Asked of the system once the whole tree is gone, since each program has its own words for it,
    and Erlang's port mapper has none.
    """
    if spec.port is None:
        return None
    endpoint = Endpoint(spec.address, spec.port)
    if port_choice.is_free(endpoint):
        return None
    problem = port_choice.taken_by(port_choice.owner_of(endpoint), spec.port, spec.title)
    # A program's name may hold braces, and the words of a watch are filled in.
    words = problem.words.replace("{", "{{").replace("}", "}}")
    return LineWatch("", LineMeaning.PORT_TAKEN, words, problem.remedy)


class Child:
    """A living process and its tree; `launcher.core.protocols.ChildProcess`."""

    def __init__(
        self,
        process: subprocess.Popen[bytes],
        spec: ServiceSpec,
        *,
        environment: Mapping[str, str],
        system: System,
        run: str,
        sink: LogSink,
        log: FollowedFile | None,
    ) -> None:
        self._process = process
        self._spec = spec
        self._environment = environment
        self._system = system
        self._run = run
        self._sink = sink
        self._log = log
        self._writing = threading.Lock()
        self._ended = threading.Event()

    @property
    def pid(self) -> int:
        """Of the main process."""
        return self._process.pid

    def act(self, action: StopAction) -> None:
        """Ask the process or its tree to end."""
        if self._ended.is_set():
            return
        match action:
            case StopAction.TERMINATE if self._spec.stop_command:
                self._run_stop_command()
            case StopAction.TERMINATE:
                self._system.terminate(self.pid)
            case StopAction.KILL_TREE:
                self._end_tree()

    def listen(
        self,
        on_watch: Callable[[LineWatch, Sequence[str]], None],
        on_exit: Callable[[int], None],
    ) -> None:
        """Begin to read and to wait, each on a thread of its own."""
        reader = threading.Thread(
            target=self._read, args=(on_watch,), name=f"read-{self._spec.name}", daemon=True
        )
        waiter = threading.Thread(
            target=self._wait, args=(reader, on_exit), name=f"wait-{self._spec.name}", daemon=True
        )
        reader.start()
        waiter.start()
        if self._log is not None:
            threading.Thread(
                target=self._follow,
                args=(self._log, on_watch),
                name=f"follow-{self._spec.name}",
                daemon=True,
            ).start()

    def _read(self, on_watch: Callable[[LineWatch, Sequence[str]], None]) -> None:
        watches = [_Watcher(watch) for watch in self._spec.watches]
        pipe = self._process.stdout
        assert pipe is not None  # noqa: S101 - stdout=PIPE
        descriptor = pipe.fileno()
        full = min(_CHUNK, _enlarge(descriptor) // 2)
        while chunk := os.read(descriptor, _CHUNK):
            with self._writing:
                lines = self._sink.write(chunk)
            _tell(watches, lines, on_watch)
            if len(chunk) > _SMALL_PIPE_BYTES:
                self._ended.wait(_GATHER if len(chunk) < full else _BREATH)
        with self._writing:
            lines = self._sink.close()
        _tell(watches, lines, on_watch)
        pipe.close()

    def _follow(
        self, log: FollowedFile, on_watch: Callable[[LineWatch, Sequence[str]], None]
    ) -> None:
        """Read the service's own log until it has ended, and once more for its last lines."""
        watches = [_Watcher(watch) for watch in self._spec.watches]
        ended = False
        while not ended:
            ended = self._ended.wait(_LOOK_INTO_LOG)
            while lines := log.read():
                with self._writing:
                    lines = self._sink.write(lines)
                _tell(watches, lines, on_watch)

    def _run_stop_command(self) -> None:
        """Until it has done; it belongs to the service's tree, so the end of that is its own."""
        process = _start(
            *(self._system, self._spec, self._spec.stop_command),
            run=self._run,
            environment=self._environment,
            output=subprocess.DEVNULL,
        )
        process.wait()

    def _wait(self, reader: threading.Thread, on_exit: Callable[[int], None]) -> None:
        code = self._process.wait()
        try:
            # What is left of the tree would hold ports and files that the next start needs.
            self._end_tree()
        finally:
            # Told whatever went wrong: an end that nobody hears of is a service that never comes
            # back.
            reader.join(_DRAIN)
            self._ended.set()
            on_exit(code)

    def _end_tree(self) -> None:
        self._system.end_tree(self._run, self._spec.name, [self.pid])


class _Watcher:
    """Counts the lines that match a watch."""

    def __init__(self, watch: LineWatch) -> None:
        self.watch = watch
        self.pattern = re.compile(watch.pattern.encode())
        self.seen = 0


def _tell(
    watchers: list[_Watcher], lines: bytes, on_watch: Callable[[LineWatch, Sequence[str]], None]
) -> None:
    for watcher in watchers:
        for match in watcher.pattern.finditer(lines):
            watcher.seen += 1
            if watcher.seen == watcher.watch.count:
                groups = [(group or b"").decode("utf-8", "replace") for group in match.groups()]
                on_watch(watcher.watch, groups)


def _enlarge(descriptor: int) -> int:
    """Give the pipe a larger buffer where the system lets us; returns how much it holds surely."""
    if sys.platform != "win32":
        import fcntl  # noqa: PLC0415 - POSIX only

        with contextlib.suppress(OSError):
            return fcntl.fcntl(descriptor, _F_SETPIPE_SZ, _PIPE_BYTES)
    return _SMALL_PIPE_BYTES


def program_folder() -> Path:
    """The folder that holds our packages, for children that run from elsewhere."""
    return Path(__file__).resolve().parents[2]
