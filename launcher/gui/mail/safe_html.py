"""HTML mail made harmless before it is shown; pure.

What is kept is a short list of elements that carry words and their look. Scripts, forms, frames,
styles' addresses and everything that would be loaded are left out, a picture stands as its words.
Length, nesting and the number of elements are bounded, and behind the bounds the words alone go on:
laying out a table of thousands of cells would freeze who shows it.
"""

from __future__ import annotations

import re
from html import escape
from html.parser import HTMLParser

MOST_LETTERS = 200_000
MOST_ELEMENTS = 3_000
DEEPEST = 30

_KEPT = frozenset(
    {
        *("a", "abbr", "b", "center", "code", "del", "em", "font", "i", "ins", "s", "small"),
        *("span", "strong", "sub", "sup", "tt", "u"),
        *("blockquote", "br", "dd", "div", "dl", "dt", "hr", "li", "ol", "p", "pre", "ul"),
        *("h1", "h2", "h3", "h4", "h5", "h6"),
        *("table", "tbody", "td", "tfoot", "th", "thead", "tr"),
    }
)
_VOID = frozenset({"br", "hr"})
_DROPPED = frozenset({"script", "style", "head", "title", "noscript", "template", "svg", "math"})
_ATTRIBUTES = frozenset(
    {
        *("align", "bgcolor", "border", "cellpadding", "cellspacing", "color", "colspan"),
        *("rowspan", "valign", "width"),
    }
)
_LOOKS = frozenset(
    {
        *("background-color", "color", "font-family", "font-size", "font-style", "font-weight"),
        *("margin", "padding", "text-align", "text-decoration", "vertical-align"),
    }
)
_HARMLESS = re.compile(r"[\w\s#%.,'\"-]{1,80}")


class _Tame(HTMLParser):
    """Writes again what may be shown."""

    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []
        self._open: list[str] = []
        self._dropped = 0
        self._elements = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _DROPPED:
            self._dropped += 1
        if self._dropped:
            return
        if tag == "img":
            words = next((value for name, value in attrs if name == "alt" and value), "picture")
            self.parts.append(f"[{escape(words)}]")
        elif tag in _VOID:
            self.parts.append(f"<{tag}>")
        elif tag in _KEPT and len(self._open) < DEEPEST and self._elements < MOST_ELEMENTS:
            self._elements += 1
            self._open.append(tag)
            self.parts.append(f"<{tag}{_looks(attrs)}>")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _DROPPED:
            self.handle_starttag(tag, attrs)
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in _DROPPED:
            self._dropped = max(0, self._dropped - 1)
        if not self._dropped and tag in self._open:
            while self._open:
                closed = self._open.pop()
                self.parts.append(f"</{closed}>")
                if closed == tag:
                    break

    def handle_data(self, data: str) -> None:
        if not self._dropped:
            self.parts.append(escape(data))


def tame(html: str) -> str:
    """The HTML with nothing in it that could be loaded, run, submitted or followed."""
    reader = _Tame()
    reader.feed(html[:MOST_LETTERS])
    reader.close()
    if len(html) > MOST_LETTERS:
        reader.parts.append(f"<p>… [{len(html) - MOST_LETTERS:,} more letters are not shown]</p>")
    return "".join(reader.parts)


def _looks(attrs: list[tuple[str, str | None]]) -> str:
    kept = [
        (name, value)
        for name, value in attrs
        if name in _ATTRIBUTES and value and _HARMLESS.fullmatch(value)
    ]
    style = next((value for name, value in attrs if name == "style" and value), "")
    looks = "; ".join(
        f"{name.strip()}: {value.strip()}"
        for name, _, value in (one.partition(":") for one in style.split(";"))
        if name.strip().lower() in _LOOKS and _HARMLESS.fullmatch(value)
    )
    kept += [("style", looks)] if looks else []
    return "".join(f' {name}="{escape(value or "")}"' for name, value in kept)
