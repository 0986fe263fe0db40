"""The attached files below the text, with the button that adds some."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from launcher.gui.mail.ask_path import ask_for_files
from launcher.gui.mail.compose.attachment_chip import AttachmentChip
from launcher.gui.mail.compose.attachments import Attachments
from launcher.gui.widgets.flow_layout import FlowLayout
from launcher.gui.words import counted, size


class AttachmentStrip(QWidget):
    """A chip a file.

    Signals: `summary_changed(str)` how many there are and how large together, "" for none.
    """

    summary_changed = Signal(str)

    def __init__(self, attachments: Attachments, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._attachments = attachments
        self.chips: dict[int, AttachmentChip] = {}
        self._flow = FlowLayout(self)
        attachments.changed.connect(self._show)
        self._show()

    def choose(self) -> None:
        """Ask for files."""
        ask_for_files(self, "Attach files", self._attachments.add)

    def _show(self) -> None:
        files = {one.number: one for one in self._attachments.files}
        for number in [known for known in self.chips if known not in files]:
            chip = self.chips.pop(number)
            self._flow.removeWidget(chip)
            chip.hide()
            chip.deleteLater()
        for number, file in files.items():
            if number in self.chips:
                self.chips[number].show_file(file)
                continue
            chip = self.chips[number] = AttachmentChip(file, self)
            chip.remove_asked.connect(self._attachments.remove)
            chip.again_asked.connect(self._attachments.try_again)
            self._flow.addWidget(chip)
            chip.show()
        self.setVisible(bool(files))
        self._flow.invalidate()
        self.updateGeometry()
        going = [one for one in files.values() if not one.problem]
        total = size(sum(one.size for one in going))
        self.summary_changed.emit(f"{counted(len(going), 'file')}, {total}" if going else "")
