"""Larger and smaller text: steps through the sizes of the settings and keeps the choice there."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from launcher.gui.background import Background
from launcher.gui.session import Session
from launcher.gui.settings.saver import Saver
from launcher.settings.table import GROUPS

_ENTRY = next(one for group in GROUPS for one in group.entries if one.key == "text_size")
SIZES: tuple[int, ...] = tuple(value for value, _words in _ENTRY.choices)


class TextSize(QObject):
    """Signals: `refused(str)` why the choice could not be kept."""

    refused = Signal(str)

    def __init__(self, session: Session, background: Background, parent: QObject) -> None:
        super().__init__(parent)
        self._session = session
        self._saver = Saver(session.settings.file, background, self)
        self._wanted: int | None = None
        self._saver.saved.connect(lambda _key: self._settled())
        self._saver.refused.connect(self._refuse)

    @property
    def percent(self) -> int:
        """What was asked for last, or holds."""
        return self._session.settings.now.text_size if self._wanted is None else self._wanted

    def larger(self) -> None:
        """One step up."""
        self._choose(next((size for size in SIZES if size > self.percent), self.percent))

    def smaller(self) -> None:
        """One step down."""
        lower = [size for size in SIZES if size < self.percent]
        self._choose(lower[-1] if lower else self.percent)

    def normal(self) -> None:
        """The system's size."""
        self._choose(_ENTRY.default)

    def _choose(self, percent: int) -> None:
        if percent == self.percent:
            return
        # Pressed again before the file is written, it goes on from here.
        self._wanted = percent
        if percent == _ENTRY.default:
            self._saver.reset(_ENTRY)
        else:
            self._saver.put(_ENTRY, percent)

    def _settled(self) -> None:
        if not self._saver.busy_with(_ENTRY.key):
            self._wanted = None

    def _refuse(self, _key: str, words: str) -> None:
        self._wanted = None
        self.refused.emit(f"The size of the text is not kept: {words}")
