"""Finds the code that a lesson names, where this program is installed."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from pathlib import Path

import launcher
from launcher.core.lessons import CodePlace
from launcher.learn.stage import LessonError

ROOT = Path(launcher.__file__).parent.parent
"""The folder of the packages `launcher`, `celerytutorial` and `send_mail`."""


@dataclass(frozen=True, slots=True)
class Source:
    """A piece of a file: `line` is the number of its first line."""

    path: Path
    line: int
    text: str


def source_of(place: CodePlace) -> Source:
    """The definition that a place names, decorators and all. Reads the file; raises LessonError."""
    path = ROOT / place.path
    try:
        text = path.read_text(encoding="utf-8")
        tree = ast.parse(text)
    except (OSError, ValueError, SyntaxError) as error:
        raise LessonError(f"{path} cannot be read: {error}.") from error
    node: ast.AST = tree
    for name in place.symbol.split("."):
        found = next((each for each in ast.iter_child_nodes(node) if name in _names(each)), None)
        if found is None:
            raise LessonError(f"{path} has no {place.symbol}.")
        node = found
    first, last = _lines(node)
    return Source(path, first, "\n".join(text.splitlines()[first - 1 : last]))


def _names(node: ast.AST) -> tuple[str, ...]:
    """The names that a statement defines."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return (node.name,)
    if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
        return (node.target.id,)
    if isinstance(node, ast.Assign):
        return tuple(each.id for each in node.targets if isinstance(each, ast.Name))
    return ()


def _lines(node: ast.AST) -> tuple[int, int]:
    decorators = getattr(node, "decorator_list", [])
    first = min([node.lineno, *(each.lineno for each in decorators)])  # type: ignore[attr-defined]
    return first, node.end_lineno  # type: ignore[attr-defined]
