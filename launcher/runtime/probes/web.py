"""Probers of web processes: by what they say of themselves, or by whose login they know."""

from __future__ import annotations

import base64
import http.client
import time
from collections.abc import Mapping
from urllib.parse import urlsplit

from launcher.core.events import ProbeAnswer
from launcher.core.spec import ProbeSpec
from launcher.runtime.probes.answers import (
    FREE_THE_PORT,
    Secrets,
    conflict,
    json_object,
    network_words,
    not_ready,
    ready,
)


class _Http:
    """What the HTTP probers share: one GET on a kept connection."""

    def __init__(self, spec: ProbeSpec, secrets: Secrets) -> None:
        self._spec = spec
        self._secrets = secrets
        self._url = urlsplit(spec.target)
        self._connection: http.client.HTTPConnection | None = None

    def probe(self) -> ProbeAnswer:
        try:
            began = time.monotonic()
            status, body = self._get()
            milliseconds = (time.monotonic() - began) * 1000
        except (OSError, http.client.HTTPException) as error:
            self.close()
            return not_ready(network_words(error))
        return self.judge(status, body, f"answers in {milliseconds:.0f} ms")

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _get(self) -> tuple[int, bytes]:
        if self._connection is None:
            self._connection = http.client.HTTPConnection(
                self._url.hostname or "", self._url.port, timeout=self._spec.timeout
            )
        self._connection.request("GET", self._url.path or "/", headers=self.headers())
        response = self._connection.getresponse()
        return response.status, response.read(65536)

    def headers(self) -> Mapping[str, str]:
        return {}

    def judge(self, status: int, body: bytes, detail: str) -> ProbeAnswer:
        raise NotImplementedError


class HttpIdentity(_Http):
    """Our own web process says which run it belongs to."""

    def judge(self, status: int, body: bytes, detail: str) -> ProbeAnswer:
        answer = json_object(body)
        if status >= 500 and "run" not in answer:
            # Ours says no more than that when even its health page fails; nor does anybody else.
            return not_ready(f"answers with status {status}; its log says why")
        if answer.get("run") != self._spec.identity:
            return conflict(
                f"Another program answers at {self._url.netloc}.",
                FREE_THE_PORT,
            )
        if status != 200:
            return not_ready(str(answer.get("database") or f"answers with status {status}"))
        return ready(detail)


class HttpLogin(_Http):
    """A page behind our generated login: whoever lets us in is ours."""

    def headers(self) -> Mapping[str, str]:
        login = f"{self._spec.user}:{self._secrets(self._spec.secret)}"
        return {"Authorization": "Basic " + base64.b64encode(login.encode()).decode()}

    def judge(self, status: int, body: bytes, detail: str) -> ProbeAnswer:
        if status == 200:
            return ready(detail)
        if status in (401, 403):
            return conflict(
                f"Another program answers at {self._url.netloc}: it refuses our login.",
                FREE_THE_PORT,
            )
        return not_ready(f"answers with status {status}")
