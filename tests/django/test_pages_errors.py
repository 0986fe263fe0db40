"""The pages for what went wrong look like the others and stand on their own."""

from typing import Any

import pytest
from django.template.loader import get_template
from django.test import Client


def test_an_unknown_address_has_a_page(transactional_db: None) -> None:
    answer = Client().get("/nowhere")
    assert answer.status_code == 404
    assert "There is nothing here" in answer.content.decode()
    assert 'href="/outbox/"' in answer.content.decode()


def test_an_expired_form_says_what_to_do(transactional_db: None) -> None:
    browser = Client(enforce_csrf_checks=True)
    answer = browser.post("/sendmail/", {"recipients": "ada@localhost"})
    assert answer.status_code == 403
    assert "This form has expired" in answer.content.decode()


def test_an_error_of_ours_says_that_nothing_saved_was_lost(
    transactional_db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any, **__: Any) -> Any:
        msg = "secret detail"
        raise RuntimeError(msg)

    monkeypatch.setattr("send_mail.views.outbox.paged", broken)
    browser = Client(raise_request_exception=False)
    answer = browser.get("/outbox/")
    assert answer.status_code == 500
    assert "Something went wrong here" in answer.content.decode()
    assert "secret detail" not in answer.content.decode()


@pytest.mark.parametrize("name", ["400", "403", "403_csrf", "404", "500"])
def test_each_needs_neither_request_nor_database(name: str) -> None:
    page = get_template(f"{name}.html").render({})
    assert "<h1>" in page
    assert "site.css" in page
