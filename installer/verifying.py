"""Installs the setup program under Wine, drives what it installed as a person would, removes it.

Keys alone reach the window. Each step says in words what was wrong; the first that fails ends the
walk.
"""

from __future__ import annotations

import json
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from installer.commands import INSTALL_TOOLS
from installer.errors import Unavailable
from installer.machine import Machine, Pixels
from tests.helpers.display import x_server
from tests.helpers.measuring import NotMeasured
from tests.helpers.waiting import eventually, let_pass
from tests.windows.kit.parts import leave_out_wmi
from tests.windows.kit.wine import Wine, windows_path

GONE = 5.0
"""Seconds after which nothing may be left of a window that was closed."""
_INSTALL = 180.0
_WINDOW = 120.0
_GREEN = 240.0
_MAIL = 60.0
"""Seconds for each, on a busy machine; what they take is told."""
_STILL = 1.5
"""Seconds in which a page that is finished does not change."""
_ANOTHER_PAGE = 0.02
"""The part of the pixels that differs at least; a button that is pressed is less."""
_WRITTEN = 20
"""Colours in the middle of the screen once something is written there."""
_RUNS = 3
"""The setup program's exit code while the launcher runs."""


@dataclass(slots=True)
class Walk:
    """What was done and seen, step by step."""

    steps: list[dict[str, object]] = field(default_factory=list)
    figures: dict[str, float] = field(default_factory=dict)

    @property
    def holds(self) -> bool:
        """Whether there was a step, and none failed."""
        return bool(self.steps) and all(step["ok"] for step in self.steps)


class _Over(Exception):  # noqa: N818 - said by `step`
    """A step went wrong: the walk is over."""


def verify(setup: Path, pictures: Path, say: Callable[[str], None], *, whole: bool = True) -> Walk:
    """Walk through the life of an installation; pictures go to a folder that is there.

    Not `whole`, it is not installed a second time and its selftest is left out: a minute less.
    Raises Unavailable where Wine, Xvfb or xdotool cannot be had.
    """
    walk = Walk()
    try:
        with (
            tempfile.TemporaryDirectory(prefix="celery-launcher-verify-") as folder,
            Wine(Path(folder)) as wine,
            x_server((1200, 800)) as display,
            suppress(_Over),
        ):
            _Person(Machine(wine, display), setup, pictures, walk, say).walk(whole=whole)
    except NotMeasured as missing:
        raise Unavailable(missing.reason, missing.remedy) from missing
    except FileNotFoundError as missing:
        raise Unavailable(f"{missing.filename} is not installed", INSTALL_TOOLS) from missing
    return walk


