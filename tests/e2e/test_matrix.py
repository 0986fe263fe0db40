"""Each pool with each broker and each database; `python -m tests.matrix --all`: all sixteen."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator

import pytest

from tests.helpers.measuring import NotMeasured
from tests.helpers.needs import not_measured
from tests.matrix.__main__ import ALL, Servers, pairwise
from tests.matrix.combination import measure


@pytest.fixture(scope="module")
def servers() -> Iterator[Servers]:
    with contextlib.ExitStack() as end:
        yield Servers(end)


@pytest.mark.parametrize("row", pairwise())
def test_the_same_mails_arrive_once_by_configuration_alone(servers: Servers, row: str) -> None:
    chosen = ALL[row]
    try:
        broker, database = servers.broker(chosen.broker), servers.database(chosen)
    except NotMeasured as failure:
        not_measured(failure)
    found = measure(chosen, broker, database)
    assert found["holds"], json.dumps(found)


def test_eight_are_enough_for_every_two_choices_to_meet() -> None:
    met = set()
    for row in pairwise():
        chosen = ALL[row]
        met |= {
            (chosen.pool, chosen.broker),
            (chosen.pool, chosen.database),
            (chosen.broker, chosen.database),
        }
    assert len(pairwise()) == 8
    assert len(met) == 4 * 2 + 4 * 2 + 2 * 2
