"""The files of the mail that is written: read, uploaded, counted, and kept with the draft."""

from __future__ import annotations

import mimetypes
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from launcher.gui.background import Background
from launcher.gui.words import size
from launcher.mail import LARGEST_FILES, Attachment, MailClient, Upload

LIMIT_WORDS = "25 MB"


@dataclass(frozen=True, slots=True)
class File:
    """One of them. It is in the draft under `index`, or uploaded as `upload`, or on its way.

    `sent` counts the bytes that have gone up, `problem` says why it is not attached.
    """

    number: int
    name: str
    content_type: str
    size: int
    path: Path | None = None
    index: int | None = None
    upload: int | None = None
    sent: int = 0
    problem: str = ""

    @property
    def attached(self) -> bool:
        """Whether it goes with the mail."""
        return self.index is not None or self.upload is not None

    @property
    def under_way(self) -> bool:
        """Whether it is still going up."""
        return not self.attached and not self.problem


class Attachments(QObject):
    """The list of files, each uploaded in the background as soon as it is added.

    Signals: `changed()` the list or a file in it; private: `_progressed(int, int)` from the
    uploading thread, a file's number and the bytes that have gone.
    """

    changed = Signal()
    _progressed = Signal(int, int)

    def __init__(self, client: MailClient, background: Background, parent: QObject) -> None:
        super().__init__(parent)
        self._client = client
        self._background = background
        self._numbers = 0
        self.files: tuple[File, ...] = ()
        self._progressed.connect(self._note_progress)

    @property
    def busy(self) -> bool:
        """Whether files are still going up."""
        return any(one.under_way for one in self.files)

    @property
    def problem(self) -> str:
        """Why the files cannot go as they are, "" when they can."""
        return next((f"{one.name}: {one.problem}" for one in self.files if one.problem), "")

    def keep(self) -> tuple[int, ...]:
        """The indexes of those that the draft has."""
        return tuple(one.index for one in self.files if one.index is not None)

    def uploads(self) -> tuple[int, ...]:
        """The ids of those that the draft does not have yet."""
        return tuple(
            one.upload for one in self.files if one.index is None and one.upload is not None
        )

    def begin_with(self, attachments: Sequence[Attachment]) -> None:
        """Show the files of a draft that was opened."""
        self.files = tuple(
            File(self._next(), one.name, one.content_type, one.size, index=one.index)
            for one in attachments
        )
        self.changed.emit()

    def also(self, attachments: Sequence[Attachment]) -> None:
        """The draft that is gone on with has these, before those that were added since."""
        added = self.files
        self.begin_with(attachments)
        self.files = (*self.files, *added)
        self.changed.emit()

    def saved(self, keep: Sequence[int], uploads: Sequence[int]) -> None:
        """The draft was saved with these: kept ones first, uploaded ones behind them."""
        kept = {index: place for place, index in enumerate(keep)}
        added = {upload: len(keep) + place for place, upload in enumerate(uploads)}
        self.files = tuple(
            replace(one, index=kept.get(one.index))
            if one.index is not None
            else replace(one, index=added.get(one.upload) if one.upload is not None else None)
            for one in self.files
        )

    def draft_lost(self) -> None:
        """The draft is gone: what was only in it has to be attached again."""
        self.files = tuple(
            one
            if one.index is None
            else replace(one, index=None, problem="" if one.upload is not None else _GONE)
            for one in self.files
        )
        self.changed.emit()

    def add(self, paths: Sequence[Path]) -> None:
        """Attach files; what cannot be attached says why in the list."""
        for path in paths:
            kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
            file = File(self._next(), path.name, kind, 0, path)
            self.files = (*self.files, file)
            self._begin(file, path)
        self.changed.emit()

    def remove(self, number: int) -> None:
        """Take a file off the mail."""
        gone = [one for one in self.files if one.number == number]
        self.files = tuple(one for one in self.files if one.number != number)
        for one in gone:
            if one.upload is not None and one.index is None:
                self._forget(one.upload)
        self.changed.emit()

    def try_again(self, number: int) -> None:
        """Upload a file anew that failed."""
        for one in self.files:
            if one.number == number and one.problem and one.path is not None:
                anew = replace(one, problem="", sent=0)
                self._change(anew)
                self._begin(anew, one.path)

    def _begin(self, file: File, path: Path) -> None:
        number, kind = file.number, file.content_type
        others = sum(one.size for one in self.files if one.number != number)

        def measure() -> int:
            return _measured(path, others)

        def work() -> Upload:
            data = path.read_bytes()
            return self._client.upload(
                path.name, kind, data, lambda sent: self._progressed.emit(number, sent)
            )

        def measured(length: int) -> None:
            self._update(number, lambda one: replace(one, size=length))
            self._background.run(self, work, done, failed)

        def done(upload: Upload) -> None:
            size = upload.size
            if not self._update(
                number, lambda one: replace(one, upload=upload.id, size=size, sent=size)
            ):
                self._forget(upload.id)

        def failed(error: Exception) -> None:
            self._update(number, lambda one: replace(one, problem=_why(error)))

        self._background.run(self, measure, measured, failed)

    def _forget(self, upload: int) -> None:
        # Best effort: what is not taken back expires by itself after a day.
        self._background.run(
            self,
            lambda: self._client.delete_upload(upload),
            lambda _none: None,
            lambda _error: None,
        )

    def _note_progress(self, number: int, sent: int) -> None:
        self._update(number, lambda one: replace(one, sent=sent))

    def _update(self, number: int, changed: Callable[[File], File]) -> bool:
        """Change a file; False when it was removed meanwhile."""
        for one in self.files:
            if one.number == number:
                self._change(changed(one))
                return True
        return False

    def _change(self, file: File) -> None:
        self.files = tuple(file if one.number == file.number else one for one in self.files)
        self.changed.emit()

    def _next(self) -> int:
        self._numbers += 1
        return self._numbers


_GONE = "went with its draft, which is gone; remove it and attach it again."


class _NotAttachedError(Exception):
    """A file that cannot be attached, and why."""


def _measured(path: Path, others: int) -> int:
    """The size of a file that may be attached."""
    if path.is_dir():
        raise _NotAttachedError("is a folder; attach its files, or a zip of it.")
    length = path.stat().st_size
    if length > LARGEST_FILES:
        raise _NotAttachedError(f"is {size(length)}; a mail may carry {LIMIT_WORDS} at most.")
    if length + others > LARGEST_FILES:
        raise _NotAttachedError(
            f"makes {size(length + others)} with the others; {LIMIT_WORDS} at most."
        )
    return length


def _why(error: Exception) -> str:
    if isinstance(error, OSError):
        return f"cannot be read: {error.strerror or error}."
    return str(error)
