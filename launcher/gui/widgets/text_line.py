"""One line of text that shortens itself with an ellipsis instead of being clipped."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from launcher.core.explain import Tone
from launcher.gui import theme, tokens

Ink = Literal["ink", "soft", "faint"] | Tone


class TextLine(QLabel):
    """A label whose colour comes from the tokens; the full text is its tool tip when shortened.

    One of a fixed `width`, given for text of the usual size, may say something else every second:
    nothing around it is laid out anew.
    """

    def __init__(
        self,
        text: str = "",
        ink: Ink = "ink",
        scale: float = tokens.BODY,
        *,
        bold: bool = False,
        width: int | None = None,
        parent: QWidget | None = None,
    ) -> None:
        self._fixed: int | None = None
        super().__init__(text, parent)
        self._ink: Ink = ink
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setFont(theme.font(scale, bold=bold))
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._fixed = width
        self._fix()

    def say(self, text: str, ink: Ink | None = None) -> None:
        """Show another text, and colour."""
        if ink is not None and ink != self._ink:
            self._ink = ink
            self.update()
        if text != self.text():
            self.setText(text)
            self.setAccessibleName(text)

    @property
    def shortened(self) -> bool:
        """Whether the text does not fit."""
        return self.fontMetrics().horizontalAdvance(self.text()) > self.width()

    def changeEvent(self, event: QEvent) -> None:
        """The user can make letters larger."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._fix()

    def sizeHint(self) -> QSize:
        """Room for the whole text."""
        metrics = self.fontMetrics()
        return QSize(metrics.horizontalAdvance(self.text()) + 2, metrics.height() + 2)

    def minimumSizeHint(self) -> QSize:
        """Room for a few letters and the ellipsis."""
        return QSize(min(self.sizeHint().width(), 24), self.sizeHint().height())

    def _fix(self) -> None:
        if self._fixed is not None:
            self.setFixedSize(round(self._fixed * theme.zoom()), self.sizeHint().height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the text, shortened when it must be."""
        scheme = theme.colours()
        ink = self._ink
        colour = scheme.tones[ink] if isinstance(ink, Tone) else str(getattr(scheme, ink))
        painter = QPainter(self)
        painter.setPen(QColor(colour))
        shown = self.fontMetrics().elidedText(
            self.text(), Qt.TextElideMode.ElideRight, self.width()
        )
        painter.drawText(self.rect(), self.alignment(), shown)
        painter.end()
        tip = self.text() if shown != self.text() else ""
        if self.toolTip() != tip:
            self.setToolTip(tip)
