"""What the small sheets that change a service have in common: say what restarts, then do it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QLabel, QWidget

from launcher.core.explain import Tone
from launcher.gui import theme, tokens
from launcher.gui.background import Background
from launcher.gui.session import Settings
from launcher.gui.widgets.popover import Popover
from launcher.gui.words import listed
from launcher.live_settings import Values

_WIDTH = 400


class ChangePopover(Popover):
    """Subclasses put their controls into `body`, above `message`.

    Signals: `told(str)` what was done, for the window's notice bar.
    """

    told = Signal(str)

    def __init__(
        self,
        settings: Settings,
        background: Background,
        titles: Mapping[str, str],
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self.setFixedWidth(_WIDTH)
        self._settings = settings
        self._background = background
        self._titles = titles
        self._busy = False
        self.message = QLabel()
        self.message.setTextFormat(Qt.TextFormat.PlainText)
        self.message.setWordWrap(True)
        self.message.setFont(theme.font(tokens.SMALL))

    def say(self, words: str, *, wrong: bool = False) -> None:
        """Show a sentence below the controls."""
        c = theme.colours()
        ink = self.message.palette()
        ink.setColor(
            QPalette.ColorRole.WindowText, QColor(c.tones[Tone.FAILED] if wrong else c.soft)
        )
        self.message.setPalette(ink)
        self.message.setText(words)
        self.message.setVisible(bool(words))
        self.setAccessibleDescription(words)
        if self.isVisible():
            self.resize(self.width(), self.body.totalHeightForWidth(self.width()))

    def restart_words(self, values: Values) -> str:
        """What changing these restarts, such as "Django and Worker will be restarted."."""
        names: Sequence[str] = self._settings.restarts(values)
        if not names:
            return "Nothing has to be restarted."
        return f"{listed(self._titles.get(name, name) for name in names)} will be restarted."

    def change(self, values: Values, done: str) -> None:
        """Put the values into effect, then close and tell `done`; what fails is said here."""
        if self._busy:
            return
        self._busy = True

        def finished(_none: None) -> None:
            self.told.emit(done)
            self.close()

        def failed(error: Exception) -> None:
            self._busy = False
            words = str(error)
            self.say(f"{words[:1].upper()}{words[1:]}", wrong=True)

        self._background.run(self, lambda: self._settings.change(values), finished, failed)
