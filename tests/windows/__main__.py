"""`python -m tests.windows`: everything under Wine, the long tests too, one after the other.

Arguments go to pytest. Ends with pytest's exit code; where Wine cannot be had, that is a failure.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.exit(pytest.main([str(Path(__file__).parent), "-q", "--durations=0", *sys.argv[1:]]))
