"""R15: a service prints what a log view must not obey, and 200 MB of random bytes."""

from __future__ import annotations

from benchmarks.log_flood import on_a_screen
from benchmarks.row import CannotMeasureError
from tests.faults.setting import Options, repeat
from tests.helpers.measuring import NotMeasured, Tally

NOISE = 200e6
GAP_MS = 1000.0
_LIMIT = 240.0


def r15(options: Options) -> Tally:
    """The real window under an X server of its own, with its real log store and reader."""
    tally = Tally("R15", options.repeats)
    repeat(tally, lambda: hostile_bytes(tally))
    return tally


def hostile_bytes(tally: Tally, noise: float = NOISE) -> None:
    """Everything is shown as escapes; clipboard and title stay as they were."""
    try:
        found = on_a_screen("tests.faults.hostile_window", {"bytes": noise}, _LIMIT)
    except CannotMeasureError as error:
        raise NotMeasured(str(error), error.remedy) from error
    except RuntimeError as error:
        raise AssertionError(str(error)) from error
    assert found["escaped"], "the hostile lines were not shown as escapes"
    assert not found["obeyed"], f"shown as they are: {', '.join(found['obeyed'])}"
    assert found["clipboard_kept"], "the clipboard was changed"
    assert found["title_kept"], "the title was changed"
    tally.sample("gap", found["worst_gap_ms"], "ms", limit=GAP_MS)
    tally.facts["lines"] = found["lines"]
