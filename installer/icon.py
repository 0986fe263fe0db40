"""Windows' icon file from our drawing.

The form is that of https://learn.microsoft.com/previous-versions/ms997538(v=msdn.10): small sizes
as bitmaps, which every part of Windows reads, the largest as PNG.
"""

from __future__ import annotations

import struct
from pathlib import Path

from PySide6.QtCore import QBuffer, QRectF, Qt
from PySide6.QtGui import QImage, QPainter
from PySide6.QtSvg import QSvgRenderer

from installer.commands import ROOT

DRAWING = ROOT / "launcher" / "gui" / "icons" / "app.svg"
SIZES = (16, 20, 24, 32, 40, 48, 64, 256)
"""Pixels: what Windows asks for at 100, 125, 150 and 200 %."""
_AS_PNG = 256


def write(path: Path, drawing: Path = DRAWING) -> None:
    """Write the icon file."""
    pictures = [_bytes(_drawn(drawing, size)) for size in SIZES]
    at = 6 + 16 * len(SIZES)
    entries = b""
    for size, picture in zip(SIZES, pictures, strict=True):
        # 256 is written as 0.
        entries += struct.pack("<BBBBHHII", size % 256, size % 256, 0, 0, 1, 32, len(picture), at)
        at += len(picture)
    path.write_bytes(struct.pack("<HHH", 0, 1, len(SIZES)) + entries + b"".join(pictures))


def _drawn(drawing: Path, size: int) -> QImage:
    image = QImage(size, size, QImage.Format.Format_ARGB32)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    QSvgRenderer(str(drawing)).render(painter, QRectF(0, 0, size, size))
    painter.end()
    return image


def _bytes(image: QImage) -> bytes:
    size = image.width()
    if size == _AS_PNG:
        buffer = QBuffer()
        buffer.open(QBuffer.OpenModeFlag.WriteOnly)
        image.save(buffer, "PNG")  # type: ignore[call-overload]
        return bytes(buffer.data().data())
    # Twice the height: the picture, bottom line first, then a mask that its alpha makes needless.
    head = struct.pack("<IiiHHIIiiII", 40, size, size * 2, 1, 32, 0, 0, 0, 0, 0, 0)
    row = size * 4
    pixels = bytes(image.constBits())
    lines = [pixels[line * row : (line + 1) * row] for line in reversed(range(size))]
    mask = bytes((size + 31) // 32 * 4 * size)
    return head + b"".join(lines) + mask
