"""Asks how far starting over goes, shows what that removes, and how far it has come."""

from __future__ import annotations

import shiboken6
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QWidget

from launcher.core.disk import Scope, size
from launcher.gui import tokens
from launcher.gui.background import Background
from launcher.gui.mail.sheet import Sheet, sentence
from launcher.gui.session import Session
from launcher.gui.widgets.segment import Segment
from launcher.start_over import Going

_TITLES = {Scope.BROKER: "Broker", Scope.DATABASE: "Database", Scope.ALL: "All"}


class StartOverSheet(Sheet):
    """Nothing is removed before the button is pressed, and it names how much.

    Signals: `finished_with(str)` words about what was done. Private: `_told(str)`, from the thread
    that does it.
    """

    finished_with = Signal(str)
    _told = Signal(str)

    def __init__(self, session: Session, background: Background, parent: QWidget) -> None:
        super().__init__("Start over", parent, width=520)
        self._session = session
        self._background = background
        self._working = False
        self.scopes = {scope: Segment(title) for scope, title in _TITLES.items()}
        self._group = QButtonGroup(self)
        self.words = sentence("")
        self.folders = sentence("")
        self.folders.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.folders.setForegroundRole(self.folders.palette().ColorRole.Dark)
        self.do = self.action("Remove", kind="danger")
        self._lay_out()
        self._told.connect(self.say)
        self._group.idClicked.connect(lambda index: self.look(list(Scope)[index]))
        self.do.clicked.connect(self._run)
        self.scopes[Scope.BROKER].setChecked(True)
        self.look(Scope.BROKER)
        self.close_button.setFocus()

    @property
    def scope(self) -> Scope:
        """What is chosen."""
        return list(Scope)[self._group.checkedId()]

    def look(self, scope: Scope) -> None:
        """Show what would go."""
        self.do.setEnabled(False)
        self.say("")
        self._background.run(
            self,
            lambda: self._session.start_over.look(scope),
            self._show,
            self._refused,
        )

    def reject(self) -> None:
        """Not while something is being removed: it is over in seconds, and says so."""
        if not self._working:
            super().reject()

    def _show(self, found: Going) -> None:
        if found.scope is not self.scope:
            return
        self.words.setText(found.words)
        self.folders.setText("\n".join(found.lines) or "There is nothing yet.")
        self.do.setText(f"Remove {size(found.bytes)}")
        self.do.setAccessibleName(f"Remove {size(found.bytes)} and start over")
        self.do.updateGeometry()
        self.do.setEnabled(bool(found.entries))

    def _refused(self, error: Exception) -> None:
        self.words.setText(str(error))
        self.folders.setText("")
        self.do.setText("Remove")

    def _run(self) -> None:
        self._works(working=True)
        scope = self.scope
        self._background.run(
            self,
            lambda: self._session.start_over.run(scope, self._tell),
            self._done,
            self._failed,
        )

    def _works(self, *, working: bool) -> None:
        self._working = working
        for control in (self.do, self.close_button, *self.scopes.values()):
            control.setEnabled(not working)

    def _done(self, gone: Going) -> None:
        self._works(working=False)
        self.finished_with.emit(f"Started over: {size(gone.bytes)} removed.")
        self.accept()

    def _failed(self, error: Exception) -> None:
        self._works(working=False)
        self.words.setText(str(error))
        self.folders.setText("")
        self.say("Not everything was removed.", wrong=True)

    def _tell(self, words: str) -> None:
        """On the thread that does it, which goes on when the window is closed meanwhile."""
        if shiboken6.isValid(self):
            self._told.emit(words)

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(tokens.TIGHT)
        for index, segment in enumerate(self.scopes.values()):
            self._group.addButton(segment, index)
            row.addWidget(segment)
        row.addStretch()
        self.body.addLayout(row)
        self.body.addWidget(self.words)
        self.body.addWidget(self.folders)
        # Room for the longest, so that the buttons stay where they are.
        for label, lines in ((self.words, 4), (self.folders, 7)):
            label.setMinimumHeight(lines * label.fontMetrics().lineSpacing())
            label.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.body.addStretch()
