"""Carries a lesson's action out, and puts what goes wrong into words."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping

from launcher.core.lessons import Action
from launcher.learn import lab_actions, mail_actions, worker_actions
from launcher.learn.stage import LessonError, Running, Stage, Tell
from launcher.mail import MailRefused, MailUnavailable
from launcher.runtime.remote_control import ControlError

ACTIONS: Mapping[Action, Callable[[Stage, Tell], str]] = {
    Action.RESPONSES: mail_actions.responses,
    Action.WAITING: worker_actions.waiting,
    Action.ROUTING: lab_actions.routing,
    Action.ACKNOWLEDGING: lab_actions.acknowledging,
    Action.SHARING: lab_actions.sharing,
    Action.TOGETHER: mail_actions.together,
    Action.SCHEDULE: worker_actions.schedule,
    Action.RETRY: mail_actions.retry,
    Action.MONITORS: worker_actions.monitors,
    Action.MORE_WORKERS: worker_actions.more_workers,
}


def run(action: Action, running: Running, tell: Tell, leave: threading.Event) -> str:
    """Do it; blocks for up to a minute. The key of the choice that came true.

    `tell` is called with what is seen, on this thread. Raises LessonError.
    """
    try:
        return ACTIONS[action](Stage(running, leave), tell)
    except (MailUnavailable, MailRefused, ControlError) as error:
        raise LessonError(str(error)) from error
