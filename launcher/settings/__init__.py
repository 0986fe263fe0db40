"""What the user can set, in a text file that one can read and edit.

`model` is what is set, `reading` checks the file, `editing` writes single entries back and leaves
the rest of the file as it is. A wrong value never stops the program: it is reported with its key,
its line and the remedy, and the default stands in for it.
"""

from launcher.settings.model import Settings, SettingsError
from launcher.settings.reading import (
    BROKER_WORDS,
    LEVELS,
    POOLS,
    PORT_NAMES,
    THEMES,
    check_broker,
    check_value,
    load,
    parse,
)
from launcher.settings.template import TEMPLATE, write_template

__all__ = [
    "BROKER_WORDS",
    "LEVELS",
    "POOLS",
    "PORT_NAMES",
    "TEMPLATE",
    "THEMES",
    "Settings",
    "SettingsError",
    "check_broker",
    "check_value",
    "load",
    "parse",
    "write_template",
]
