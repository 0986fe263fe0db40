"""The API to read in a browser, made from its own schema: nothing is described twice."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe
from drf_spectacular.generators import SchemaGenerator

from send_mail.views.reach import staff_only

METHODS = ("get", "post", "put", "delete")


@dataclass(frozen=True)
class Value:
    """A parameter or a field."""

    name: str
    kind: str
    words: str
    needed: bool


@dataclass(frozen=True)
class Operation:
    """What one method does at one address."""

    method: str
    path: str
    words: str
    parameters: list[Value]
    fields: list[Value]
    answers: list[str]

    @property
    def can_be_opened(self) -> bool:
        """Whether a link leads there: it changes nothing and its address is whole."""
        return self.method == "GET" and "{" not in self.path


@dataclass(frozen=True)
class Group:
    """What belongs together, by the first part of the address."""

    name: str
    operations: list[Operation]


@require_safe
@staff_only
def api_page(request: HttpRequest) -> HttpResponse:
    """Show every operation with what it takes and answers."""
    return render(request, "send_mail/api.html", {"groups": _groups()})


@cache
def _groups() -> list[Group]:
    """Return all operations; the schema stays as it is while the process lives."""
    schema = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]  # drf-spectacular has no types for it
    shapes = schema["components"]["schemas"]
    found = [
        operation
        for path, methods in schema["paths"].items()
        for operation in _operations(path, methods, shapes)
    ]
    by_name = groupby(found, key=lambda operation: operation.path.split("/")[2])
    return [Group(name, list(operations)) for name, operations in by_name]


def _operations(
    path: str, methods: Mapping[str, Any], shapes: Mapping[str, Any]
) -> Iterator[Operation]:
    for method in METHODS:
        told = methods.get(method)
        if told is not None:
            yield Operation(
                method.upper(),
                path,
                told.get("description", ""),
                [
                    Value(
                        row["name"],
                        _kind(row["schema"]),
                        row.get("description", ""),
                        "required" in row,
                    )
                    for row in told.get("parameters", ())
                ],
                _fields(_content(told.get("requestBody", {})), shapes),
                [
                    f"{code} {_kind(_content(answer))}".strip()
                    for code, answer in told["responses"].items()
                ],
            )


def _fields(asked: Mapping[str, Any], shapes: Mapping[str, Any]) -> list[Value]:
    shape = shapes.get(asked.get("$ref", "").rpartition("/")[2], asked)
    return [
        Value(name, _kind(told), told.get("description", ""), name in shape.get("required", ()))
        for name, told in shape.get("properties", {}).items()
    ]


def _content(told: Mapping[str, Any]) -> Mapping[str, Any]:
    for kind in told.get("content", {}).values():
        schema: Mapping[str, Any] = kind.get("schema", {})
        return schema
    return {}


def _kind(told: Mapping[str, Any]) -> str:
    """Return a schema in a few words."""
    if "$ref" in told:
        return str(told["$ref"]).rpartition("/")[2]
    for several in ("oneOf", "anyOf", "allOf"):
        if several in told:
            return " or ".join(_kind(one) for one in told[several])
    if "enum" in told:
        return ", ".join(str(value) for value in told["enum"] if value is not None)
    if told.get("type") == "array":
        return f"list of {_kind(told['items'])}"
    words = str(told.get("format") or told.get("type") or "")
    return {"binary": "a file", "int64": "integer", "date-time": "date and time"}.get(words, words)
