"""The launcher in a process of its own while a child floods it: `-m benchmarks.flooded PLAN`.

PLAN is a JSON object: `home`, `window` (else as in a terminal), `turn_ms` (how often its loop is
looked at), `floods` (a list of names and arguments of `flood_child`), `search` (afterwards),
`keep_all` (else the files are rotated as always). The session, its
log store, the thread that reads the child and the window are the real ones; no service is started
beside it. Prints one JSON object.
"""

from __future__ import annotations

import json
import sys
import threading
import time
import uuid
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import accumulate
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

import psutil

from launcher import platform
from launcher.app import Wishes, open_session
from launcher.core.spec import ServiceSpec
from launcher.paths import Home
from launcher.runtime.logs import LogStore
from launcher.runtime.process import Child, Children

if TYPE_CHECKING:
    from launcher.session import Session

CHILD = Path(__file__).with_name("flood_child.py")
SERVICE = "worker"
_WHOLE = 1 << 50


class Flood:
    """One flooding child and what came of it."""

    def __init__(self, logs: LogStore, program: Path, words: Sequence[str]) -> None:
        self.over = threading.Event()
        """The child has ended and all of it was read."""
        children = Children(
            platform.current(), uuid.uuid4().hex, logs, lambda _pid: None, lambda _pid: None
        )
        spec = ServiceSpec(
            name=SERVICE,
            title="Worker",
            summary="",
            command=(sys.executable, str(program), *words),
        )
        self.child: Child = children.spawn(
            spec, lambda _watch, _groups: None, lambda _code: self.over.set()
        )


class Cost:
    """CPU of this process since it was made, as a share of one core."""

    def __init__(self) -> None:
        self._process = psutil.Process()
        self._began = time.perf_counter()
        self._used = self._cpu()

    def percent(self) -> float:
        """Until now."""
        return (self._cpu() - self._used) / (time.perf_counter() - self._began) * 100

    def _cpu(self) -> float:
        used = self._process.cpu_times()
        return float(used.user + used.system)


def main() -> int:
    """Run the plan, print the outcome."""
    plan = json.loads(sys.argv[1])
    home = Home(Path(plan["home"]))
    with open_session(home, Wishes(broker="embedded")) as session:
        if plan["keep_all"]:
            session.logs.room.set_limit(_WHOLE)
        found = (_in_window if plan["window"] else _in_terminal)(home, session, plan)
    told: dict[str, Any] = {"floods": found}
    if plan["keep_all"]:
        told["whole_on_disk"] = _whole_on_disk(home, found.values())
    print(json.dumps(told), flush=True)
    return 0


