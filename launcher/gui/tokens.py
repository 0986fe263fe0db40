"""Design tokens: the few numbers and colours that every widget is made of.

Lengths are device-independent pixels, type sizes are factors of the system font. Nothing here
imports Qt, so that a colour or a distance is changed in one place and can be tested as data.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from launcher.core.explain import Tone

# -- spacing -----------------------------------------------------------------------------------

HAIR = 4
TIGHT = 6
GAP = 10
WIDE = 14
PAGE = 22

RADIUS = 6
CARD_RADIUS = 8

NAV_WIDTH = 178
CONTROL_HEIGHT = 30
SMALL_CONTROL_HEIGHT = 26
ROW_HEIGHT = 56
ICON = 16
MARK = 11

# -- type scale --------------------------------------------------------------------------------

TITLE = 1.55
HEADING = 1.25
BODY = 1.0
SMALL = 0.92

# -- colours -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Colours:
    """One scheme. `tones` are the states' colours; `services` tell services apart in the log."""

    dark: bool
    window: str
    nav: str
    card: str
    line: str
    ink: str
    soft: str
    faint: str
    accent: str
    accent_ink: str
    hover: str
    pressed: str
    selected: str
    code: str
    warn_fill: str
    warn_line: str
    fail_fill: str
    fail_line: str
    info_fill: str
    info_line: str
    match: str
    match_line: str
    tones: Mapping[Tone, str]
    services: tuple[str, ...]


LIGHT = Colours(
    dark=False,
    window="#f5f6f7",
    nav="#eceef0",
    card="#ffffff",
    line="#dfe3e7",
    ink="#1b1f24",
    soft="#59636e",
    faint="#6f7985",
    accent="#1f6feb",
    accent_ink="#ffffff",
    hover="#eceff2",
    pressed="#dfe4e9",
    selected="#dbe8fd",
    code="#f6f8fa",
    warn_fill="#fff8e1",
    warn_line="#ead9a0",
    fail_fill="#fff0f0",
    fail_line="#f2c4c4",
    info_fill="#eef4ff",
    info_line="#c9dcfb",
    match="#ffe9a8",
    match_line="#c79400",
    tones={
        Tone.READY: "#1a7f37",
        Tone.WORKING: "#1f6feb",
        Tone.WAITING: "#6b7480",
        Tone.TROUBLE: "#9a6700",
        Tone.FAILED: "#cf222e",
        Tone.OUTSIDE: "#6639ba",
        Tone.DONE: "#1a7f37",
        Tone.OFF: "#6b7480",
    },
    services=("#9a6700", "#1f6feb", "#1a7f37", "#6639ba", "#b3367f", "#0b7285", "#59636e"),
)

DARK = Colours(
    dark=True,
    window="#1b1d20",
    nav="#151719",
    card="#24272b",
    line="#363b41",
    ink="#e8eaed",
    soft="#a6adb7",
    faint="#8a929d",
    accent="#4c8dff",
    accent_ink="#0b1220",
    hover="#2e3238",
    pressed="#383d44",
    selected="#203556",
    code="#1d2024",
    warn_fill="#2e2716",
    warn_line="#574a20",
    fail_fill="#33201f",
    fail_line="#5f3230",
    info_fill="#1d2838",
    info_line="#2f4566",
    match="#4d3d0d",
    match_line="#b98a1c",
    tones={
        Tone.READY: "#4ac26b",
        Tone.WORKING: "#6ea8ff",
        Tone.WAITING: "#949da8",
        Tone.TROUBLE: "#e3b341",
        Tone.FAILED: "#ff7b72",
        Tone.OUTSIDE: "#c297ff",
        Tone.DONE: "#4ac26b",
        Tone.OFF: "#949da8",
    },
    services=("#e3b341", "#6ea8ff", "#4ac26b", "#c297ff", "#f58bbd", "#56c2d6", "#a6adb7"),
)
