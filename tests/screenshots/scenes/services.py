"""The Services page."""

from __future__ import annotations

from PySide6.QtWidgets import QLineEdit

from launcher.core.facts import PortOwner
from launcher.gui.services.change_popover import ChangePopover
from launcher.gui.services.checks_popover import ChecksPopover
from launcher.gui.services.page import ServicesPage
from launcher.gui.widgets.chip import Chip
from launcher.gui.window import SERVICES, Window
from tests.screenshots.scene import Act, Scene, page_of, showing
from tests.screenshots.sessions import half_started, lively, two_workers
from tests.screenshots.troubled import (
    alarmed,
    broken,
    embedded,
    hung,
    many_errors,
    many_ports_moved,
    out_of_reach,
    slow_to_install,
)


def changing(name: str, text: str = "") -> Act:
    """The sheet that changes a service, with something typed into its first field."""

    def act(window: Window) -> None:
        page = page_of(window, SERVICES, ServicesPage)
        page._session.settings.would_restart = ("django", "worker")
        page._session.settings.taken = {8010: PortOwner(4312, "node.exe")}
        page.change(name)
        sheet = page.rows[name].findChildren(ChangePopover)[0]
        if text:
            field = sheet.findChildren(QLineEdit)[0]
            field.setText(text)
            field.textEdited.emit(text)
        elif name == "worker":
            sheet.pools["threads"].click()

    return act


def opening(window: Window) -> None:
    """What of a service can be opened."""
    page_of(window, SERVICES, ServicesPage).rows["django"].open.click()


def listing_checks(window: Window) -> None:
    """The popover of the ports that gave way."""
    page = page_of(window, SERVICES, ServicesPage)
    for chip in page.prerequisites.findChildren(Chip):
        chip.click()
        if page.findChildren(ChecksPopover):
            return
    raise AssertionError("no chip opens the list of ports")


def installing(window: Window) -> None:
    """RabbitMQ is being installed, or was."""
    page_of(window, SERVICES, ServicesPage).broker.act.click()


SCENES = (
    Scene("services", lively, showing(SERVICES)),
    Scene("services-failing", broken, showing(SERVICES)),
    Scene("services-errors", many_errors, showing(SERVICES)),
    Scene("services-alarm", alarmed, showing(SERVICES)),
    Scene("services-hung", hung, showing(SERVICES)),
    Scene("services-far", out_of_reach, showing(SERVICES)),
    Scene("services-embedded", embedded, showing(SERVICES)),
    Scene("services-installing", slow_to_install, installing),
    Scene("services-installed", embedded, installing),
    Scene("services-starting", half_started, showing(SERVICES)),
    Scene("services-two", two_workers, showing(SERVICES)),
    Scene("services-open", lively, opening),
    Scene("services-moved", many_ports_moved, listing_checks),
    Scene("services-port", lively, changing("django", "8020")),
    Scene("services-port-taken", lively, changing("django", "8010")),
    Scene("services-ports", lively, changing("rabbitmq")),
    Scene("services-pool", lively, changing("worker")),
    Scene("services-pool-two", two_workers, changing("worker2")),
)
