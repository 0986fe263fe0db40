import json
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from benchmarks import render, start
from benchmarks.figures import FILE, ROOT, load, record, row_order, shown, spoken, table
from launcher.core.spec import ServiceSpec

PAGES = list(render.pages())


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_a_page_shows_the_figures_that_were_measured(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert render.render(text, load()) == text, (
        "a figure was typed by hand or is stale: run python -m benchmarks.render"
    )


def test_the_file_of_figures_names_no_place_of_one_machine() -> None:
    text = FILE.read_text(encoding="utf-8") if FILE.exists() else ""
    assert not re.findall(r"/(?:root|home|tmp|Users|var|opt)/\S*", text)


def test_every_recorded_row_says_when_at_which_commit_and_where() -> None:
    for name, row in load().items():
        assert row["row"] == name
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", row["date"])
        assert set(row["commit"]) == {"sha", "dirty"}
        assert row["machine"]["cores"]


def test_a_newer_run_replaces_the_older_one_and_leaves_the_others(tmp_path: Path) -> None:
    place = tmp_path / "figures.json"
    record({"row": "P2", "holds": False}, place)
    record({"row": "P10", "holds": True}, place)
    record({"row": "P2", "holds": True, "figures": {"paint_ms": 3}}, place)
    rows = load(place)
    assert list(rows) == ["P2", "P10"]
    assert rows["P2"]["figures"] == {"paint_ms": 3}
    assert [item.name for item in tmp_path.iterdir()] == ["figures.json"]


def test_two_writers_lose_no_row(tmp_path: Path) -> None:
    place = tmp_path / "figures.json"
    code = (
        "import sys, pathlib\n"
        "from benchmarks.figures import record\n"
        "for n in range(5):\n"
        "    record({'row': f'{sys.argv[1]}{n}'}, pathlib.Path(sys.argv[2]))\n"
    )

    def write(letter: str) -> None:
        subprocess.run([sys.executable, "-c", code, letter, str(place)], cwd=ROOT, check=True)

    with ThreadPoolExecutor() as pool:
        list(pool.map(write, "RS"))
    assert len(json.loads(place.read_text(encoding="utf-8"))) == 10


def test_a_figure_typed_into_a_block_is_found() -> None:
    rows = {"P1": {"row": "P1", "figures": {"start_s": 4.0}}}
    page = "<!-- figures:start P1.figures.start_s -->{}<!-- figures:end P1.figures.start_s -->"
    assert render.render(page.format("3.99"), rows) == page.format("4.00")


def test_a_table_that_does_not_exist_is_an_error() -> None:
    with pytest.raises(render.BlockError, match="spede"):
        render.render("<!-- figures:start spede -->\n<!-- figures:end spede -->", {})


def test_a_marker_without_its_other_half_is_an_error() -> None:
    with pytest.raises(render.BlockError):
        render.render("<!-- figures:start speed -->\n| typed | by hand |\n", {})


def test_a_table_shows_rows_in_their_order_and_dashes_for_what_is_missing() -> None:
    rows = [
        {"row": "P10", "holds": True},
        {"row": "P2", "holds": False, "figures": {"a_ms": 12.34}},
    ]
    assert table(rows, {"Row": "row", "A": "figures.a_ms", "Holds": "holds"}).splitlines() == [
        "| Row | A | Holds |",
        "| --- | --- | --- |",
        "| P2 | 12.3 | **no** |",
        "| P10 | – | yes |",
    ]


@pytest.mark.parametrize(
    ("value", "text"),
    [(1234, "1,234"), (1234.5, "1,234"), (0.0456, "0.046"), (None, "–"), ("a|b", "a\\|b")],
)
def test_a_value_is_shown_short(value: object, text: str) -> None:
    assert shown(value) == text


def test_a_key_is_shown_with_its_unit() -> None:
    assert spoken("start_all_s") == "start all (s)"
    assert spoken("ratio") == "ratio"


def test_rows_are_ordered_by_letter_then_number() -> None:
    names = ["R10", "R2-threads", "R2", "P10", "P9"]
    assert sorted(names, key=row_order) == ["P9", "P10", "R2", "R2-threads", "R10"]


def test_the_critical_path_is_the_longest_chain_of_boots() -> None:
    chain = {"broker": (), "database": (), "web": ("database",), "worker": ("broker", "database")}
    specs = {name: ServiceSpec(name, name, depends_on=needs) for name, needs in chain.items()}
    boots = {"broker": 4.0, "database": 1.0, "web": 3.5, "worker": 1.5}
    assert start.critical_path(specs, boots) == 5.5
