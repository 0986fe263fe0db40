"""``catch_mail``: run the mail catcher until SIGTERM or Ctrl-C."""

import signal
import threading
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from send_mail.catcher import Catcher, NotLoopbackError

LOOK_EVERY = 0.5  # on Windows a wait without end hears no Ctrl-C


class Command(BaseCommand):
    """See the module."""

    help = "Run the mail catcher, an SMTP server on loopback that keeps all it gets."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add where to listen."""
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=1025)

    def handle(self, *, host: str, port: int, **_: Any) -> None:
        """Listen, say so, and wait for the word to end."""
        ended = threading.Event()
        for name in ("SIGTERM", "SIGINT", "SIGBREAK"):
            if hasattr(signal, name):
                signal.signal(getattr(signal, name), lambda *_: ended.set())
        try:
            catcher = Catcher(
                host,
                port,
                run_id=settings.CELERY_LAUNCHER_RUN_ID,
                max_bytes=settings.CATCHER_MAX_BYTES,
            )
            catcher.start()
        except NotLoopbackError as error:
            raise CommandError(str(error)) from error
        except OSError as error:
            msg = f"The catcher cannot listen on {host}:{port}: {error.strerror}."
            raise CommandError(msg) from error
        self.stdout.write(f"Catching mail on {host}:{port}")
        self.stdout.flush()
        while not ended.wait(LOOK_EVERY):
            pass
        catcher.close()
        self.stdout.write("Catcher ended")
