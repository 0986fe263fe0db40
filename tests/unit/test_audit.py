"""What pip-audit's words mean for S9: held, missed, or not measured."""

from __future__ import annotations

import pytest

from tests.helpers.measuring import NotMeasured
from tests.safety.dependencies import judge, pins
from tests.safety.trying import Attempts

WANTED = ["click==8.5.1", "Django==5.2.19"]
SOUND = [
    {"name": "click", "version": "8.5.1", "vulns": []},
    {"name": "django", "version": "5.2.19", "vulns": []},
]


def test_exact_versions_are_read_with_and_without_hashes_and_markers() -> None:
    text = "# words\nclick==8.5.1\npywin32==312 ; sys_platform == 'win32'\n" + (
        "kombu==5.7.0 \\\n    --hash=sha256:0000\n"
    )
    assert pins(text) == ["click==8.5.1", "pywin32==312", "kombu==5.7.0"]


def test_nothing_known_holds() -> None:
    attempts = Attempts("S9")
    judge(SOUND, WANTED, attempts)
    assert attempts.result()["holds"]
    assert attempts.tried == 2


def test_a_known_hole_is_named() -> None:
    attempts = Attempts("S9")
    judge([SOUND[0], {**SOUND[1], "vulns": [{"id": "CVE-1"}]}], WANTED, attempts)
    assert not attempts.result()["holds"]
    assert attempts.let_through == ["django 5.2.19: CVE-1"]


@pytest.mark.parametrize(
    "found", [[SOUND[0]], [SOUND[0], {"name": "django", "skip_reason": "not found"}], []]
)
def test_what_was_not_looked_at_never_holds(found: list[dict[str, object]]) -> None:
    with pytest.raises(NotMeasured, match="did not look at all of it"):
        judge(found, WANTED, Attempts("S9"))
