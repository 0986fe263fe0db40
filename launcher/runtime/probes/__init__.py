"""Asks services whether they are ready, and whether they are the ones that are meant.

An open port proves nothing, so every prober checks an identity. One prober serves one service from
one thread at a time and may keep its connection between questions.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from launcher.core.events import ProbeAnswer, ProbeOutcome
from launcher.core.facts import Endpoint
from launcher.core.protocols import Prober
from launcher.core.spec import ProbeKind, ProbeSpec, ServiceSpec
from launcher.runtime.port_choice import owner_of, taken_by
from launcher.runtime.probes.answers import Secrets, conflict
from launcher.runtime.probes.broker import AmqpLogin, WorkerPing
from launcher.runtime.probes.plain import EpmdNames, ProcessAlone, SmtpGreeting, TickFile
from launcher.runtime.probes.web import HttpIdentity, HttpLogin


def make_prober(spec: ProbeSpec, secrets: Secrets) -> Prober:
    """The prober for a description. `secrets` gives a credential by its name."""
    return _PROBERS[spec.kind](spec, secrets)


def naming_the_owner(prober: Prober, spec: ServiceSpec) -> Prober:
    """Let a conflict name the program that holds the service's port, where it has one."""
    if spec.port is None:
        return prober
    return _OwnerNaming(prober, Endpoint(spec.address, spec.port), spec.title)


class _OwnerNaming:
    """Adds to a conflict who holds the port."""

    def __init__(self, prober: Prober, endpoint: Endpoint, title: str) -> None:
        self._prober = prober
        self._endpoint = endpoint
        self._title = title

    def probe(self) -> ProbeAnswer:
        answer = self._prober.probe()
        if answer.outcome is not ProbeOutcome.CONFLICT:
            return answer
        problem = taken_by(owner_of(self._endpoint), self._endpoint.port, self._title)
        return conflict(problem.words, problem.remedy)

    def close(self) -> None:
        self._prober.close()


_PROBERS: Mapping[ProbeKind, Callable[[ProbeSpec, Secrets], Prober]] = {
    ProbeKind.NONE: ProcessAlone,
    ProbeKind.HTTP_IDENTITY: HttpIdentity,
    ProbeKind.HTTP_LOGIN: HttpLogin,
    ProbeKind.SMTP_GREETING: SmtpGreeting,
    ProbeKind.AMQP_LOGIN: AmqpLogin,
    ProbeKind.WORKER_PING: WorkerPing,
    ProbeKind.TICK_FILE: TickFile,
    ProbeKind.EPMD_NAMES: EpmdNames,
}
