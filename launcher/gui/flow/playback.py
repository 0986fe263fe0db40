"""The picture's own time: how fast it passes, and when a frame is drawn."""

from __future__ import annotations

from PySide6.QtCore import QElapsedTimer, QObject, QTimer

from launcher.core.flow_motion import Motion
from launcher.gui.flow.canvas import Canvas

FRAME_MS, STREAM_MS = 33, 100
SPEEDS = (("Normal", 1.0), ("Slow", 0.15), ("Still", 0.0))
_LONGEST_FRAME = 0.25
"""Seconds; a window that stood still for longer goes on where it was."""


class Playback(QObject):
    """Moves the dots of a canvas on, for as long as something moves and somebody looks."""

    def __init__(self, motion: Motion, canvas: Canvas) -> None:
        super().__init__(canvas)
        self._motion = motion
        self._canvas = canvas
        self.speed = 1.0
        self._since = QElapsedTimer()
        self._timer = QTimer(self)
        self._timer.timeout.connect(self.draw_frame)

    @property
    def runs(self) -> bool:
        """Whether frames are drawn."""
        return self._timer.isActive()

    def wake(self) -> None:
        """Something may have begun to move, or ended."""
        stream = self._motion.stream
        moves = self.speed > 0 and (stream or self._motion.moving)
        if not moves or not self._canvas.isVisible():
            self._timer.stop()
            self._canvas.update()
            return
        self._timer.setInterval(STREAM_MS if stream else FRAME_MS)
        if not self._timer.isActive():
            self._since.start()
            self._timer.start()

    def rest(self) -> None:
        """Draw no more frames until something moves again."""
        self._timer.stop()

    def step(self) -> None:
        """Go on to the next arrival."""
        self._motion.step()
        self._canvas.update()

    def draw_frame(self) -> None:
        """Let the time pass since the frame before."""
        passed = self._since.restart() / 1000 if self._since.isValid() else 0.0
        seconds = min(_LONGEST_FRAME, passed) * self.speed
        self._motion.advance(seconds)
        if self._motion.stream:
            self._canvas.flow_on(seconds)
        else:
            self._canvas.update()
        self.wake()
