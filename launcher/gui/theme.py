"""Light and dark: turns the tokens into a palette, follows the system, answers for every colour.

A change of the palette makes Qt repaint every widget, and painted widgets ask `colours()` while
they paint; so nothing else has to be told.
"""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontDatabase, QPalette
from PySide6.QtWidgets import QApplication

from launcher.core.explain import Tone
from launcher.gui import tokens
from launcher.gui.tokens import DARK, LIGHT, Colours
from launcher.settings import Settings

Choice = Literal["system", "light", "dark"]
_CHOICES: dict[str, Choice] = {"light": "light", "dark": "dark"}

_current: Colours = LIGHT
_zoom = 1.0
_MONO_FAMILIES = ("Cascadia Mono", "Consolas", "DejaVu Sans Mono")


def colours() -> Colours:
    """The scheme that is shown now."""
    return _current


def zoom() -> float:
    """How much larger than the system's the user wants all text; what has to hold words grows."""
    return _zoom


def font(scale: float = tokens.BODY, *, bold: bool = False) -> QFont:
    """The system's font at a step of the type scale."""
    made = QFont(QApplication.font())
    made.setPointSizeF(made.pointSizeF() * scale)
    if bold:
        made.setWeight(QFont.Weight.DemiBold)
    return made


def mono_font(scale: float = tokens.SMALL) -> QFont:
    """The system's fixed-width font, sized to sit beside the body text."""
    made = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
    better = [name for name in _MONO_FAMILIES if QFontDatabase.hasFamily(name)]
    made.setFamilies([*better[:1], made.family()])
    made.setStyleHint(QFont.StyleHint.Monospace)
    made.setPointSizeF(QApplication.font().pointSizeF() * scale)
    return made


class Theme(QObject):
    """Applies a scheme to the application and keeps following the system while told to.

    Signals: `changed()` after another scheme was applied.
    """

    changed = Signal()

    def __init__(self, app: QApplication, *, fusion: bool) -> None:
        super().__init__(app)
        self._app = app
        self._choice: Choice = "system"
        self._fusion = fusion
        self._dressed = False
        self._points = app.font().pointSizeF()
        app.styleHints().colorSchemeChanged.connect(self._follow)
        self._apply(self._wanted())

    def follow(self, settings: Settings) -> None:
        """Look as the settings say."""
        self.choose(_CHOICES.get(settings.theme, "system"))
        self.set_text_size(settings.text_size)

    def choose(self, choice: Choice) -> None:
        """Follow the system, or stay light or dark whatever the system does."""
        self._choice = choice
        self._follow()

    def set_text_size(self, percent: int) -> None:
        """Show all text at so many percent of the system's size, what is built already too."""
        before, after = self._app.font().pointSizeF(), self._points * percent / 100
        if before == after:
            return
        global _zoom  # noqa: PLW0603 - one size a process, as the font is
        _zoom = percent / 100
        whole = self._app.font()
        whole.setPointSizeF(after)
        self._app.setFont(whole)
        for widget in self._app.allWidgets():
            own = widget.font()
            # Those that inherit their font have been told by the application, but for fields: they
            # keep the font that they were polished with.
            stale = own.pointSizeF() == before
            if stale or widget.testAttribute(Qt.WidgetAttribute.WA_SetFont):
                own.setPointSizeF(own.pointSizeF() * after / before)
                widget.setFont(own)

    def dress(self) -> None:
        """Give fields, menus and scroll bars their looks: the frame alone comes without them."""
        if not self._dressed:
            self._dressed = True
            self._apply(_current)

    def _wanted(self) -> Colours:
        if self._choice == "system":
            dark = self._app.styleHints().colorScheme() is Qt.ColorScheme.Dark
            return DARK if dark else LIGHT
        return DARK if self._choice == "dark" else LIGHT

    def _follow(self) -> None:
        wanted = self._wanted()
        if wanted is not _current:
            self._apply(wanted)
            self.changed.emit()

    def _apply(self, scheme: Colours) -> None:
        global _current  # noqa: PLW0603 - one scheme a process, as the palette is
        _current = scheme
        self._app.setPalette(palette(scheme))
        if self._fusion and self._dressed:
            # A new sheet gives widgets the font back that they had before the first one.
            fonts = [(widget, widget.font()) for widget in self._app.allWidgets()]
            self._app.setStyleSheet(_fusion_sheet(scheme))
            for widget, own in fonts:
                if widget.font().pointSizeF() != own.pointSizeF():
                    widget.setFont(own)


