"""Above the settings: lines of the file that cannot be used, and what waits for a restart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from launcher.core.explain import Tone
from launcher.core.spec import ServiceSpec
from launcher.gui import tokens
from launcher.gui.widgets.banner import Banner
from launcher.gui.widgets.button import Button
from launcher.gui.words import counted, listed
from launcher.live_settings import Waiting
from launcher.settings import SettingsError

SHOWN = 4
"""Wrong lines that are named one by one; the file itself shows the rest."""


class SettingsNotices(QWidget):
    """Up to three banners.

    Signals: `open_asked()` the file; `apply_asked()` restart what waits; `restart_asked()` the
    program itself.
    """

    open_asked = Signal()
    apply_asked = Signal()
    restart_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.wrong = Banner(Tone.TROUBLE, "")
        self.services = Banner(Tone.WORKING, "")
        self.program = Banner(Tone.WORKING, "")
        self.open = Button("Open file", name="Open the settings file", small=True)
        self.apply = Button("Restart", small=True, kind="primary")
        self.again = Button("Restart Celery Launcher", small=True, kind="primary")
        self.wrong.add_button(self.open)
        self.services.add_button(self.apply)
        self.program.add_button(self.again)
        self.open.clicked.connect(self.open_asked)
        self.apply.clicked.connect(self.apply_asked)
        self.again.clicked.connect(self.restart_asked)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(tokens.GAP)
        for banner in (self.wrong, self.services, self.program):
            banner.hide()
            column.addWidget(banner)

    def show_errors(self, errors: Sequence[SettingsError], *, readable: bool) -> None:
        """Name each wrong line and its remedy."""
        self.wrong.setVisible(bool(errors))
        if not errors:
            return
        head = f"{counted(len(errors), 'line')} of settings.toml cannot be used."
        if not readable:
            head = "settings.toml cannot be read, so nothing can be changed here until it can."
        lines = [f"{_place(error)}{error.remedy}" for error in errors[:SHOWN]]
        if len(errors) > SHOWN:
            lines.append(f"And {counted(len(errors) - SHOWN, 'more line', 'more lines')}.")
        self.wrong.say(Tone.TROUBLE, head, "\n".join(lines))

    def show_waiting(self, waiting: Waiting, specs: Mapping[str, ServiceSpec]) -> None:
        """Say which services still run as before, and offer to restart them."""
        titles = listed(specs[name].title for name in waiting.services)
        self.services.setVisible(bool(titles))
        if titles:
            verb = "still runs" if len(waiting.services) == 1 else "still run"
            self.services.say(Tone.WORKING, f"{titles} {verb} with the earlier settings.")
            self.apply.setText(f"Restart {titles}" if len(waiting.services) < 3 else "Restart them")
            self.apply.setAccessibleName(f"Restart {titles}")
            self.apply.updateGeometry()
        self.program.setVisible(waiting.program)
        if waiting.program:
            self.program.say(
                Tone.WORKING, "The other broker is used when Celery Launcher starts again."
            )


def _place(error: SettingsError) -> str:
    line = f"Line {error.line}" if error.line else ""
    key = f"{error.key}" if error.key else ""
    place = ", ".join(part for part in (line, key) if part)
    return f"{place}: " if place else ""
