"""INSERTs of many new rows as one plain statement: Django's own would cost more than the database.

What a column gets is the word of the model's field, so both databases get what Django would give
them. Defaults are those of the instances; no signals are sent.
"""

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

from django.db import connection
from django.db.models import DateTimeField, Field, JSONField, Model

_AS_IT_IS = {str, int, type(None)}
"""What every column but one of JSON or time takes unchanged: not to ask the field halves the cost.
Subclasses, a choice for instance, are none of these."""


def insert_rows(rows: Sequence[Model]) -> None:
    """Insert *rows*, of one model whose keys are given, within the caller's transaction."""
    for chunk in _chunks(rows):
        with connection.cursor() as cursor:
            cursor.execute(*_statement(chunk))
        _mark_saved(chunk)


def insert_numbered(rows: Sequence[Model]) -> None:
    """Insert *rows*, of one model, and set the keys that the database gives them."""
    for chunk in _chunks(rows):
        sql, values = _statement(chunk)
        with connection.cursor() as cursor:
            cursor.execute(f'{sql} RETURNING "{_key(chunk[0])}"', values)
            for row, (key,) in zip(chunk, cursor.fetchall(), strict=True):
                row.pk = key
        _mark_saved(chunk)


def _chunks(rows: Sequence[Model]) -> Iterator[Sequence[Model]]:
    """Divide *rows* by how many values a statement of this database may have."""
    if rows:
        size = connection.ops.bulk_batch_size(_written(type(rows[0])), rows)
        for start in range(0, len(rows), size):
            yield rows[start : start + size]


@cache
def _written(model: type[Model]) -> "list[Field[Any, Any]]":
    """Return the fields that a new row says: all but a key that the database counts."""
    fields = model._meta.concrete_fields
    return [field for field in fields if not getattr(field, "db_returning", False)]


def _key(row: Model) -> str:
    key = row._meta.pk
    assert key is not None and key.column  # noqa: S101, PT018 - said for mypy
    return key.column


def _statement(rows: Sequence[Model]) -> tuple[str, list[Any]]:
    model = type(rows[0])
    fields = _written(model)
    columns = ", ".join(f'"{field.column}"' for field in fields)
    marks = f"({', '.join(['%s'] * len(fields))})"
    table = model._meta.db_table
    sql = f'INSERT INTO "{table}" ({columns}) VALUES {", ".join([marks] * len(rows))}'  # noqa: S608 - our own names and marks
    ops = connection.ops
    adapt_time = cache(ops.adapt_datetimefield_value)  # one time in many columns
    values = []
    for row in rows:
        for field in fields:
            value = getattr(row, field.attname)
            if isinstance(field, JSONField):
                value = ops.adapt_json_value(value, field.encoder)
            elif isinstance(field, DateTimeField):
                value = adapt_time(value)
            elif type(value) not in _AS_IT_IS:
                value = field.get_db_prep_save(value, connection)
            values.append(value)
    return sql, values


def _mark_saved(rows: Sequence[Model]) -> None:
    for row in rows:
        row._state.adding = False
        row._state.db = connection.alias
