"""Asks RabbitMQ's management API over HTTP (https://www.rabbitmq.com/docs/management#http-api).

Owns the connection, the login, the encoding of names, paging, and the words for what goes wrong.
What the answers mean is left to who asks. Every method blocks: never on Qt's thread.
"""

from __future__ import annotations

import base64
import json
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode, urlsplit

from launcher.runtime.probes.answers import json_object, network_words

if TYPE_CHECKING:
    from http.client import HTTPConnection

TIMEOUT = 5.0
"""Seconds for connecting, and for a whole answer."""
PAGE_SIZE = 500
"""Items a page; the API takes no more."""
_MOST = 64 * 1024 * 1024
"""An answer of more bytes is not read: ask for fewer columns, or by pages."""
_KEPT_FOR = 30.0
"""Seconds after which an idle connection is not used again: RabbitMQ closes it after 60."""
_ASKED_TWICE = frozenset({"GET", "PUT", "DELETE"})
"""Saying these again changes nothing, so they are when a kept connection turns out to be closed."""

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class ManagementAccess:
    """Where the API answers, `http://host:port` or `https://…`, and who asks."""

    url: str
    user: str
    password: str = field(repr=False)


class ManagementError(Exception):
    """The API did not do what was asked: `words` says what happened, `remedy` what helps."""

    def __init__(self, words: str, remedy: str = "") -> None:
        super().__init__(f"{words} {remedy}".strip())
        self.words = words
        self.remedy = remedy


class ManagementOff(ManagementError):  # noqa: N818 - what happened
    """Nobody answers there, or somebody else: the plugin is off, or the broker does not run."""


class ManagementTimeout(ManagementError):  # noqa: N818 - what happened
    """It accepts, and does not answer in time."""


class ManagementGone(ManagementError):  # noqa: N818 - what happened
    """The connection was lost in the middle of a question."""


class ManagementDenied(ManagementError):  # noqa: N818 - what happened
    """The login is wrong (401), or the user may not do this (401 or 403)."""


class ManagementMissing(ManagementError):  # noqa: N818 - what happened
    """What was asked for does not exist (404)."""


class ManagementRefused(ManagementError):  # noqa: N818 - what happened
    """RabbitMQ refuses what was asked, or failed at it; its own reason is in the words.

    `status` is the HTTP status.
    """

    def __init__(self, words: str, status: int, remedy: str = "") -> None:
        super().__init__(words, remedy)
        self.status = status


