"""The ports of one service, to be changed in place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QWidget

from launcher.core.facts import PortOwner
from launcher.core.spec import ServiceSpec
from launcher.gui import tokens
from launcher.gui.background import Background
from launcher.gui.services.change_popover import ChangePopover
from launcher.gui.services.changes import listeners_of
from launcher.gui.session import Settings
from launcher.gui.widgets.button import Button
from launcher.gui.widgets.text_line import TextLine
from launcher.gui.words import counted
from launcher.live_settings import Values
from launcher.settings import check_value
from launcher.settings.table import GROUPS, Entry, entered

ASK_MS = 150
"""After the last key, the system is asked who has the port."""
_FIELD_WIDTH = 96


class PortPopover(ChangePopover):
    """A field a listener; empty is "the usual one, or the next that is free"."""

    def __init__(
        self,
        spec: ServiceSpec,
        settings: Settings,
        background: Background,
        titles: Mapping[str, str],
        parent: QWidget,
    ) -> None:
        super().__init__(settings, background, titles, parent)
        self._title = spec.title
        self._entries = entries_of(spec.name)
        self._before: dict[str, str] = {}
        self._wants_it = False
        self._asked = 0
        self.fields: dict[str, QLineEdit] = {}
        self.apply = Button("Use this port", kind="primary", small=True)
        self._ask = QTimer(self)
        self._ask.setSingleShot(True)
        self._ask.setInterval(ASK_MS)
        self._ask.timeout.connect(self._ask_owner)
        self.setAccessibleName(f"Port of {spec.title}")
        for number, entry in enumerate(self._entries):
            self._add_field(entry, spec.port if number == 0 else None)
        self.body.addWidget(self.message)
        below = QHBoxLayout()
        below.addStretch()
        below.addWidget(self.apply)
        self.body.addLayout(below)
        self.apply.clicked.connect(self._apply)
        self.apply.setEnabled(False)
        self.say("Empty: the usual port, or the next that is free.")

    def _add_field(self, entry: Entry, port: int | None) -> None:
        name = entry.path[1]
        pinned = entry.value(self._settings.now)
        field = QLineEdit(str(pinned or port or ""))
        field.setFixedWidth(_FIELD_WIDTH)
        field.setMaxLength(8)
        field.setAccessibleName(f"Port of {entry.title}")
        field.setPlaceholderText("automatic")
        field.textEdited.connect(self._typed)
        field.returnPressed.connect(self._entered)
        line = QHBoxLayout()
        line.setSpacing(tokens.GAP)
        line.addWidget(TextLine(entry.title, bold=not self.fields), 1)
        line.addWidget(field)
        self.body.addLayout(line)
        if not self.fields:
            field.selectAll()
        self._before[name] = field.text()
        self.fields[name] = field

    def values(self) -> Values:
        """What is to change."""
        return {
            entry.path: entered(entry, self.fields[entry.path[1]].text())
            for entry in self._entries
            if self.fields[entry.path[1]].text().strip() != self._before[entry.path[1]]
        }

    def _typed(self) -> None:
        self._wants_it = False
        self._asked += 1
        self.apply.setEnabled(False)
        self._ask.stop()
        values = self.values()
        for field in self.fields.values():
            _mark(field, wrong=False)
        for entry in self._entries:
            try:
                if values.get(entry.path) is not None:
                    check_value(entry.path, values[entry.path])
            except ValueError as error:
                _mark(self.fields[entry.path[1]], wrong=True)
                self.say(f"{str(error).capitalize()}.", wrong=True)
                return
        self.say(self.restart_words(values) if values else "")
        if values:
            self._ask.start()

    def _ask_owner(self) -> None:
        wanted = {path[1]: port for path, port in self.values().items() if port is not None}
        asked = self._asked

        def find() -> Mapping[str, PortOwner]:
            found = {name: self._settings.obstacle(name, port) for name, port in wanted.items()}
            return {name: owner for name, owner in found.items() if owner is not None}

        def failed(error: Exception) -> None:
            self.say(f"It cannot be told whether the port is free: {error}", wrong=True)

        self._background.run(self, find, partial(self._answered, asked, wanted), failed)

    def _answered(
        self, asked: int, wanted: Mapping[str, int], owners: Mapping[str, PortOwner]
    ) -> None:
        if asked != self._asked:
            return
        for name, owner in owners.items():
            _mark(self.fields[name], wrong=True)
            self.say(
                f"Port {wanted[name]} is used by {owner.words}. Choose another one.", wrong=True
            )
        self.apply.setEnabled(not owners)
        if self._wants_it and not owners:
            self._apply()

    def _entered(self) -> None:
        if self.apply.isEnabled():
            self._apply()
        elif not self.values():
            self.close()
        else:
            self._wants_it = True

    def _apply(self) -> None:
        values = self.values()
        ports = [str(port) if port is not None else "a free port" for port in values.values()]
        told = f"{self._title} moves to {ports[0]}."
        if len(ports) > 1:
            told = f"{self._title}: {counted(len(ports), 'port')} changed."
        self.change(values, told)


def entries_of(service: str) -> Sequence[Entry]:
    """The settings of this service's ports."""
    by_path = {entry.path: entry for group in GROUPS for entry in group.entries}
    return [by_path["ports", name] for name in listeners_of(service)]


def _mark(field: QLineEdit, *, wrong: bool) -> None:
    if wrong != bool(field.property("refused")):
        field.setProperty("refused", wrong)
        field.style().polish(field)
