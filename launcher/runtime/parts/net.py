"""Reading over https and nothing else, through the system's proxy, by the system's certificates.

urllib, because it is the one client here that asks Windows itself for both: the proxy of the user's
settings and the authorities that a company adds to the system's store.
"""

from __future__ import annotations

import contextlib
import http
import ssl
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from email.message import Message
from http.client import HTTPException, HTTPResponse
from typing import IO
from urllib.parse import urlsplit

from launcher import __version__
from launcher.runtime.parts.watching import PartError

TIMEOUT = 20.0
"""Seconds without a byte after which a server counts as gone."""
_AGENT = f"celery-launcher/{__version__}"


class _HttpsOnly(urllib.request.HTTPRedirectHandler):
    """Follows from https to https, at most five times."""

    max_redirections = 5

    def redirect_request(  # noqa: PLR0917 - urllib's signature
        self,
        req: urllib.request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: Message,
        newurl: str,
    ) -> urllib.request.Request | None:
        """Refuse what is not https. Raises PartError."""
        need_https(newurl, f"{host(req.full_url)} sent us on to")
        return super().redirect_request(req, fp, code, msg, headers, newurl)  # type: ignore[arg-type]


def need_https(address: str, who: str) -> None:
    """Raise PartError for any other scheme; `who` begins the sentence."""
    if urlsplit(address).scheme.lower() != "https":
        shown = f"{urlsplit(address).scheme}://{host(address)}"
        raise PartError(
            f"{who} {shown}, which is not encrypted, so nothing was taken from there",
            "Try again on another network; tell us if it stays",
        )


class OutOfRangeError(Exception):
    """The server has nothing behind the byte that was asked for."""


@contextlib.contextmanager
def opened(address: str, headers: Mapping[str, str] | None = None) -> Iterator[HTTPResponse]:
    """The answer to a GET, begun but not read; reading it may raise OSError or HTTPException.

    Raises PartError for everything that goes wrong before, in words; OutOfRangeError.
    """
    need_https(address, "the address is at")
    request = urllib.request.Request(address, headers={"User-Agent": _AGENT, **(headers or {})})  # noqa: S310 - https, looked at above
    opener = urllib.request.build_opener(
        urllib.request.ProxyHandler(),
        urllib.request.HTTPSHandler(context=ssl.create_default_context()),
        _HttpsOnly(),
    )
    try:
        answer: HTTPResponse = opener.open(request, timeout=TIMEOUT)
    except urllib.error.HTTPError as error:
        with error:
            if error.code == http.HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
                raise OutOfRangeError from error
            raise _refused(address, error) from error
    except urllib.error.URLError as error:
        raise _unreachable(address, error.reason) from error
    except (OSError, HTTPException) as error:
        raise _unreachable(address, error) from error
    with answer:
        yield answer


def read(address: str, headers: Mapping[str, str], most: int) -> bytes:
    """A small answer, whole. Raises PartError, also where it is longer than `most` bytes."""
    try:
        with opened(address, headers) as answer:
            text = answer.read(most + 1)
    except OutOfRangeError as error:
        raise PartError(f"{host(address)} answered without being asked", "Try again") from error
    except (OSError, HTTPException) as error:
        raise _unreachable(address, error) from error
    if len(text) > most:
        raise PartError(f"what {host(address)} answered is too long", "Tell us, please")
    return text


def _refused(address: str, error: urllib.error.HTTPError) -> PartError:
    where = host(address)
    if error.code == 404:
        return PartError(
            f"{where} no longer has {address.rpartition('/')[2]}",
            "Install a newer Celery Launcher, or RabbitMQ by hand",
        )
    if error.code in (403, 429):
        return PartError(
            f"{where} takes no more questions from this network for now ({error.code})",
            "Try again in an hour",
        )
    return PartError(f"{where} answered {error.code} {error.reason}", "Try again later")


def _unreachable(address: str, reason: object) -> PartError:
    where = host(address)
    if isinstance(reason, ssl.SSLCertVerificationError):
        return PartError(
            f"{where} showed a certificate that this machine does not trust: "
            f"{reason.verify_message}",
            "If a company's proxy stands between, add its authority to the system's certificates",
        )
    through = _proxy_words()
    if "407" in str(reason) and through:
        # http.client has no error of its own for it: "Tunnel connection failed: 407 ...".
        return PartError(
            f"the proxy {through.removeprefix(' through the proxy ')} wants a login",
            "Put it into HTTPS_PROXY: http://name:password@host:port",
        )
    return PartError(
        f"{where} cannot be reached{through}: {_plain(reason)}",
        "Check the connection and try again: it goes on where it stopped. "
        "Or fetch the files elsewhere and use doctor --fix --from FOLDER",
    )


def _plain(reason: object) -> str:
    if isinstance(reason, TimeoutError):
        return f"it sent nothing for {TIMEOUT:g} s"
    if isinstance(reason, OSError):
        return reason.strerror or str(reason)
    return str(reason) or type(reason).__name__


def _proxy_words() -> str:
    proxy = urllib.request.getproxies().get("https", "")
    return f" through the proxy {host(proxy) or 'of the settings'}" if proxy else ""


def host(address: str) -> str:
    """Host and port, without a login."""
    where = urlsplit(address)
    port = f":{where.port}" if where.port else ""
    return f"{where.hostname or ''}{port}"
