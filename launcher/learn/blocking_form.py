"""The form as one writes it without a queue: it talks to the mail server, then it answers.

A web server on loopback for as long as the lesson runs. It is what `send_mail.api.mails.Mails` is
compared with: the same mail, the same mail server, the same way in by HTTP.
"""

from __future__ import annotations

import http.client
import secrets
import smtplib
import threading
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType

TIMEOUT = 20.0
"""Seconds for the mail server, and for the answer."""
SENDER = "celery-launcher@localhost"


class BlockingForm:
    """Serves while it is entered. `mail_server` is host and port."""

    def __init__(self, mail_server: tuple[str, int], to: str) -> None:
        self._path = f"/{secrets.token_urlsafe(16)}"
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _view(mail_server, to, self._path))
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    def __enter__(self) -> BlockingForm:
        self._thread.start()
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def post(self, subject: str) -> None:
        """Fill the form in and wait for its answer. Raises OSError where it is no success."""
        host, port = self._server.server_address[:2]
        connection = http.client.HTTPConnection(str(host), int(port), timeout=TIMEOUT)
        try:
            connection.request("POST", self._path, subject.encode())
            answer = connection.getresponse()
            words = answer.read(1000).decode(errors="replace")
            if answer.status != http.HTTPStatus.OK:
                raise OSError(words)
        finally:
            connection.close()


def send_and_wait(mail_server: tuple[str, int], to: str, subject: str) -> None:
    """Hand one mail over to the mail server: nothing else happens until it has answered."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = SENDER, to, subject
    message.set_content("Sent by the blocking form of a lesson.")
    with smtplib.SMTP(*mail_server, timeout=TIMEOUT) as server:
        server.send_message(message)


def _view(mail_server: tuple[str, int], to: str, path: str) -> type[BaseHTTPRequestHandler]:
    class View(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            # The path is a secret of the lesson: no web page of somebody else finds the form.
            if self.path != path:
                self.send_error(http.HTTPStatus.NOT_FOUND)
                return
            length = min(int(self.headers.get("Content-Length", "0")), 200)
            subject = " ".join(self.rfile.read(length).decode(errors="replace").split())
            try:
                send_and_wait(mail_server, to, subject)
            except (OSError, smtplib.SMTPException) as error:
                self._answer(http.HTTPStatus.BAD_GATEWAY, f"the mail server: {error}")
                return
            self._answer(http.HTTPStatus.OK, "sent")

        def _answer(self, status: http.HTTPStatus, words: str) -> None:
            body = words.encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_words: object) -> None:
            """Say nothing: the lesson tells what happened."""

    return View