class Management:
    """Questions to one API, one at a time, from any thread; the connection is kept between them.

    A path is given as its parts (`get("queues", "my vhost", "a/b")`), which may hold any character.
    Every method raises ManagementError, by its kind.
    """

    def __init__(self, access: ManagementAccess, timeout: float = TIMEOUT) -> None:
        self.access = access
        self._url = urlsplit(access.url)
        self._timeout = timeout
        self._lock = threading.Lock()
        self._connection: HTTPConnection | None = None
        self._used_at = 0.0

    def get(self, *path: str, **query: str | int) -> Any:
        """Read what stands at `path`: a dict or a list, as the API documents it."""
        return self._ask("GET", path, query)

    def put(self, *path: str, body: Mapping[str, Any] | None = None) -> None:
        """Make or change what stands at `path`."""
        self._ask("PUT", path, body=body or {})

    def post(self, *path: str, body: Mapping[str, Any]) -> Any:
        """Add to what stands at `path`; the answer, None where there is none. Never sent twice."""
        return self._ask("POST", path, body=body)

    def delete(self, *path: str, **query: str | int) -> None:
        """Remove what stands at `path`."""
        self._ask("DELETE", path, query)

    def pages(self, *path: str, **query: str | int) -> Iterator[Json]:
        """A long list page by page: each has `items`, `page`, `page_count`, `total_count`.

        For queues, exchanges, connections and channels (bindings and users have no pages).
        `columns="name,messages"` keeps the answers small, `name="word"` filters, `page_size=50`
        makes smaller pages.
        """
        number = 1
        while True:
            page = self.get(*path, **{"page_size": PAGE_SIZE, **query, "page": number})
            if not isinstance(page, dict) or not isinstance(page.get("items"), list):
                raise ManagementRefused(f"{_named(path)} cannot be read by pages.", 200)
            yield page
            if number >= page.get("page_count", 0):
                return
            number += 1

    def listing(self, *path: str, **query: str | int) -> Iterator[Json]:
        """All items of a long list, asked for by pages."""
        for page in self.pages(*path, **query):
            yield from page["items"]

    def close(self) -> None:
        """Let the connection go; waits for a question that is under way."""
        with self._lock:
            self._drop()

    # -- inside --------------------------------------------------------------------------------

    def _ask(
        self,
        method: str,
        path: tuple[str, ...],
        query: Mapping[str, str | int] | None = None,
        body: Mapping[str, Any] | None = None,
    ) -> Any:
        target = "/".join([self._url.path.rstrip("/"), "api", *(quote(p, safe="") for p in path)])
        if query:
            target += "?" + urlencode(query)
        raw = None if body is None else json.dumps(body).encode()
        with self._lock:
            status, answer = self._exchange(method, target, raw)
        return self._understood(status, answer, path)

    def _exchange(self, method: str, target: str, body: bytes | None) -> tuple[int, bytes]:
        # Imported at the first question: the window opens without it.
        from http.client import HTTPException  # noqa: PLC0415

        if time.monotonic() - self._used_at > _KEPT_FOR:
            self._drop()
        again = self._connection is not None and method in _ASKED_TWICE
        while True:
            connection = self._connected()
            try:
                return self._once(connection, method, target, body)
            except TimeoutError as error:
                self._drop()
                raise self._silent() from error
            except (OSError, HTTPException) as error:
                self._drop()
                if not again:
                    raise self._lost(error) from error
                again = False

    def _connected(self) -> HTTPConnection:
        from http.client import HTTPConnection, HTTPSConnection  # noqa: PLC0415 - as above

        if self._connection is not None:
            return self._connection
        kind = HTTPSConnection if self._url.scheme == "https" else HTTPConnection
        made = kind(self._url.hostname or "127.0.0.1", self._url.port, timeout=self._timeout)
        try:
            made.connect()
        except TimeoutError as error:
            raise self._silent() from error
        except OSError as error:
            made.close()
            raise self._unreached(error) from error
        self._connection = made
        return made

    def _once(
        self, connection: HTTPConnection, method: str, target: str, body: bytes | None
    ) -> tuple[int, bytes]:
        from http.client import IncompleteRead  # noqa: PLC0415 - as above

        until = time.monotonic() + self._timeout
        login = base64.b64encode(f"{self.access.user}:{self.access.password}".encode()).decode()
        headers = {"Authorization": f"Basic {login}", "Content-Type": "application/json"}
        connection.request(method, target, body, headers)
        response = connection.getresponse()
        pieces, size = [], 0
        while piece := response.read1(65536):
            pieces.append(piece)
            size += len(piece)
            if time.monotonic() > until:
                raise TimeoutError
            if size > _MOST:
                self._drop()
                raise ManagementRefused(
                    f"RabbitMQ's answer is longer than {_MOST // 1024 // 1024} MB.", response.status
                )
        if response.length:  # read1 neither says that bytes are missing
            raise IncompleteRead(b"", response.length)
        response.close()  # nor sees that it was the last piece
        self._used_at = time.monotonic()
        return response.status, b"".join(pieces)

    def _drop(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _understood(self, status: int, raw: bytes, path: tuple[str, ...]) -> Any:
        if 200 <= status < 300:
            try:
                return json.loads(raw) if raw.strip() else None
            except ValueError as error:
                raise self._foreign() from error
        said = json_object(raw)
        if "error" not in said and status not in (401, 403):
            raise self._foreign()
        reason = str(said.get("reason") or said.get("error") or "")
        if status in (401, 403):
            raise self._denied(reason)
        if status == 404:
            raise ManagementMissing(
                f"RabbitMQ has no {_named(path)}.", "It may have been removed meanwhile: refresh."
            )
        raise ManagementRefused(
            f"RabbitMQ refuses: {_one_line(reason) or f'status {status}'}.", status
        )

    def _denied(self, reason: str) -> ManagementDenied:
        if reason.startswith("Not "):  # "Not management user", "Not administrator user"
            return ManagementDenied(
                f"The broker's user {self.access.user} has no permission for this "
                f"({_one_line(reason)}).",
                f"Give it the tag: rabbitmqctl set_user_tags {self.access.user} administrator",
            )
        return ManagementDenied(
            f"RabbitMQ's management at {self._url.netloc} refuses the login of "
            f"{self.access.user}" + (f" ({_one_line(reason)})." if reason else "."),
            "Correct user and password in the broker's URL, or give the user permissions on this "
            "virtual host.",
        )

    def _foreign(self) -> ManagementOff:
        return ManagementOff(
            f"What answers at {self._url.netloc} is not RabbitMQ's management.",
            "Look which program holds that port.",
        )

    def _unreached(self, error: OSError) -> ManagementOff:
        where = self._url.netloc
        if isinstance(error, ConnectionRefusedError):
            return ManagementOff(
                f"RabbitMQ's management does not answer at {where}: nobody listens there.",
                "Start the broker. If it runs, switch its plugin on: "
                "rabbitmq-plugins enable rabbitmq_management",
            )
        return ManagementOff(
            f"RabbitMQ's management at {where} is not reached: {network_words(error)}.",
            "Look at the broker's address.",
        )

    def _silent(self) -> ManagementTimeout:
        return ManagementTimeout(
            f"RabbitMQ's management at {self._url.netloc} did not answer within "
            f"{self._timeout:g} s.",
            "The broker may be busy or hang: try again, or restart it.",
        )

    def _lost(self, error: Exception) -> ManagementError:
        from http.client import BadStatusLine, RemoteDisconnected  # noqa: PLC0415 - as above

        if isinstance(error, BadStatusLine) and not isinstance(error, RemoteDisconnected):
            return self._foreign()
        return ManagementGone(
            f"The connection to RabbitMQ's management at {self._url.netloc} was lost.",
            "The broker may have stopped: see its state on the Services page.",
        )


def _named(path: tuple[str, ...]) -> str:
    kind, *name = path or ("",)
    return f"{kind} {' / '.join(name)}".strip()


def _one_line(reason: str) -> str:
    return " ".join(reason.split())[:300].rstrip(".")
