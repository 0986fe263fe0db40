"""What the running instance does for other processes, verb by verb."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from launcher.core.disk import Scope
from launcher.core.explain import explain
from launcher.runtime.control import Answer, Handler, RequestError
from launcher.runtime.passwords import PasswordError
from launcher.session import Session
from launcher.settings import check_value
from launcher.settings.editing import NotEditableError
from launcher.start_over import StartOverError

Request = Mapping[str, Any]


def verbs(session: Session) -> Mapping[str, Handler]:
    """The verbs of this session."""

    def status(_: Request) -> Iterator[Answer]:
        yield status_answer(session)

    def logs(request: Request) -> Iterator[Answer]:
        service, position = request.get("service"), int(request.get("position") or 0)
        if service is not None and service not in (*session.specs(), "launcher"):
            raise RequestError(_unknown(session, service))
        while True:
            records, position = session.logs.read(position, 500, service)
            for record in records:
                yield {
                    "position": record.position,
                    "at": record.at,
                    "service": record.service,
                    "level": record.level.word,
                    "text": record.text,
                }
            if not records and not request.get("follow") and position >= session.logs.end:
                return
            if not records and not session.logs.wait(position, 1.0):
                # An empty answer: a reader that went away is noticed, and the thread ends.
                yield {}

    def one(action: str) -> Handler:
        def act(request: Request) -> Iterator[Answer]:
            name = request.get("service")
            if name is None and action in ("start", "stop"):
                getattr(session, f"{action}_all")()
            elif name in session.specs():
                getattr(session, action)(name)
            else:
                raise RequestError(_unknown(session, name))
            yield {"ok": True}

        return act

    def send(request: Request) -> Iterator[Answer]:
        # At its first use, here and below: no start waits for what no start needs.
        from launcher.mail import Draft, MailRefused, MailUnavailable  # noqa: PLC0415

        draft = Draft(to=tuple(request["to"]), subject=request["subject"], text=request["text"])
        try:
            saved = session.mail.submit(draft, request["key"])
        except MailRefused as refused:
            raise RequestError(str(refused)) from refused
        except MailUnavailable as unavailable:
            raise RequestError(str(unavailable)) from unavailable
        yield {"id": saved.id, "state": saved.state.lower()}

    def mail(request: Request) -> Iterator[Answer]:
        from launcher.mail import MailUnavailable  # noqa: PLC0415 - as above

        try:
            found = session.mail.get(request["id"])
        except MailUnavailable as unavailable:
            raise RequestError(str(unavailable)) from unavailable
        yield {"id": found.row.id, "state": found.row.state.lower()}

    def environment(_: Request) -> Iterator[Answer]:
        yield {"environment": dict(session.environment())}

    def collect(_: Request) -> Iterator[Answer]:
        for part in session.diagnostics():
            yield {"name": part.name, "text": part.text}

    def raise_window(_: Request) -> Iterator[Answer]:
        yield {"raised": session.ask_to_raise()}

    def quit_all(_: Request) -> Iterator[Answer]:
        session.ask_to_quit()
        yield {"ok": True}

    return {
        "status": status,
        "logs": logs,
        "start": one("start"),
        "stop": one("stop"),
        "restart": one("restart"),
        "send": send,
        "mail": mail,
        "environment": environment,
        "diagnostics": collect,
        "change": lambda request: _change(session, request),
        "start-over": lambda request: _start_over(session, request),
        "mail-servers": lambda _: _mail_servers(session),
        "raise": raise_window,
        "quit": quit_all,
    }


def _mail_servers(session: Session) -> Iterator[Answer]:
    """Another process changed them: take them from file and store, never from a request."""
    try:
        session.mail_servers.reload()
    except PasswordError as error:
        raise RequestError(str(error)) from error
    yield {"ok": True}


def _change(session: Session, request: Request) -> Iterator[Answer]:
    """Settings by their names, such as "ports.django"; null takes one out. Says what restarts."""
    given = {tuple(str(name).split(".")): value for name, value in request["values"].items()}
    try:
        for entry, value in given.items():
            if value is not None:
                check_value(entry, value)
        restarted = session.settings.restarts(given)
        session.settings.change(given)
    except (ValueError, NotEditableError) as error:
        raise RequestError(str(error)) from error
    yield {"ok": True, "restarted": list(restarted)}


def _start_over(session: Session, request: Request) -> Iterator[Answer]:
    """What would go; with `sure` it goes."""
    scope = Scope(request["scope"])
    try:
        found = session.start_over.look(scope)
        if request.get("sure"):
            found = session.start_over.run(scope)
    except StartOverError as error:
        raise RequestError(str(error)) from error
    yield {"bytes": found.bytes, "words": found.words, "lines": found.lines}


def status_answer(session: Session) -> Answer:
    """All services as they stand, for programs."""
    now, titles = session.now(), {name: spec.title for name, spec in session.specs().items()}
    services = []
    for name, spec in session.specs().items():
        status = session.statuses().get(name)
        if status is None:  # it was removed meanwhile
            continue
        words = explain(spec, status, now, titles)
        services.append(
            {
                "name": name,
                "state": status.state.value,
                "wanted": status.wanted,
                "pid": status.pid,
                "address": spec.address or spec.probe.target or None,
                "port": spec.port,
                "url": spec.links[0].url if spec.links else None,
                "since_s": round(now - status.since, 3),
                "ready_after_ms": milliseconds(status.ready_after),
                "restarts": status.restarts,
                "detail": words.sentence,
                "remedy": words.remedy,
            }
        )
    return {
        "home": session.home,
        "broker": session.broker.value,
        "version": session.version,
        "run": session.run,
        "services": services,
        "notices": [notice.words for notice in session.notices()],
    }


def milliseconds(seconds: float | None) -> int | None:
    """Seconds as whole milliseconds."""
    return None if seconds is None else round(seconds * 1000)


def _unknown(session: Session, name: object) -> str:
    return f"There is no service {name!r}; known are {', '.join(session.specs())}"
