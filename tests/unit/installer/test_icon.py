"""The icon file: every size, readable by what reads icons, and our drawing."""

from __future__ import annotations

import struct
from pathlib import Path

from PySide6.QtGui import QImage, QImageReader

from installer import icon


def test_each_size_is_there_and_shows_the_drawing(tmp_path: Path) -> None:
    file = tmp_path / "app.ico"
    icon.write(file)
    reader = QImageReader(str(file))
    seen = {}
    while reader.canRead():
        picture = QImage(reader.read())
        seen[picture.width()] = picture
        if not reader.jumpToNextImage():
            break
    assert sorted(seen) == sorted(icon.SIZES)
    for size, picture in seen.items():
        assert picture.pixelColor(0, 0).alpha() == 0, "round corners"
        ground = picture.pixelColor(size // 8, size // 2)
        assert ground.alpha() == 255
        assert ground.green() > ground.red(), f"{size}: green on the left"
        right = picture.pixelColor(size - size // 8 - 1, size * 7 // 8)
        assert right.blue() > right.red(), f"{size}: blue on the right"


def test_the_largest_is_a_png_and_the_others_are_bitmaps(tmp_path: Path) -> None:
    file = tmp_path / "app.ico"
    icon.write(file)
    data = file.read_bytes()
    assert struct.unpack_from("<HHH", data) == (0, 1, len(icon.SIZES))
    for number, size in enumerate(icon.SIZES):
        count, at = struct.unpack_from("<II", data, 6 + 16 * number + 8)
        assert at + count <= len(data)
        assert data[at : at + 4] == (b"\x89PNG" if size == 256 else struct.pack("<I", 40))
