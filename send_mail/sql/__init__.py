"""What the databases do for us by themselves: counting and indexing words, by vendor.

Migrations run it; see docs/decisions/0015-search-and-counts.md. ``statements`` returns what makes
it, ``undo`` what takes it away.
"""

from send_mail.sql import postgresql, sqlite

_VENDORS = {"sqlite": sqlite, "postgresql": postgresql}


def statements(vendor: str) -> tuple[str, ...]:
    """Return the statements that make triggers and indexes and fill them from the rows there are.

    Raises KeyError for a database that is none of the two.
    """
    made: tuple[str, ...] = _VENDORS[vendor].STATEMENTS
    return made


def undo(vendor: str) -> tuple[str, ...]:
    """Return the statements that take all of it away."""
    taken: tuple[str, ...] = _VENDORS[vendor].UNDO
    return taken
