"""The tutorial's commands by hand, from a copy of the checkout, without our environment."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.helpers import rabbit
from tests.helpers.namespaces import own_network
from tests.helpers.needs import need_rabbitmq
from tests.helpers.ports import free_port
from tests.helpers.programs import ROOT, Program, environment, run

_ASK = "import sys, urllib.request as r; print(r.urlopen(sys.argv[1], timeout=5).read().decode())"
_SEND = """
import http.cookiejar, re, sys, urllib.parse, urllib.request
jar = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
browser = urllib.request.build_opener(jar)
page = browser.open(sys.argv[1], timeout=5).read().decode()
token = re.search('name="csrfmiddlewaretoken" value="([^"]+)"', page).group(1)
form = {"recipients": "by@hand.example", "subject": "Sent by hand", "message": "Through a queue.",
        "csrfmiddlewaretoken": token}
answer = browser.open(sys.argv[1] + "sendmail/", urllib.parse.urlencode(form).encode(), timeout=5)
print(answer.url)
"""


@dataclass
class Checkout:
    """A copy of the project and the network on which RabbitMQ has its usual port."""

    folder: Path
    before: list[str]
    node: Program

    def command(self, *words: str) -> list[str]:
        return [*self.before, sys.executable, *words]

    def program(self, *words: str) -> Program:
        return Program(self.command(*words), env=_plain(), folder=self.folder)


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Checkout]:
    need_rabbitmq()
    folder = tmp_path_factory.mktemp("checkout")
    for name in ("celerytutorial", "send_mail"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "manage.py", folder)
    with own_network() as before, rabbit.plain_node(folder / "rabbitmq", 5672, before) as node:
        yield Checkout(folder, before, node)


def test_runserver_worker_and_flower_start_as_the_tutorial_says(checkout: Checkout) -> None:
    migrated = run(
        checkout.command("manage.py", "migrate", "-v0"), env=_plain(), folder=checkout.folder
    )
    assert migrated.returncode == 0, migrated.stderr
    assert (checkout.folder / "db.sqlite3").is_file()
    web, flower = free_port(), free_port("127.0.0.6")
    celery = ("-m", "celery", "-A", "celerytutorial")
    with (
        checkout.program("manage.py", "runserver", str(web), "--noreload") as server,
        checkout.program(*celery, "worker", "-l", "info", "-P", "eventlet") as worker,
        checkout.program(*celery, "flower", "--address=127.0.0.6", f"--port={flower}") as monitor,
    ):
        worker.wait_for(" ready.", 40)
        assert "amqp://guest:**@localhost:5672//" in worker.text + worker.error_text
        server.wait_for("Starting development server", 20)
        page = run(checkout.command("-c", _ASK, f"http://127.0.0.1:{web}/"), env=_plain())
        assert "Send a mail" in page.stdout, page.stderr
        monitor.wait_for("Connected to amqp://guest:**@", 20)
        alive = run(checkout.command("-c", _ASK, f"http://127.0.0.6:{flower}/healthcheck"))
        assert "OK" in alive.stdout, alive.stderr
        sent = run(checkout.command("-c", _SEND, f"http://127.0.0.1:{web}/"), env=_plain())
        assert "/sent/1/" in sent.stdout, sent.stderr
        worker.wait_for("Subject: Sent by hand", 20)


def _plain() -> dict[str, str]:
    return environment(PYTHONPATH=None, PYTHONUNBUFFERED="1")
