"""What a worker tells of its tasks' parameters."""

from celery import Celery
from celery.worker.control import Panel

from celerytutorial.celery import app
from celerytutorial.signatures import signatures, tell_signatures


def test_the_projects_tasks_are_told_with_their_parameters() -> None:
    app.loader.import_default_modules()
    told = signatures(app.tasks)
    assert told["send_mail.tasks.send_email_task"] == {
        "parameters": [
            {
                "name": "mail_id",
                "kind": "positional",
                "required": True,
                "type": "int",
                "default": "",
            }
        ],
        "words": "Send the mail with this id, if it still waits and nobody else has it.",
    }
    assert told["send_mail.tasks.relay"]["parameters"] == []
    assert not [name for name in told if name.startswith("celery.")]


def test_every_kind_of_parameter_is_told() -> None:
    own = Celery("own", set_as_current=False)

    @own.task(shared=False)
    def busy(a: "int", b=2, *more, c: bool = False, **named) -> None:  # type: ignore[no-untyped-def]
        pass

    parameters = signatures(own.tasks)[busy.name]["parameters"]
    assert [(p["name"], p["kind"], p["required"], p["type"], p["default"]) for p in parameters] == [
        ("a", "positional", True, "int", ""),
        ("b", "positional", False, "", "2"),
        ("more", "more", False, "", ""),
        ("c", "keyword", False, "bool", "False"),
        ("named", "named", False, "", ""),
    ]


def test_a_worker_answers_the_question() -> None:
    tell_signatures()
    assert "task_signatures" in Panel.data
    state = type("State", (), {"app": app})()
    assert "send_mail.tasks.relay" in Panel.data["task_signatures"](state)