def palette(scheme: Colours) -> QPalette:
    """The scheme as Qt's own controls read it."""
    made = QPalette()
    roles = QPalette.ColorRole
    for role, colour in (
        (roles.Window, scheme.window),
        (roles.WindowText, scheme.ink),
        (roles.Base, scheme.card),
        (roles.AlternateBase, scheme.code),
        (roles.Text, scheme.ink),
        (roles.PlaceholderText, scheme.faint),
        (roles.Button, scheme.card),
        (roles.ButtonText, scheme.ink),
        (roles.BrightText, scheme.tones[Tone.FAILED]),
        (roles.Highlight, scheme.accent),
        (roles.HighlightedText, scheme.accent_ink),
        (roles.Accent, scheme.accent),
        (roles.Link, scheme.accent),
        (roles.ToolTipBase, scheme.card),
        (roles.ToolTipText, scheme.ink),
        (roles.Light, scheme.hover),
        (roles.Midlight, scheme.hover),
        (roles.Mid, scheme.line),
        (roles.Dark, scheme.soft),
        (roles.Shadow, scheme.line),
    ):
        made.setColor(role, QColor(colour))
    for role in (roles.WindowText, roles.Text, roles.ButtonText):
        made.setColor(QPalette.ColorGroup.Disabled, role, QColor(scheme.faint))
    return made


def _fusion_sheet(c: Colours) -> str:
    """Fields, menus and scroll bars for Fusion, whose own are from another decade."""
    return f"""
QLineEdit, QPlainTextEdit[look] {{
  border: 1px solid {c.line}; border-radius: {tokens.RADIUS}px; background: {c.card};
  color: {c.ink}; padding: 0 8px; selection-background-color: {c.accent};
  selection-color: {c.accent_ink}; }}
QLineEdit {{ min-height: {tokens.CONTROL_HEIGHT - 2}px; }}
QLineEdit[look="bare"] {{ border: 0; background: transparent; padding: 0 2px; min-height: 0; }}
QPlainTextEdit[look] {{ padding: 4px; }}
QTextBrowser[look="paper"] {{
  border: 1px solid {c.line}; border-radius: {tokens.RADIUS}px; background: {LIGHT.card};
  padding: 4px; }}
QTextBrowser[look="paper"]:focus, QListWidget:focus {{ border-color: {c.accent}; }}
QListWidget {{
  border: 1px solid {c.line}; border-radius: {tokens.RADIUS}px; background: {c.card};
  color: {c.ink}; padding: 3px; }}
QTableWidget {{
  border: 1px solid {c.line}; border-radius: {tokens.RADIUS}px; background: {c.card};
  color: {c.ink}; padding: 3px; selection-background-color: {c.selected};
  selection-color: {c.ink}; }}
QHeaderView {{ background: {c.card}; }}
QHeaderView::section {{
  background: {c.card}; color: {c.soft}; border: 0; border-bottom: 1px solid {c.line};
  padding: 4px; }}
QListWidget::item {{ padding: 4px; border-radius: 4px; }}
QListWidget::item:selected {{ background: {c.selected}; color: {c.ink}; }}
QRadioButton, QCheckBox {{ color: {c.ink}; spacing: 7px; }}
QRadioButton::indicator {{
  width: 13px; height: 13px; border: 1px solid {c.faint}; border-radius: 7px;
  background: {c.card}; }}
QRadioButton::indicator:checked {{
  width: 7px; height: 7px; border: 4px solid {c.accent}; background: {c.accent_ink}; }}
QRadioButton::indicator:focus {{ border-color: {c.accent}; }}
QProgressBar {{ border: 0; border-radius: 4px; background: {c.pressed}; }}
QProgressBar::chunk {{ border-radius: 4px; background: {c.accent}; }}
QPlainTextEdit[look="code"] {{ background: {c.code}; }}
QLineEdit:focus, QPlainTextEdit[look]:focus {{ border-color: {c.accent}; }}
QLineEdit[refused="true"], QPlainTextEdit[refused="true"] {{
  border-color: {c.tones[Tone.FAILED]}; }}
QMenu {{ background: {c.card}; border: 1px solid {c.line}; padding: 4px; }}
QMenu::item {{ padding: 5px 22px 5px 22px; border-radius: 4px; color: {c.ink}; }}
QMenu::item:selected {{ background: {c.selected}; }}
QToolTip {{ background: {c.card}; color: {c.ink}; border: 1px solid {c.line}; padding: 3px 5px; }}
QAbstractScrollArea::corner {{ background: transparent; }}
QScrollBar {{ background: transparent; border: 0; margin: 0; }}
QScrollBar:vertical {{ width: 12px; }}
QScrollBar:horizontal {{ height: 12px; }}
QScrollBar::handle {{ background: {c.line}; border-radius: 4px; margin: 2px; }}
QScrollBar::handle:hover {{ background: {c.faint}; }}
QScrollBar::handle:vertical {{ min-height: 28px; }}
QScrollBar::handle:horizontal {{ min-width: 28px; }}
QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}
"""
