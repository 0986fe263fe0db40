"""What stands before every page: palette, shortcuts, diagnostics, errors, the end."""

from __future__ import annotations

from launcher.gui.actions.palette import Palette
from launcher.gui.window import LOGS, MAIL, Window
from tests.screenshots.scene import Act, Scene, as_it_opens, showing
from tests.screenshots.sessions import lively
from tests.screenshots.troubled import alarmed, broken, without_password

_TRACE = """Traceback (most recent call last):
  File "launcher/gui/services/service_row.py", line 118, in show_status
    self._offer(status, words)
  File "launcher/gui/services/service_row.py", line 171, in _offer
    wants_change = bool(status.problem and status.problem.mend == self._changes != "")
AttributeError: 'Problem' object has no attribute 'mend'"""


def finding(text: str) -> Act:
    """The palette, with something typed."""

    def act(window: Window) -> None:
        window.commands["palette"].call()
        window.findChildren(Palette)[0].line.setText(text)

    return act


def shortcuts(window: Window) -> None:
    window.commands["shortcuts"].call()


def diagnostics(window: Window) -> None:
    window.show_diagnostics()


def crashing(window: Window) -> None:
    window.show_error(_TRACE, 3)


def telling(window: Window) -> None:
    """A notice above the page."""
    window.notice.say("The password of launcher for Dashboard is on the clipboard.")


def closing(window: Window) -> None:
    window.close()


def asking_again(window: Window) -> None:
    """Closed twice."""
    window.close()
    window.close()


SCENES = (
    Scene("palette", lively, finding("")),
    Scene("palette-found", lively, finding("rest")),
    Scene("palette-none", lively, finding("zzz")),
    Scene("shortcuts", lively, shortcuts),
    Scene("diagnostics", lively, diagnostics),
    Scene("error", broken, crashing),
    Scene("notice", lively, telling),
    Scene("alarm-on-logs", alarmed, showing(LOGS)),
    Scene("alarm-on-mail", alarmed, showing(MAIL)),
    Scene("password", without_password, as_it_opens),
    Scene("closing", lively, closing),
    Scene("closing-asked", broken, asking_again),
)
