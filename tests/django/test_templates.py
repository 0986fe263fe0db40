"""Templates: kept, changed, filled in, refused by name."""

from typing import Any

import pytest

from tests.django.conftest import Api

TEMPLATE = {
    "name": "Welcome",
    "subject": "Hello {{ name }}",
    "text": "Dear {{name}}, your room is {{ room no }}.",
    "html": "<b>{{ name }}</b>",
}


def put(api: Api, path: str, body: dict[str, Any]) -> Any:
    return api.client.put(path, body, content_type="application/json")


def test_a_template_is_kept_and_names_its_variables(api: Api) -> None:
    made = api.post("/api/templates", TEMPLATE)
    assert made.status_code == 201
    assert made.json()["variables"] == ["name", "room no"]
    one = f"/api/templates/{made.json()['id']}"
    assert api.get(one).json() == made.json()
    assert [row["name"] for row in api.get("/api/templates").json()["results"]] == ["Welcome"]
    assert put(api, one, {"name": "Bye"}).json()["text"] == ""
    assert api.client.delete(one).status_code == 204
    assert api.get(one).status_code == 404


def test_two_templates_have_two_names(api: Api) -> None:
    first = api.post("/api/templates", TEMPLATE).json()["id"]
    assert "name" in api.post("/api/templates", TEMPLATE).json()["errors"]
    assert put(api, f"/api/templates/{first}", TEMPLATE).status_code == 200


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "a\u2028b"}, "name"),
        ({"subject": "a\nb"}, "subject"),
        ({"text": "a\0b"}, "text"),
        ({"body": "x"}, "body"),
    ],
)
def test_a_bad_template_is_refused_by_its_field(
    api: Api, change: dict[str, str], field: str
) -> None:
    answer = api.post("/api/templates", {**TEMPLATE, **change})
    assert (answer.status_code, list(answer.json()["errors"])) == (400, [field])


def test_it_is_filled_in_and_html_is_escaped(api: Api) -> None:
    made = api.post("/api/templates", TEMPLATE).json()["id"]
    values = {"name": "<Ada> & Co {{ room no }}", "room no": "7"}
    assert api.post(f"/api/templates/{made}/render", {"variables": values}).json() == {
        "subject": "Hello <Ada> & Co {{ room no }}",
        "text": "Dear <Ada> & Co {{ room no }}, your room is 7.",
        "html": "<b>&lt;Ada&gt; &amp; Co {{ room no }}</b>",
    }


@pytest.mark.parametrize(
    ("variables", "words"),
    [
        ({"name": "x"}, "There is no value for room no."),
        ({"name": "x", "room no": "1", "floor": "2"}, "There is no variable floor in it."),
        ({"name": "a\nBcc: b@x.org", "room no": "1"}, "line break"),
        ({"name": "a\0", "room no": "1"}, ""),
        ({"name": "=?utf-8?q?x?=", "room no": "1"}, "encoded word"),
    ],
)
def test_a_variable_that_does_not_fit_is_named(
    api: Api, variables: dict[str, str], words: str
) -> None:
    made = api.post("/api/templates", TEMPLATE).json()["id"]
    answer = api.post(f"/api/templates/{made}/render", {"variables": variables})
    assert answer.status_code == 400
    assert words in str(answer.json()["errors"]["variables"])
