"""What a user does to the form, for all its tests."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent

from launcher.gui.mail.compose.pane import ComposePane
from tests.unit.gui.fakes import FakeSession


def write(pane: ComposePane, to: str = "you@example.com", subject: str = "Hi") -> None:
    pane.form.to.add_text(to)
    pane.form.subject.setText(subject)
    pane.form.body.text.setPlainText("Hello")


def kept(session: FakeSession) -> Path:
    return Path(session.home) / "data" / "unsent-mail.json"


def drop(pane: ComposePane, *paths: Path) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    pane.dropEvent(
        QDropEvent(
            QPointF(5, 5),
            Qt.DropAction.CopyAction,
            data,
            Qt.MouseButton.LeftButton,
            Qt.KeyboardModifier.NoModifier,
        )
    )
