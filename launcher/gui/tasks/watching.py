"""Has workers asked every few seconds for as long as a pane is seen."""

from __future__ import annotations

from launcher.gui.session import Session


class Watching:
    """Begun and ended as a pane is shown and hidden; Qt also hides what was never shown."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._on = False

    def begin(self) -> None:
        """It is seen."""
        self._turn(on=True)

    def end(self) -> None:
        """It is not seen any more."""
        self._turn(on=False)

    def _turn(self, *, on: bool) -> None:
        if on is not self._on:
            self._on = on
            self._session.tasks.watch(on=on)
