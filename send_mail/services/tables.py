"""Names of tables and places of values, for the few statements that are plain SQL."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Model


def table_of(model: type[Model]) -> str:
    """Return the table of *model*."""
    return model._meta.db_table


def places(values: Iterable[Any]) -> str:
    """Return a list of parameters as long as *values*, in brackets."""
    return f"({', '.join('%s' for _ in values)})"
