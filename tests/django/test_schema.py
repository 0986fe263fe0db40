"""The API does what its schema says, whatever it is sent: a schemathesis run, in process."""

import json
from typing import Any

import pytest
import schemathesis
from django.core.wsgi import get_wsgi_application
from drf_spectacular.generators import SchemaGenerator
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from send_mail.models import Template
from send_mail.services import inbox, saving, uploads
from send_mail.services.saving import NewMail
from tests.django.conftest import TOKEN, Api

CHECKS = (
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
)
EXAMPLES = 8


def operations() -> dict[str, Any]:
    """Return what the API offers, by method and path.

    Not by schemathesis' own marks: they look into pytest where it is no more what it was.
    """
    told = SchemaGenerator().get_schema(request=None, public=True)
    schema = schemathesis.openapi.from_dict(told)
    schema.app = get_wsgi_application()
    found = (result.ok() for result in schema.get_all_operations())
    return {operation.label: operation for operation in found}


OPERATIONS = operations()


@pytest.fixture
def rows(transactional_db: None, settings: Any) -> None:
    """A row of each kind that has a number, so that not all is 404."""
    settings.ALLOWED_HOSTS = ["*"]
    for draft in (True, False):
        saving.save(NewMail(("ada@localhost",), "Hello", "text", draft=draft))
    inbox.store(b"Subject: x\r\n\r\ny", "a@localhost", ["b@localhost"], "peer")
    uploads.keep("a.txt", "text/plain", b"x")
    Template.objects.create(name="Welcome", subject="Hello {{ name }}")


@pytest.mark.parametrize("label", OPERATIONS)
def test_every_answer_is_one_that_the_schema_tells(rows: None, label: str) -> None:
    @settings(
        max_examples=EXAMPLES,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=OPERATIONS[label].as_strategy())
    def run(case: Any) -> None:
        headers = {"Authorization": f"Token {TOKEN}"}
        case.call_and_validate(headers=headers, checks=CHECKS)

    run()


@pytest.mark.parametrize("path", ["mails/-1", "mails/1/nothing", "nowhere", "mails/"])
def test_an_address_that_is_none_is_refused_as_json(api: Api, path: str) -> None:
    for method in ("get", "post", "put", "delete"):
        answer = getattr(api.client, method)(f"/api/{path}")
        assert (answer.status_code, answer.json()) == (404, {"detail": "There is no such address."})


def test_every_operation_says_what_it_does_and_may_refuse(api: Api) -> None:
    told = json.loads(api.get("/api/schema/", format="json").content)
    for path, operations in told["paths"].items():
        for method, operation in operations.items():
            assert operation.get("description"), (method, path)
            assert {"400", "401", "403"} <= set(operation["responses"]), (method, path)
    assert len(told["paths"]) > 25
