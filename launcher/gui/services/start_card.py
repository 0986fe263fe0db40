"""The start order below the services: a line that says how the start went, and the picture."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from launcher.core.explain import duration, explain
from launcher.core.spec import ServiceSpec
from launcher.core.startup import StartRecord, boots, critical_path
from launcher.core.state import ServiceStatus
from launcher.gui import tokens
from launcher.gui.services.start_picture import Node, StartPicture
from launcher.gui.widgets.button import Button
from launcher.gui.widgets.card import Card
from launcher.gui.widgets.text_line import TextLine


class StartCard(Card):
    """Folds away.

    Signals: `folded(bool)` the user folded it, or opened it.
    """

    folded = Signal(bool)

    def __init__(self, *, is_open: bool, parent: QWidget | None = None) -> None:
        super().__init__("card", parent)
        self.toggle = Button("Start order", kind="bare", small=True, menu=True)
        self.summary = TextLine("", "soft", tokens.SMALL)
        self.picture = StartPicture()
        self.toggle.clicked.connect(self._toggle)
        head = QHBoxLayout()
        head.setSpacing(tokens.TIGHT)
        head.addWidget(self.toggle)
        head.addWidget(self.summary, 1)
        self._column = QVBoxLayout(self)
        self._column.setSpacing(tokens.TIGHT)
        self._column.addLayout(head)
        self._column.addWidget(self.picture)
        self._show_open(is_open=is_open)

    @property
    def is_open(self) -> bool:
        """Whether the picture is shown."""
        return not self.picture.isHidden()

    def show_start(
        self,
        specs: Mapping[str, ServiceSpec],
        statuses: Mapping[str, ServiceStatus],
        now: float,
        record: StartRecord,
    ) -> None:
        """Show how the services stand, and how their start went so far."""
        present = [spec for name, spec in specs.items() if name in statuses]
        live = boots(statuses)
        path = critical_path(present, record.boots) if record.complete else ()
        self.summary.say(_way(specs, record, path))
        if not self.is_open:
            return
        nodes: dict[str, Node] = {}
        for spec in present:
            boot = record.boots.get(spec.name) if record.complete else live.get(spec.name)
            boot = boot or live.get(spec.name)
            time = ""
            if boot is not None:
                # One that is on its way counts whole seconds up.
                done = boot.seconds
                time = f"{now - boot.began_at:.0f} s" if done is None else duration(done)
            told = explain(spec, statuses[spec.name], now)
            nodes[spec.name] = Node(spec.title, told.tone, told.headline, time)
        self.picture.show_nodes(present, nodes, path)

    def _toggle(self) -> None:
        self._show_open(is_open=not self.is_open)
        self.folded.emit(self.is_open)

    def _show_open(self, *, is_open: bool) -> None:
        self.picture.setVisible(is_open)
        below = tokens.GAP + 2 if is_open else tokens.HAIR
        self._column.setContentsMargins(tokens.HAIR + 2, tokens.HAIR, tokens.WIDE, below)
        self.picture.setContentsMargins(tokens.TIGHT, 0, 0, 0)
        does = "Hide" if is_open else "Show"
        self.toggle.setAccessibleName(f"{does} the order in which services start")
        self.toggle.setToolTip(self.toggle.accessibleName())


def _way(specs: Mapping[str, ServiceSpec], record: StartRecord, path: tuple[str, ...]) -> str:
    """Such as "5.9 s in all: RabbitMQ 3.1 s → Worker 2.8 s", what each added to it."""
    if record.seconds is None or not path:
        return ""
    steps, before = [], record.boots[path[0]].began_at
    for name in path:
        ready = record.boots[name].ready_at or before
        steps.append(f"{specs[name].title} {duration(ready - before)}")
        before = ready
    return f"{duration(record.seconds)} in all: {' → '.join(steps)}"