class _Person:
    """Somebody who installs, uses and removes the program."""

    def __init__(
        self,
        machine: Machine,
        setup: Path,
        pictures: Path,
        walk: Walk,
        say: Callable[[str], None],
    ) -> None:
        self.machine, self.setup, self.pictures = machine, setup, pictures
        self._walk, self._say = walk, say

    def walk(self, *, whole: bool) -> None:
        before = self.machine.traces()
        with self.step("install"):
            self.install()
        # Its ports are free ones: the launchers of Linux do not see what this one has claimed.
        self.machine.wine.fill_home(self.machine.home.root, "start_services = false")
        with self.step("window from the shortcut"):
            window = self.open_window()
        with self.step("all services ready"):
            self.start_everything(window)
        with self.step("a mail sent and delivered"):
            self.send_the_first_mail(window)
        with self.step("setup refuses while it runs"):
            self.refuse()
        with self.step("closed, nothing left running"):
            self.close(window)
            self.expect(len(self.machine.inbox()) == 1, "the mail is not in the inbox")
        if whole:
            with self.step("installed again over it"):
                self.install()
                self.expect(self.machine.inbox(), "the mail is gone")
            with self.step("selftest"):
                self.selftest()
        with self.step("removed with the data, nothing left"):
            self.remove("/PURGE")
            left = self.machine.traces() - before
            self.expect(not left, f"left: {', '.join(sorted(left)[:8])}")

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Time it and note what came of it. Raises _Over when it failed."""
        began, words = time.monotonic(), ""
        try:
            yield
        except Exception as error:  # noqa: BLE001 - the step's answer
            words = f"{type(error).__name__}: {error}"
        seconds = round(time.monotonic() - began, 1)
        self._walk.steps.append({"step": name, "ok": not words, "seconds": seconds})
        self._say(f"{'FAILED' if words else 'ok':<6} {seconds:6.1f} s  {name}  {words}".rstrip())
        if words:
            with suppress(Exception):
                self.machine.picture(self.pictures / "failed.png")
                # The prefix is removed; what the services said is what explains it.
                shutil.copytree(self.machine.home.logs, self.pictures / "logs", dirs_exist_ok=True)
            raise _Over

    def expect(self, holds: object, words: str) -> None:
        """The step fails with these words where it does not hold."""
        if not holds:
            raise AssertionError(words)

    def still(self, name: str) -> Pixels:
        """Keep a picture of the screen once it stands still."""
        seen: list[Pixels] = [()]

        def same() -> bool:
            let_pass(_STILL)
            seen.append(self.machine.picture(self.pictures / f"{name}.png"))
            return seen[-1] == seen[-2]

        eventually(same, _WINDOW, "a picture that stands still")
        return seen[-1]

    # -- the steps -------------------------------------------------------------------------------

    def install(self, *switches: str) -> None:
        code = self.machine.run(windows_path(self.setup), "/S", *switches, timeout=_INSTALL)
        self.expect(code == 0, f"the setup program ended with {code}")
        for file in (
            self.machine.window_program,
            self.machine.terminal_program,
            self.machine.in_menu,
        ):
            self.expect(file.exists(), f"{file.name} is not there")
        size = sum(file.stat().st_size for file in self.machine.folder.rglob("*") if file.is_file())
        self._walk.figures["installed_mb"] = round(size / 1e6)
        leave_out_wmi(self.machine.folder / "runtime")

    def open_window(self) -> str:
        began = time.monotonic()
        self.machine.run("start", self.machine.named(self.machine.on_desktop), timeout=30)
        window = eventually(
            self.machine.window, _WINDOW, lambda: f"a window: {self.machine.wine.told()}", 0.05
        )
        self._walk.figures["window_s"] = round(time.monotonic() - began, 1)
        eventually(self.machine.states, _WINDOW, "an answer of the launcher", every=0.2)
        # The frame comes first.
        eventually(lambda: len(set(self.still("first-run"))) > _WRITTEN, _WINDOW, "the first page")
        return window

    def start_everything(self, window: str) -> None:
        """The button has the keyboard on the first page."""
        began = time.monotonic()
        self.machine.keys(window, "space")
        eventually(
            self.machine.all_ready, _GREEN, lambda: f"all ready: {self.machine.states()}", every=0.1
        )
        self._walk.figures["all_green_s"] = round(time.monotonic() - began, 1)

    def send_the_first_mail(self, window: str) -> None:
        """Two steps on by Tab; once the mail has come, its button opens the inbox."""
        self.machine.keys(window, "Tab", "Tab", "space")
        delivered = "the first mail delivered"
        eventually(lambda: self.machine.first_mail() == "delivered", _MAIL, delivered, every=0.2)
        welcome = self.still("mail")
        self.machine.keys(window, "space")
        eventually(
            lambda: _unlike(welcome, self.still("inbox")) > _ANOTHER_PAGE, _MAIL, "the inbox"
        )

    def refuse(self) -> None:
        code = self.machine.run(windows_path(self.setup), "/S", timeout=60)
        self.expect(code == _RUNS, f"the setup program ended with {code} and not {_RUNS}")
        self.expect(self.machine.all_ready(), f"not all is ready any more: {self.machine.states()}")

    def close(self, window: str) -> None:
        self.machine.keys(window, "ctrl+q")
        eventually(lambda: not self.machine.states(), 60, "the end of the launcher", every=0.1)
        self.machine.wine.none_left(GONE)

    def selftest(self) -> None:
        program = self.machine.named(self.machine.terminal_program)
        with self.machine.program(program, "selftest", "--json") as selftest:
            code = selftest.wait(_GREEN)
        told = json.loads(selftest.output[-1].text) if selftest.output else {}
        self.expect(code == 0 and told.get("ok"), f"exit code {code}: {selftest.told()}")
        self.machine.wine.none_left(GONE)

    def remove(self, *switches: str) -> None:
        """It copies itself elsewhere and ends at once, so its end is seen by its work."""
        self.machine.run(
            self.machine.named(self.machine.folder / "Uninstall.exe"), "/S", *switches, timeout=60
        )
        gone = (self.machine.folder, self.machine.on_desktop, self.machine.in_menu)
        eventually(
            lambda: not any(place.exists() for place in gone),
            _INSTALL,
            lambda: f"the end of {[place.name for place in gone if place.exists()]}",
            every=0.2,
        )
        self.machine.wine.none_left(30)


def _unlike(one: Pixels, other: Pixels) -> float:
    """The part of the pixels that differs."""
    return sum(a != b for a, b in zip(one, other, strict=True)) / len(one)
