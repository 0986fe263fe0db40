"""`python -m benchmarks [P1 P2 ...] [--repeats N] [--minutes N] [--json] [--no-record]`.

Exit codes: 0 every goal asked for holds; 1 one is missed; 2 one could not be measured.
"""

from __future__ import annotations

import argparse
import importlib
import json
import sys
import traceback
from typing import Any

from benchmarks.figures import record, row_order, shown, spoken
from benchmarks.row import CannotMeasureError, Row

ROWS = {
    "P1": "benchmarks.start",
    "P2": "benchmarks.window",
    "P3": "benchmarks.log_flood",
    "P4": "benchmarks.log_cpu",
    "P5": "benchmarks.idle",
    "P6": "benchmarks.posting",
    "P8": "benchmarks.million",
    "P7": "benchmarks.throughput",
    "P9": "benchmarks.stop",
    "P11": "benchmarks.event_flow",
    "P10": "benchmarks.first_mail",
}
"""Each module offers `measure(repeats: int | None) -> Row`."""


def main() -> int:
    """Measure the rows that were asked for, one after the other."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("rows", nargs="*", metavar="ROW", help=f"{', '.join(ROWS)} (default: all)")
    parser.add_argument("--repeats", type=int, help="how often each is measured")
    parser.add_argument("--minutes", type=float, help="P3: one flood of so many minutes instead")
    parser.add_argument("--json", action="store_true", help="print one JSON object a row")
    parser.add_argument("--no-record", action="store_true", help="leave docs/figures.json alone")
    asked = parser.parse_args()
    names = sorted({name.upper() for name in asked.rows} or ROWS, key=row_order)
    unknown = [name for name in names if name not in ROWS]
    if unknown:
        parser.error(f"there is no row {', '.join(unknown)}; known are {', '.join(ROWS)}")
    return max(_one(name, asked) for name in names)


def _one(name: str, asked: argparse.Namespace) -> int:
    as_json: bool = asked.json
    try:
        module = importlib.import_module(ROWS[name])
        long = asked.minutes is not None and name == "P3"
        row: Row = module.measure_minutes(asked.minutes) if long else module.measure(asked.repeats)
    except CannotMeasureError as error:
        return _not_measured(name, str(error), error.remedy, as_json=as_json)
    except Exception as error:  # noqa: BLE001 - one row must not take the others with it
        traceback.print_exc()
        return _not_measured(name, str(error), "see the trace above", as_json=as_json)
    told = row.as_json()
    if not asked.no_record:
        record(told)
    if as_json:
        print(json.dumps(told), flush=True)
    else:
        _print(told)
    return 0 if row.holds else 1


def _not_measured(name: str, reason: str, remedy: str, *, as_json: bool) -> int:
    """What was not measured never counts as holding, and is not put on file."""
    if as_json:
        told: dict[str, Any] = {"row": name, "holds": None, "goal": "", "figures": {}, "peer": {}}
        print(json.dumps({**told, "note": reason, "remedy": remedy}), flush=True)
    print(
        f"{name} could not be measured: {reason}. Remedy: {remedy or 'none known'}", file=sys.stderr
    )
    return 2


def _print(row: dict[str, Any]) -> None:
    verdict = "holds" if row["holds"] else "IS MISSED"
    print(f"{row['row']} {verdict}: {row['goal']}")
    for group, who in (("figures", ""), ("peer", "peer: ")):
        for key, value in row[group].items():
            print(f"  {who + spoken(key):<34} {shown(value)}")
    if row["note"]:
        print(f"  ({row['note']})")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
