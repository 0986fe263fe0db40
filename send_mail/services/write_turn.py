"""One transaction of this process at a time, for those that many threads begin.

SQLite lets one writer in. Whoever comes second sleeps and looks again, at worst after a tenth of a
second, and meanwhile others overtake it; at a lock of our own it is woken at once.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

_turn = threading.RLock()
"""Taken by its thread again where what follows a commit writes too."""


@contextmanager
def short_transaction() -> Iterator[None]:
    """Run the block in a transaction when it is this thread's turn.

    Inside a transaction of the caller's the block is part of that, without a turn: the caller may
    have the database's lock, for which the thread whose turn it is would wait.
    """
    if connection.in_atomic_block:
        with transaction.atomic():
            yield
    else:
        with _turn, transaction.atomic():
            yield
