"""What a worker tells of its settings when a monitor asks: no login of any URL.

Celery masks ``broker_url``. Configured from Django it has the same URL as CELERY_BROKER_URL too,
and shows that with its password, to Flower's page of the worker for instance.
"""

import re
from collections.abc import Mapping
from typing import Any

MASK = "********"
_LOGIN = re.compile(r"(?P<before>\w://[^:@/\s]*):[^@\s]+@")


def tell_no_login(**_: Any) -> None:
    """Put ours in place of the worker's own answer to ``inspect conf``."""
    # Only in a worker: the web server has no use for a hundred modules of it.
    from celery.worker.control import Panel  # noqa: PLC0415

    told = Panel.data["conf"]

    def conf(state: Any, with_defaults: bool = False, **more: Any) -> Any:  # noqa: FBT001, FBT002
        return without_logins(told(state, with_defaults=with_defaults, **more))

    Panel.data["conf"] = conf


def without_logins(value: Any) -> Any:
    """Return *value*, however deep, with every password in a URL masked."""
    if isinstance(value, str):
        return _LOGIN.sub(rf"\g<before>:{MASK}@", value)
    if isinstance(value, Mapping):
        return {key: without_logins(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [without_logins(inner) for inner in value]
    return value
