"""Every action that has a name in the window, and the keys for it: pure data.

The sheet of shortcuts, the command palette and the tool tips take their words from here. Keys that
belong to one page are bound by that page; a test holds what is bound against this table.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass


class Place(enum.Enum):
    """Where keys hold; the value is the heading of the sheet."""

    EVERYWHERE = "Everywhere"
    OUTSIDE_LOGS = "Text of the window (not on Logs)"
    LOGS = "Logs"
    MAIL = "Mail"
    WRITE = "Mail: write"
    OUTBOX = "Mail: outbox"
    TASKS = "Tasks"
    ELSEWHERE = "Without keys"
    """Found by the palette and by buttons."""

    def meets(self, other: Place) -> bool:
        """Whether both may hold at one time, so that keys of both would be one too many."""
        return self is other or other in _TOGETHER.get(self, ()) or self in _TOGETHER.get(other, ())


_MAIL = (Place.MAIL, Place.WRITE, Place.OUTBOX)
_TOGETHER: Mapping[Place, tuple[Place, ...]] = {
    Place.EVERYWHERE: (Place.OUTSIDE_LOGS, Place.LOGS, Place.TASKS, *_MAIL),
    Place.OUTSIDE_LOGS: (Place.TASKS, *_MAIL),
    Place.MAIL: (Place.WRITE, Place.OUTBOX),
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One action. `keys` are in Qt's portable text; the first one is shown, all of them work."""

    name: str
    words: str
    keys: tuple[str, ...] = ()
    place: Place = Place.EVERYWHERE


_E, _L, _M, _N = Place.EVERYWHERE, Place.LOGS, Place.MAIL, Place.ELSEWHERE

TABLE: tuple[Entry, ...] = (
    Entry("palette", "Find an action, service or mail", ("Ctrl+K",)),
    Entry("shortcuts", "Show all shortcuts", ("F1", "Ctrl+/")),
    Entry("page.services", "Go to Services", ("Ctrl+1",)),
    Entry("page.logs", "Go to Logs", ("Ctrl+2",)),
    Entry("page.mail", "Go to Mail", ("Ctrl+3",)),
    Entry("page.tasks", "Go to Tasks", ("Ctrl+4",)),
    Entry("page.flow", "Go to Flow", ("Ctrl+5",)),
    Entry("page.lab", "Go to Exchange lab", ("Ctrl+6",)),
    Entry("page.learn", "Go to Learn", ("Ctrl+7",)),
    Entry("page.settings", "Go to Settings", ("Ctrl+8", "Ctrl+,")),
    Entry("services.start", "Start all services", ("Ctrl+Shift+S",)),
    Entry("services.stop", "Stop all services", ("Ctrl+Shift+X",)),
    Entry("mail.new", "Write a mail", ("Ctrl+N",)),
    Entry("quit", "Stop everything and quit", ("Ctrl+Q",)),
    Entry("text.larger", "Larger text", ("Ctrl++", "Ctrl+="), Place.OUTSIDE_LOGS),
    Entry("text.smaller", "Smaller text", ("Ctrl+-",), Place.OUTSIDE_LOGS),
    Entry("text.normal", "Normal text", ("Ctrl+0",), Place.OUTSIDE_LOGS),
    Entry("logs.find", "Find in the lines", ("Ctrl+F",), _L),
    Entry("logs.next", "Next match", ("F3",), _L),
    Entry("logs.previous", "Previous match", ("Shift+F3",), _L),
    Entry("logs.next_error", "Next error", ("F8",), _L),
    Entry("logs.previous_error", "Previous error", ("Shift+F8",), _L),
    Entry("logs.follow", "Follow, or pause", ("Alt+F",), _L),
    Entry("logs.mail", "Show the mail of this line", ("Ctrl+M",), _L),
    Entry("logs.wrap", "Wrap long lines", ("Alt+Z",), _L),
    Entry("logs.larger", "Larger lines", ("Ctrl++", "Ctrl+="), _L),
    Entry("logs.smaller", "Smaller lines", ("Ctrl+-",), _L),
    Entry("logs.normal", "Normal lines", ("Ctrl+0",), _L),
    Entry("mail.find", "Find in the outbox or inbox", ("Ctrl+F",), _M),
    Entry("mail.write", "Go to Write", ("Alt+1",), _M),
    Entry("mail.outbox", "Go to the outbox", ("Alt+2",), _M),
    Entry("mail.inbox", "Go to the inbox", ("Alt+3",), _M),
    Entry("mail.repeats", "Go to the repeats", ("Alt+4",), _M),
    Entry("write.send", "Send", ("Ctrl+Return", "Ctrl+Enter"), Place.WRITE),
    Entry("write.attach", "Attach files", ("Ctrl+Shift+A",), Place.WRITE),
    Entry("write.another", "Begin another mail", ("Ctrl+Shift+N",), Place.WRITE),
    Entry("outbox.resend", "Send the mail again", ("Ctrl+R",), Place.OUTBOX),
    Entry("outbox.edit", "Edit the mail", ("Ctrl+E",), Place.OUTBOX),
    Entry("outbox.logs", "Show the mail in the logs", ("Ctrl+L",), Place.OUTBOX),
    Entry("tasks.find", "Find in the tasks", ("Ctrl+F",), Place.TASKS),
    Entry("tasks.list", "Go to the list of tasks", ("Alt+1",), Place.TASKS),
    Entry("tasks.workers", "Go to the workers", ("Alt+2",), Place.TASKS),
    Entry("tasks.schedule", "Go to the schedule", ("Alt+3",), Place.TASKS),
    Entry("tasks.run", "Run a task", ("Ctrl+Shift+R",), Place.TASKS),
    Entry("tasks.again", "Run the task again", ("Ctrl+R",), Place.TASKS),
    Entry("tasks.edit", "Run it with other arguments", ("Ctrl+E",), Place.TASKS),
    Entry("mail.servers", "Mail servers", place=_N),
    Entry("start_over", "Start over", place=_N),
    Entry("about", "About: versions and licences", place=_N),
    Entry("settings.file", "Open settings.toml", place=_N),
    Entry("logs.folder", "Open the folder of the logs", place=_N),
    Entry("diagnostics", "Copy diagnostics", place=_N),
)

BY_NAME: Mapping[str, Entry] = {entry.name: entry for entry in TABLE}
