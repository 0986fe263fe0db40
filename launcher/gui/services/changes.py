"""What of a service can be changed on the Services page."""

from __future__ import annotations

from launcher.core.spec import ServiceKind, ServiceSpec
from launcher.services.catalogue import SERVICE_OF_PORT
from launcher.services.project import is_worker


def listeners_of(service: str) -> tuple[str, ...]:
    """The names, in [ports] of the settings, of the ports that a service listens on."""
    return tuple(name for name, owner in SERVICE_OF_PORT.items() if owner == service)


def changes_of(spec: ServiceSpec) -> str:
    """ "port", "pool", or "" where there is nothing to change."""
    if is_worker(spec.name):
        return "pool"
    ours = spec.kind is not ServiceKind.OUTSIDE
    return "port" if ours and listeners_of(spec.name) else ""
