"""Finds texts that do not fit and widgets that overlap."""

from __future__ import annotations

from dataclasses import dataclass, field

from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractScrollArea,
    QLabel,
    QLineEdit,
    QListWidget,
    QPlainTextEdit,
    QWidget,
)

from launcher.gui.crash_page import CrashPage
from launcher.gui.services.summary_button import SummaryButton
from launcher.gui.stop_overlay import StopOverlay
from launcher.gui.widgets.chip import Chip
from launcher.gui.widgets.text_line import TextLine

_COVERS = (StopOverlay, CrashPage)
"""What lies over the whole window on purpose."""


@dataclass
class Misfits:
    """Texts that are clipped, texts that are shortened on purpose, widgets that overlap."""

    clipped: list[str] = field(default_factory=list)
    shortened: list[str] = field(default_factory=list)
    overlapping: list[str] = field(default_factory=list)


def misfits(window: QWidget) -> Misfits:
    """Look at every text that can be seen in a window, a sheet or a popover."""
    found = Misfits()
    kinds = (QLabel, QAbstractButton, QLineEdit, QPlainTextEdit)
    leaves = [
        one
        for one in window.findChildren(QWidget)
        if isinstance(one, kinds) and one.isVisible() and not one.visibleRegion().isEmpty()
    ]
    for cover in window.findChildren(QWidget):
        if isinstance(cover, _COVERS) and cover.isVisible():
            leaves = [one for one in leaves if cover.isAncestorOf(one)]
    for one in leaves:
        words = _words(one)
        if not words:
            continue
        if _shortens(one):
            found.shortened.append(words)
        if _is_narrow(one, words) or _cut(one, window):
            found.clipped.append(f"{type(one).__name__}: {words}")
    for one in window.findChildren(QListWidget):
        if one.isVisible():
            found.clipped += [f"QListWidget: {words}" for words in _wide_entries(one)]
    found.overlapping = _overlapping(leaves, window)
    return found


def _words(one: QWidget) -> str:
    if isinstance(one, QLabel | QAbstractButton):
        return str(one.text())
    return str(one.placeholderText()) if isinstance(one, QLineEdit) and not one.text() else ""


def _shortens(one: QWidget) -> bool:
    """Whether it shows only a part of its words, with an ellipsis, as it is meant to."""
    if isinstance(one, TextLine):
        return one.shortened
    return isinstance(one, Chip | SummaryButton) and one.sizeHint().width() > one.width()


def _is_narrow(one: QWidget, words: str) -> bool:
    if isinstance(one, TextLine | Chip | SummaryButton):
        return one.height() < one.fontMetrics().height()
    if isinstance(one, QLabel) and one.wordWrap():
        return one.heightForWidth(one.width()) > one.height() + 1
    if isinstance(one, QLineEdit):
        return one.fontMetrics().horizontalAdvance(words) > one.contentsRect().width()
    return one.sizeHint().width() > one.width() or one.sizeHint().height() > one.height()


def _wide_entries(one: QListWidget) -> list[str]:
    """What a list shortens, where it neither scrolls sideways nor draws its entries itself."""
    scrolls = one.horizontalScrollBarPolicy() is not Qt.ScrollBarPolicy.ScrollBarAlwaysOff
    if scrolls or type(one.itemDelegate()).__module__.startswith("launcher."):
        return []
    room = one.viewport().width()
    entries = [one.item(row) for row in range(one.count())]
    wide = [one.sizeHintForIndex(one.indexFromItem(each)).width() > room for each in entries]
    return [each.text() for each, cut in zip(entries, wide, strict=True) if cut]


def _cut(one: QWidget, window: QWidget) -> bool:
    """Whether an ancestor that does not scroll shows only a part of the widget."""
    parent = one.parentWidget()
    while parent is not None and parent is not window.parentWidget():
        if isinstance(parent.parentWidget(), QAbstractScrollArea):
            return False
        if not parent.rect().contains(QRect(one.mapTo(parent, QPoint()), one.size())):
            return True
        parent = parent.parentWidget()
    return False


def _overlapping(leaves: list[QWidget], window: QWidget) -> list[str]:
    seen = [(one, one.visibleRegion().boundingRect()) for one in leaves]
    boxes = [(one, QRect(one.mapTo(window, box.topLeft()), box.size())) for one, box in seen]
    return [
        f"{type(one).__name__} {one.accessibleName()!r} and {type(two).__name__} "
        f"{two.accessibleName()!r}"
        for number, (one, box) in enumerate(boxes)
        for two, other in boxes[number + 1 :]
        if box.intersects(other) and not one.isAncestorOf(two) and not two.isAncestorOf(one)
    ]
