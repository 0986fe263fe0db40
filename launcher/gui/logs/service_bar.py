"""All services, or one."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QWidget

from launcher.gui.widgets.flow_layout import FlowLayout
from launcher.gui.widgets.segment import Segment


class ServiceBar(QWidget):
    """A choice among the services.

    Signals: `chosen(object)` a service's name, None for all.
    """

    chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._group = QButtonGroup(self)
        self._segments: dict[str | None, Segment] = {}
        self._flow = FlowLayout(self)
        self._add(None, "All")
        self.choose(None)

    def show_services(self, titles: Mapping[str, str]) -> None:
        """Offer these services; one that was offered stays, its lines are still there."""
        for name, title in titles.items():
            if name not in self._segments:
                self._add(name, title)

    def choose(self, service: str | None) -> None:
        """Show which one is chosen."""
        self._segments[service].setChecked(True)

    def _add(self, name: str | None, title: str) -> None:
        segment = Segment(title)
        segment.clicked.connect(lambda: self.chosen.emit(name))
        self._group.addButton(segment)
        self._segments[name] = segment
        self._flow.addWidget(segment)