def _in_terminal(home: Home, session: Session, plan: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, *words in plan["floods"]:
        cost = Cost()
        report = home.root / f"{name}.json"
        Flood(session.logs, CHILD, [str(report), *words]).over.wait()
        found[name] = {"cpu_percent": cost.percent(), **_told(report)}
    return found


class Watch:
    """The gaps between two turns of the window's event loop, and the memory meanwhile."""

    def __init__(self) -> None:
        self._process = psutil.Process()
        self.begin()

    def begin(self) -> None:
        """Forget what was."""
        self.worst_ms = 0.0
        self.turns = Counter[int]()
        self.memory = [self._memory()]

    def turn(self, gap_ms: float) -> None:
        """The loop came round."""
        self.worst_ms = max(self.worst_ms, gap_ms)
        self.turns[int(gap_ms)] += 1
        if self.turns.total() % 50 == 0:
            self.memory.append(self._memory())

    def outcome(self) -> dict[str, Any]:
        """The worst gap, those that are felt, and the memory."""
        few = self.turns.total() * 0.01
        longest = accumulate(sorted(self.turns.items(), reverse=True), _add, initial=(0, 0))
        return {
            "worst_gap_ms": self.worst_ms,
            "p99_gap_ms": next((gap for gap, count in longest if count > few), 0),
            "gaps_over_100_ms": sum(count for gap, count in self.turns.items() if gap >= 100),
            "memory_peak_mb": max(self.memory),
            "memory_fifths_mb": [median(part) for part in _fifths(self.memory)],
        }

    def _memory(self) -> float:
        return float(self._process.memory_info().rss) / 1e6


class Scene:
    """A window over a session, and what is done to it; each `yield` is a turn of its loop."""

    def __init__(self, home: Home, session: Session) -> None:
        from launcher.gui.window import LOGS, Window  # noqa: PLC0415 - not in a terminal

        self._home = home
        self._logs = session.logs
        self._number = LOGS
        self.window = Window(session)
        self.watch = Watch()
        self.found: dict[str, Any] = {}

    def steps(self, floods: list[list[str]], *, search: bool) -> Iterator[None]:
        """Flood in every way, then scroll and search through what is held."""
        yield from pause(1.5)
        self.window.show_page(self._number)
        yield from pause(1.5)
        self.watch.begin()
        yield from pause(1.0)
        self.found["before"] = self.watch.outcome()
        for name, *words in floods:
            yield from self._flood(name, words)
        if search:
            yield from self._scroll()
            yield from self._search("text", "mail-000000123-1")
            yield from self._search("expression", r"/mail-0+123-\d received/")

    def _flood(self, name: str, words: list[str]) -> Iterator[None]:
        self.watch.begin()
        cost = Cost()
        report = self._home.root / f"{name}.json"
        flood = Flood(self._logs, CHILD, [str(report), *words])
        while not flood.over.is_set():
            yield
        percent = cost.percent()
        yield from pause(0.3)
        self.found[name] = {"cpu_percent": percent, **self.watch.outcome(), **_told(report)}

    def _scroll(self) -> Iterator[None]:
        bar = self._view().verticalScrollBar()
        self.watch.begin()
        for hundredth in range(100):
            bar.setValue(bar.maximum() * hundredth // 100)
            yield
        held = self._logs.end - self._logs.begin
        self.found["scrolling"] = {"held": held, **self.watch.outcome()}

    def _search(self, name: str, text: str) -> Iterator[None]:
        self.watch.begin()
        began = time.perf_counter()
        self.window.page(self._number).bar.text.setText(text)
        while self._view().index.end < self._logs.end:
            yield
        seconds = time.perf_counter() - began
        matches = len(self._view().index)
        self.found[name] = {"search_s": seconds, "matches": matches, **self.watch.outcome()}

    def _view(self) -> Any:
        return self.window.page(self._number).view


def _in_window(home: Home, session: Session, plan: Mapping[str, Any]) -> dict[str, Any]:
    from launcher.gui.main import make_application  # noqa: PLC0415 - not in a terminal

    make_application()
    scene = Scene(home, session)
    steps = scene.steps(plan["floods"], search=plan["search"])
    play(scene.window, steps, scene.watch, plan["turn_ms"])
    return scene.found


def play(window: Any, steps: Iterator[None], watch: Watch, turn_ms: int) -> None:
    """Show the window and go on by a step each turn of its loop, until there is none."""
    from PySide6.QtCore import QElapsedTimer, Qt, QTimer  # noqa: PLC0415 - not in a terminal
    from PySide6.QtWidgets import QApplication  # noqa: PLC0415 - the same

    between = QElapsedTimer()
    timer = QTimer()
    timer.setTimerType(Qt.TimerType.PreciseTimer)

    def turn() -> None:
        watch.turn(between.nsecsElapsed() / 1e6)
        between.restart()
        if next(steps, timer) is timer:
            timer.stop()
            QApplication.quit()

    timer.timeout.connect(turn)
    window.show()
    between.start()
    timer.start(turn_ms)
    QApplication.exec()
    window.background.close()
    window.bridge.close()


def _told(report: Path) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(report.read_text(encoding="ascii"))
    return told


def pause(seconds: float) -> Iterator[None]:
    """Let the loop turn for a while."""
    until = time.perf_counter() + seconds
    while time.perf_counter() < until:
        yield


def _add(before: tuple[int, int], gap: tuple[int, int]) -> tuple[int, int]:
    return gap[0], before[1] + gap[1]


def _fifths(values: list[float]) -> Iterator[list[float]]:
    for part in range(5):
        yield values[len(values) * part // 5 : len(values) * (part + 1) // 5] or values[-1:]


def _whole_on_disk(home: Home, floods: Iterable[Mapping[str, Any]]) -> bool:
    """Whether the files hold every byte that the children wrote, in order, and nothing else."""
    with (home.logs / f"{SERVICE}.log").open("rb") as file:
        for flood in floods:
            left, crc = flood.get("bytes", 0), 0
            while left and (chunk := file.read(min(left, 1 << 20))):
                left -= len(chunk)
                crc = zlib.crc32(chunk, crc)
            if left or crc != flood.get("crc", 0):
                return False
        return not file.read(1)


if __name__ == "__main__":
    sys.exit(main())
