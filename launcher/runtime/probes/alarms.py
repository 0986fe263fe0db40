"""RabbitMQ's resource alarms: while one is set it takes no message from anybody.

Asked of the management API (`/api/health/checks/local-alarms`: 200, or 503 with the alarms), since
a connection that publishes nothing is never told (https://www.rabbitmq.com/docs/alarms).
"""

from __future__ import annotations

import base64
import http.client
from collections.abc import Sequence
from urllib.parse import urlsplit

from launcher.core.state import Problem
from launcher.runtime.probes.answers import json_object

_MOST = 65536


class Alarms:
    """One node's alarms; the connection is kept between questions."""

    def __init__(self, url: str, timeout: float) -> None:
        self._url = urlsplit(url)
        self._timeout = timeout
        self._connection: http.client.HTTPConnection | None = None

    def problem(self, user: str, password: str) -> Problem | None:
        """What keeps the node from taking messages, None when nothing does or nobody answers."""
        try:
            status, body = self._get(user, password)
        except (OSError, http.client.HTTPException):
            self.close()
            return None
        if status != 503:
            return None
        alarms = json_object(body).get("alarms")
        found = alarms if isinstance(alarms, list) else []
        return alarm_problem(
            [str(each.get("resource")) for each in found if isinstance(each, dict)]
        )

    def close(self) -> None:
        """Let the connection go."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _get(self, user: str, password: str) -> tuple[int, bytes]:
        if self._connection is None:
            self._connection = http.client.HTTPConnection(
                self._url.hostname or "", self._url.port, timeout=self._timeout
            )
        login = base64.b64encode(f"{user}:{password}".encode()).decode()
        self._connection.request("GET", self._url.path, headers={"Authorization": f"Basic {login}"})
        response = self._connection.getresponse()
        return response.status, response.read(_MOST)


def alarm_problem(resources: Sequence[str]) -> Problem:
    """The alarms of these resources in words: disk, memory, or others that come to be."""
    # Called "disk space" by some versions.
    kinds = [(each, _WORDS.get(each.partition(" ")[0])) for each in resources]
    reasons = [words[0] if words else f"its {each} alarm is set" for each, words in kinds]
    remedies = [words[1] for _, words in kinds if words]
    mends = [words[2] for _, words in kinds if words]
    why = " and ".join(dict.fromkeys(reasons)) or "an alarm is set"
    return Problem(
        f"RabbitMQ takes no messages: {why}. Mails are saved and go out once it does.",
        " ".join(dict.fromkeys(remedies)) or "See its log.",
        # One at a time: without room on the disk, queues are of no help.
        mend=min(mends, default=""),
    )


_WORDS = {
    "disk": (
        "the disk has less free space than its limit",
        "Free some space on the disk that the launcher's folder is on.",
        "disk",
    ),
    "memory": (
        "it uses more memory than its limit",
        "Let what waits in its queues be worked off, or end other programs; then it goes on by "
        "itself.",
        "queues",
    ),
}
