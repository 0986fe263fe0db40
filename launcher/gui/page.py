"""What every page of the window has in common."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from launcher.core.state import ServiceStatus


class Page(QWidget):
    """One page.

    Signals: `notice_raised(str)` words for the window's notice bar.
    """

    notice_raised = Signal(str)

    def show_statuses(self, statuses: Mapping[str, ServiceStatus]) -> None:
        """Take in how the services stand; called at every change."""
        raise NotImplementedError
