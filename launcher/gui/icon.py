"""Our icons: one-colour SVG outlines, drawn in whatever colour the palette asks for."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QIcon, QPainter, QPixmap

from launcher.gui import tokens

FOLDER = Path(__file__).with_name("icons")


@lru_cache(maxsize=128)
def pixmap(name: str, colour: str, ratio: float = 1.0, size: int = tokens.ICON) -> QPixmap:
    """The icon `name` in one colour, sharp on a screen of this device pixel ratio."""
    # Imported at the first icon: the library is not needed to paint a window without any.
    from PySide6.QtSvg import QSvgRenderer  # noqa: PLC0415

    source = (FOLDER / f"{name}.svg").read_bytes().replace(b"currentColor", colour.encode())
    made = QPixmap(round(size * ratio), round(size * ratio))
    made.fill(Qt.GlobalColor.transparent)
    painter = QPainter(made)
    QSvgRenderer(QByteArray(source)).render(painter, QRectF(0, 0, made.width(), made.height()))
    painter.end()
    made.setDevicePixelRatio(ratio)
    return made


def app_icon() -> QIcon:
    """The program's own icon, as the window and the task bar show it."""
    return QIcon(str(FOLDER / "app.png"))
