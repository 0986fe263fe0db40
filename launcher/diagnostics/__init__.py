"""What helps somebody else to see what is wrong here, as readable parts without secrets.

`masking` is pure, `collect` reads files and processes, `archive` writes the zip. What is shown
before is what is written: both take the same parts.
"""

from launcher.diagnostics.archive import file_name, write
from launcher.diagnostics.collect import Live, collect, passwords
from launcher.diagnostics.masking import Part

__all__ = ["Live", "Part", "collect", "file_name", "passwords", "write"]
