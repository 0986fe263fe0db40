"""Names of tables, for the few statements that are plain SQL."""

from django.db.models import Model


def table_of(model: type[Model]) -> str:
    """Return the table of *model*."""
    return model._meta.db_table
