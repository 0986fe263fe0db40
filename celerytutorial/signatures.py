"""What the tasks of this worker take, told to whoever asks by remote control.

Celery's own ``inspect registered`` names the tasks and says nothing of their parameters. With this
a launcher can refuse wrong arguments before a message is published.
"""

import inspect
from typing import Any

_KINDS = {
    inspect.Parameter.POSITIONAL_ONLY: "positional",
    inspect.Parameter.POSITIONAL_OR_KEYWORD: "positional",
    inspect.Parameter.VAR_POSITIONAL: "more",
    inspect.Parameter.KEYWORD_ONLY: "keyword",
    inspect.Parameter.VAR_KEYWORD: "named",
}


def tell_signatures(**_: Any) -> None:
    """Have this worker answer the question ``task_signatures``."""
    # Only in a worker: the web server has no use for a hundred modules of it.
    from celery.worker.control import inspect_command  # noqa: PLC0415

    @inspect_command(name="task_signatures")
    def task_signatures(state: Any, **_: Any) -> dict[str, Any]:
        return signatures(state.app.tasks)


def signatures(tasks: dict[str, Any]) -> dict[str, Any]:
    """Return parameters and first line of the docstring of all *tasks* but Celery's own, by name.

    A task whose signature Python does not know is left out.
    """
    found = {}
    for name, task in tasks.items():
        if name.startswith("celery."):
            continue
        try:
            parameters = inspect.signature(task.run).parameters.values()
        except (TypeError, ValueError):
            continue
        words = (inspect.getdoc(task.run) or "").partition("\n")[0]
        found[name] = {"parameters": [_told(one) for one in parameters], "words": words}
    return found


def _told(parameter: inspect.Parameter) -> dict[str, Any]:
    optional = parameter.default is not inspect.Parameter.empty
    many = parameter.kind in {
        inspect.Parameter.VAR_POSITIONAL,
        inspect.Parameter.VAR_KEYWORD,
    }
    return {
        "name": parameter.name,
        "kind": _KINDS[parameter.kind],
        "required": not optional and not many,
        "type": _type(parameter.annotation),
        "default": repr(parameter.default)[:100] if optional else "",
    }


def _type(annotation: Any) -> str:
    if annotation is inspect.Parameter.empty:
        return ""
    if isinstance(annotation, type):
        return annotation.__name__
    return annotation if isinstance(annotation, str) else ""
