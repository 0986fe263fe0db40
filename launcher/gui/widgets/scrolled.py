"""How a page of cards is laid out: its header stays, its column scrolls below."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from launcher.gui import tokens


def lay_out_scrolled(
    page: QWidget, header: QWidget, column: QVBoxLayout, width: int | None = None
) -> None:
    """Give `page` its layout; the column is `width` pixels wide at most, if given."""
    column.setContentsMargins(0, 0, 0, 0)
    inner = QWidget()
    inner.setLayout(column)
    if width is not None:
        inner.setMaximumWidth(width)
    around = QWidget()
    across = QHBoxLayout(around)
    across.setContentsMargins(tokens.PAGE, 2, tokens.PAGE, tokens.PAGE)
    across.setSpacing(0)
    across.addWidget(inner, 1)
    across.addStretch(0)
    scroll = QScrollArea()
    scroll.setWidget(around)
    scroll.setWidgetResizable(True)
    scroll.setFrameShape(QFrame.Shape.NoFrame)
    scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    whole = QVBoxLayout(page)
    whole.setContentsMargins(0, tokens.PAGE - 4, 0, 0)
    whole.setSpacing(tokens.GAP)
    header.setContentsMargins(tokens.PAGE, 0, tokens.PAGE, 0)
    whole.addWidget(header)
    whole.addWidget(scroll, 1)


def scroll_to(widget: QWidget) -> None:
    """Bring what stands on such a page into sight."""
    parent = widget.parentWidget()
    while parent is not None and not isinstance(parent, QScrollArea):
        parent = parent.parentWidget()
    if parent is not None:
        parent.ensureWidgetVisible(widget)
