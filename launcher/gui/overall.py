"""How everything stands, in one mark and one sentence: what the tray shows."""

from __future__ import annotations

from collections.abc import Mapping

from launcher.core.explain import Tone
from launcher.core.spec import ServiceSpec
from launcher.core.state import ServiceState, ServiceStatus
from launcher.gui.words import listed

S = ServiceState
_TROUBLED = frozenset({S.UNHEALTHY, S.BACKOFF})
_UNDER_WAY = frozenset({S.WAITING, S.STARTING})


def overall(
    specs: Mapping[str, ServiceSpec], statuses: Mapping[str, ServiceStatus]
) -> tuple[Tone, str]:
    """The worst first: failed, in trouble, stopping, starting, all stopped, ready."""

    def titles(names: list[str]) -> str:
        # A worker that was removed a moment ago is described no more.
        return listed(specs[name].title for name in names if name in specs)

    failed = [name for name, one in statuses.items() if one.state is S.FAILED]
    troubled = [n for n, one in statuses.items() if one.state in _TROUBLED or one.degraded]
    if failed:
        return Tone.FAILED, f"{titles(failed)} failed"
    if troubled:
        return Tone.TROUBLE, f"{titles(troubled)}: in trouble"
    if any(one.state is S.STOPPING for one in statuses.values()):
        return Tone.WORKING, "Stopping"
    ready = sum(one.satisfies for one in statuses.values())
    if any(one.wanted and one.state in _UNDER_WAY for one in statuses.values()):
        return Tone.WORKING, f"Starting: {ready} of {len(statuses)} ready"
    if not any(one.wanted or one.alive for one in statuses.values()):
        return Tone.OFF, "All stopped"
    return Tone.READY, f"{ready} of {len(statuses)} ready"
