"""Who waits for whom: start order, the gate before a start, and the order of a stop."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from graphlib import CycleError, TopologicalSorter

from launcher.core.spec import ServiceSpec
from launcher.core.state import ServiceState, ServiceStatus


class GraphError(ValueError):
    """The services cannot be put in order; the message names those concerned."""


def start_order(specs: Iterable[ServiceSpec]) -> tuple[str, ...]:
    """Names, each after all that it depends on; otherwise in the order given.

    Raises GraphError for a cycle and for a dependency that is not among the services.
    """
    by_name = {spec.name: spec for spec in specs}
    for spec in by_name.values():
        for dependency in spec.depends_on:
            if dependency not in by_name:
                raise GraphError(f"{spec.name} depends on {dependency}, which does not exist")
    sorter = TopologicalSorter({name: spec.depends_on for name, spec in by_name.items()})
    try:
        sorter.prepare()
    except CycleError as error:
        circle = " -> ".join(error.args[1])
        raise GraphError(f"services wait for each other: {circle}") from None
    order: dict[str, None] = {}

    def place(name: str) -> None:
        # graphlib's own order is that of its batches: it would shuffle what stands well already.
        if name not in order:
            for dependency in by_name[name].depends_on:
                place(dependency)
            order[name] = None

    for name in by_name:
        place(name)
    return tuple(order)


def with_dependencies(specs: Iterable[ServiceSpec], names: Iterable[str]) -> frozenset[str]:
    """`names` and all that they depend on, directly or not. Unknown names raise GraphError."""
    by_name = {spec.name: spec for spec in specs}
    found: set[str] = set()
    open_names = list(names)
    while open_names:
        name = open_names.pop()
        if name not in by_name:
            known = ", ".join(by_name)
            raise GraphError(f"There is no service {name!r}; known are {known}")
        if name not in found:
            found.add(name)
            open_names.extend(by_name[name].depends_on)
    return frozenset(found)


def waiting_on(spec: ServiceSpec, statuses: Mapping[str, ServiceStatus]) -> tuple[str, ...]:
    """The dependencies of `spec` that do not satisfy it now."""
    return tuple(name for name in spec.depends_on if not _suffices(spec, statuses[name]))


def _suffices(spec: ServiceSpec, dependency: ServiceStatus) -> bool:
    if dependency.satisfies:
        return True
    # One that failed before is waited for: booting beside it may be in vain.
    on_its_way = dependency.state is ServiceState.STARTING and dependency.failures == 0
    return on_its_way and dependency.service in spec.boots_beside


def stoppable(
    specs: Iterable[ServiceSpec],
    statuses: Mapping[str, ServiceStatus],
    pending: Iterable[str],
) -> frozenset[str]:
    """Those of `pending` that may be stopped now: every dependent that is to stop has stopped.

    Dependents that are not to be stopped do not hold a stop up: a lost dependency gates a start,
    it does not bounce those that recover by themselves.
    """
    left = frozenset(pending)
    held: set[str] = set()
    for spec in specs:
        if spec.name in left or statuses[spec.name].state is ServiceState.STOPPING:
            held.update(name for name in spec.depends_on if name in left)
    return left - held
