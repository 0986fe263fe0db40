"""The icon in the tray: how everything stands, and what one wants without the window."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QObject, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QIcon, QImage, QPainter, QPixmap
from PySide6.QtWidgets import QMenu, QSystemTrayIcon

from launcher.core.explain import Tone
from launcher.core.spec import ServiceSpec
from launcher.core.state import ServiceStatus
from launcher.gui import theme
from launcher.gui.icon import app_icon
from launcher.gui.overall import overall
from launcher.gui.widgets.marks import paint_mark

NO_TRAY = "This desktop has no tray for icons, so closing stops everything."
_SIZES = (16, 22, 24, 32, 48, 64)


def available() -> bool:
    """Whether this desktop shows such icons now; one that starts later is found by Qt itself."""
    return QSystemTrayIcon.isSystemTrayAvailable()


class Tray(QObject):
    """Signals: `show_asked()`, `start_asked()`, `stop_asked()`, `mail_asked()`, `quit_asked()`;
    `told_clicked()` the last notification was clicked.
    """

    show_asked = Signal()
    start_asked = Signal()
    stop_asked = Signal()
    mail_asked = Signal()
    quit_asked = Signal()
    told_clicked = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._tone: tuple[Tone, bool] | None = None
        self.menu = QMenu()
        self.words = self.menu.addAction("")
        self.words.setEnabled(False)
        self.menu.addSeparator()
        self.show_window = self.menu.addAction("Show window", self.show_asked.emit)
        self.start = self.menu.addAction("Start all", self.start_asked.emit)
        self.stop = self.menu.addAction("Stop all", self.stop_asked.emit)
        self.mail = self.menu.addAction("Write a mail", self.mail_asked.emit)
        self.menu.addSeparator()
        self.quit = self.menu.addAction("Stop everything and quit", self.quit_asked.emit)
        self.icon = QSystemTrayIcon(self)
        self.icon.setContextMenu(self.menu)
        self.icon.activated.connect(self._activated)
        self.icon.messageClicked.connect(self.told_clicked)

    def show_statuses(
        self, specs: Mapping[str, ServiceSpec], statuses: Mapping[str, ServiceStatus]
    ) -> None:
        """Take in how the services stand."""
        tone, words = overall(specs, statuses)
        self.words.setText(words)
        self.icon.setToolTip(f"Celery Launcher: {words}")
        self.start.setEnabled(not all(one.wanted for one in statuses.values()))
        self.stop.setEnabled(any(one.wanted or one.alive for one in statuses.values()))
        look = (tone, theme.colours().dark)
        if look != self._tone:
            self._tone = look
            self.icon.setIcon(state_icon(tone))

    def tell(self, title: str, words: str) -> None:
        """Have the desktop say something."""
        self.icon.showMessage(title, words, self.icon.icon())

    @property
    def shown(self) -> bool:
        """Whether somebody can see it."""
        return self.icon.isVisible() and available()

    def open(self) -> None:
        """Show it, now or as soon as the desktop can."""
        self.icon.show()

    def close(self) -> None:
        """Take it away."""
        self.icon.hide()
        self.menu.deleteLater()

    def _activated(self, reason: QSystemTrayIcon.ActivationReason) -> None:
        if reason in (
            QSystemTrayIcon.ActivationReason.Trigger,
            QSystemTrayIcon.ActivationReason.DoubleClick,
        ):
            self.show_asked.emit()


def state_icon(tone: Tone) -> QIcon:
    """Our icon with the mark of a state, in colour and shape; grey when all is stopped."""
    made = QIcon()
    for size in _SIZES:
        made.addPixmap(_picture(tone, size))
    return made


def _picture(tone: Tone, size: int) -> QPixmap:
    picture = app_icon().pixmap(size, size)
    if tone is Tone.OFF:
        alpha = picture.toImage().convertToFormat(QImage.Format.Format_ARGB32)
        grey = alpha.convertToFormat(QImage.Format.Format_Grayscale8)
        grey = grey.convertToFormat(QImage.Format.Format_ARGB32)
        grey.setAlphaChannel(alpha.convertToFormat(QImage.Format.Format_Alpha8))
        picture = QPixmap.fromImage(grey)
    side = size * 0.5
    ground = QRectF(size - side, size - side, side, side)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(theme.colours().card))
    painter.drawEllipse(ground.center(), side * 0.56, side * 0.56)
    inside = side * 0.16
    paint_mark(painter, ground.adjusted(inside, inside, -inside, -inside), tone)
    painter.end()
    return picture
