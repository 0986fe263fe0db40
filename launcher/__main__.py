"""The entry: dispatches before any heavy import, and hands the terminal what loads the window."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from launcher.session import Session


def main() -> int:
    """Run the command line; the exit code is the process's own."""
    if sys.argv[1:2] == ["guard"]:
        from launcher.runtime import guard

        return guard.main(sys.argv[2])
    if sys.platform == "win32" and sys.argv[1:2] == ["interrupt"]:
        from launcher.platform.windows import console

        return console.main(sys.argv[2])
    if sys.argv[1:2] == ["prepare-database"]:
        from launcher.runtime import prepared

        return prepared.main()
    if sys.argv[1:2] == ["celery"]:
        from launcher.runtime import await_broker

        return await_broker.main(sys.argv[2:])
    if sys.argv[1:2] == ["prove-window"]:
        from launcher.gui import proof

        return proof.main()
    from launcher.cli import run

    return run(sys.argv[1:], _load_window)


def main_gui() -> int:
    """The start by double-click: the window, without a terminal to write to."""
    from launcher.cli import run

    return run(["window", *sys.argv[1:]], _load_window)


def _load_window() -> Callable[[Session], int]:
    from launcher.gui.main import open_window

    return open_window


if __name__ == "__main__":
    sys.exit(main())
