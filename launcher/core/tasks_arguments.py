"""Arguments of a task as a person writes them: JSON, checked before anything is published.

Also back again: events and answers carry the `repr` of arguments, shortened by Celery
(`celery.utils.saferepr`), and only what is whole can be read.
"""

from __future__ import annotations

import ast
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

LONGEST = 1_000_000
"""Bytes of arguments as JSON: a message is no place for more."""


class ArgumentsError(ValueError):
    """The arguments cannot be used; the message says what is wrong and where."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of a task. `kind` is "positional", "keyword" (by name alone), "more" for
    `*args` or "named" for `**kwargs`; `type` is its annotation's name, "" without one."""

    name: str
    kind: str = "positional"
    required: bool = True
    type: str = ""
    default: str = ""

    @property
    def words(self) -> str:
        """As Python writes it: `mail_id: int`, `limit: int = 25`."""
        star = {"more": "*", "named": "**"}.get(self.kind, "")
        typed = f": {self.type}" if self.type else ""
        return f"{star}{self.name}{typed}" + (f" = {self.default}" if self.default else "")


@dataclass(frozen=True, slots=True)
class Signature:
    """What a task takes, and the first line of its docstring."""

    parameters: tuple[Parameter, ...] = ()
    words: str = ""

    @property
    def text(self) -> str:
        """Such as `(mail_id: int)`."""
        return f"({', '.join(parameter.words for parameter in self.parameters)})"


def signature(told: object) -> Signature | None:
    """The signature that a worker told, None when it cannot be read."""
    if not isinstance(told, Mapping) or not isinstance(told.get("parameters"), Sequence):
        return None
    try:
        parameters = tuple(Parameter(**one) for one in told["parameters"])
    except TypeError:
        return None
    return Signature(parameters, str(told.get("words", "")))


def read_args(text: str) -> list[Any]:
    """The positional arguments of a JSON list; "" is none. Raises ArgumentsError."""
    found = _json(text or "[]", "The arguments")
    if not isinstance(found, list):
        raise ArgumentsError(
            f'The arguments have to be a JSON list such as [1, "two"], not {_kind(found)}.'
        )
    return found


def read_kwargs(text: str) -> dict[str, Any]:
    """The named arguments of a JSON object; "" is none. Raises ArgumentsError."""
    found = _json(text or "{}", "The named arguments")
    if not isinstance(found, dict):
        raise ArgumentsError(
            'The named arguments have to be a JSON object such as {"name": 1}, '
            f"not {_kind(found)}."
        )
    return found


def check(wanted: Signature, args: Sequence[Any], kwargs: Mapping[str, Any]) -> None:
    """Raise ArgumentsError unless the task can be called with these."""
    positional = [one for one in wanted.parameters if one.kind == "positional"]
    kinds = {one.kind for one in wanted.parameters}
    if len(args) > len(positional) and "more" not in kinds:
        raise ArgumentsError(f"It takes {_counted(len(positional))}, and {len(args)} are given.")
    given = dict(zip((one.name for one in positional), args, strict=False))
    known = {one.name: one for one in wanted.parameters if one.kind in ("positional", "keyword")}
    for name in kwargs:
        if name in given:
            raise ArgumentsError(f"{name} is given twice: in the list and by its name.")
        if name not in known and "named" not in kinds:
            raise ArgumentsError(f"It has no parameter {name}. It takes {wanted.text}.")
    given |= kwargs
    missing = [one.name for one in known.values() if one.required and one.name not in given]
    if missing:
        raise ArgumentsError(
            f"{' and '.join(missing)} {'is' if len(missing) == 1 else 'are'} missing."
        )
    for name, value in given.items():
        if name in known and not _fits(known[name].type, value):
            wanted_type = known[name].type
            raise ArgumentsError(f"{name} has to be {wanted_type}, not {_kind(value)}.")


def as_json(shown: str) -> str:
    """JSON of arguments shown as `repr`, such as "(12, 'a')". Raises ArgumentsError."""
    if not shown:
        return ""
    try:
        found = ast.literal_eval(shown)
        text = json.dumps(_plain(found), ensure_ascii=False)
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError) as error:
        raise ArgumentsError(
            "Celery tells only a shortened form of these arguments, from which they cannot be "
            "read. Write them anew."
        ) from error
    return text


def _plain(value: Any) -> Any:
    """The value if JSON has it as it is; raises ValueError when Celery cut something out of it."""
    match value:
        case None | bool() | int():
            return value
        case float() if math.isfinite(value):
            return value
        case str() if not value.endswith("..."):
            return value
        case tuple() | list():
            return [_plain(each) for each in value]
        case dict() if all(isinstance(key, str) for key in value):
            return {_plain(key): _plain(each) for key, each in value.items()}
    raise ValueError(value)


def _json(text: str, what: str) -> Any:
    if len(text) > LONGEST:
        raise ArgumentsError(f"{what} are longer than {LONGEST:,} characters.")
    try:
        return json.loads(text, parse_constant=_no_number)
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise ArgumentsError(f"{what} are not JSON: {error.msg.lower()} at {where}.") from error
    except (ValueError, RecursionError) as error:
        raise ArgumentsError(f"{what} are not JSON: {error}.") from error


def _no_number(word: str) -> Any:
    raise ValueError(f"{word} is no number of JSON")


def _kind(value: Any) -> str:
    names = {bool: "true or false", int: "a number", float: "a number", str: "a text"}
    names |= {list: "a list", dict: "an object", type(None): "null"}
    return names.get(type(value), type(value).__name__)


def _counted(count: int) -> str:
    return f"{count} argument" if count == 1 else f"{count} arguments" if count else "no arguments"


def _fits(annotation: str, value: Any) -> bool:
    """Whether a value is of a plain type; annotations of other kinds are the task's own matter."""
    match annotation:
        case "int":
            return isinstance(value, int) and not isinstance(value, bool)
        case "float":
            return isinstance(value, int | float) and not isinstance(value, bool)
        case "str":
            return isinstance(value, str)
        case "bool":
            return isinstance(value, bool)
        case "list":
            return isinstance(value, list)
        case "dict":
            return isinstance(value, dict)
    return True
