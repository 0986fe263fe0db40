"""The course: the lessons in their order. What a lesson claims, its own action shows."""

from __future__ import annotations

from launcher.core.lessons import Lesson
from launcher.core.lessons_broker import ACKNOWLEDGEMENT, BROKER, EXCHANGES, MODELS
from launcher.core.lessons_first import WHY
from launcher.core.lessons_running import MONITORING, RETRIES, SCALE, SCHEDULING, WORKERS

COURSE: tuple[Lesson, ...] = (
    WHY,
    BROKER,
    EXCHANGES,
    ACKNOWLEDGEMENT,
    MODELS,
    WORKERS,
    SCHEDULING,
    RETRIES,
    MONITORING,
    SCALE,
)
BY_ID = {lesson.id: lesson for lesson in COURSE}
