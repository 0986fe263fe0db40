"""One prefix for all tests of a process. Where Wine cannot be had they fail, and say why."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.helpers.measuring import NotMeasured
from tests.windows.kit.wine import Wine

collect_ignore = ["inside"]
"""For Windows' Python: `test_platform` has it run them."""

_HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if _HERE in item.path.parents:
            item.add_marker(pytest.mark.e2e)
            # The first one on a machine waits for the prefix, Python and the packages.
            item.add_marker(pytest.mark.timeout(600), append=False)


@pytest.fixture(scope="session")
def wine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Wine]:
    try:
        made = Wine(tmp_path_factory.mktemp("wine"))
        made.python_folder  # noqa: B018 - made now, or said why not
    except NotMeasured as failure:
        # Never a skip: nothing else here runs on Windows' Python.
        pytest.fail(f"{failure.reason}. To have it: {failure.remedy}", pytrace=False)
    with made:
        yield made
