"""Who gets in: hosts, origins, one-time links, headers, health."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError
from django.test import Client
from django.utils import timezone

from celerytutorial import health
from send_mail.models import LoginLink
from tests.django.conftest import Api

FOREIGN_HOSTS = [
    "evil.example",
    "127.0.0.1.evil.example",
    "0.0.0.0",
    "[::1]",
    "",
    "a b",
    "169.254.1.1",
]
FOREIGN_ORIGINS = [
    "null",
    "http://evil.example",
    "https://127.0.0.1",
    "http://127.0.0.1:3000",
    "http://localhost",
    "http://127.0.0.1.evil.example",
    "",
]


@pytest.mark.parametrize("host", FOREIGN_HOSTS)
@pytest.mark.parametrize("path", ["/", "/healthz", "/api/mails", "/admin/login/"])
def test_a_foreign_host_gets_nothing(api: Api, host: str, path: str) -> None:
    answer = api.client.get(path, headers={"Host": host})
    assert answer.status_code == 400
    assert answer.json() == {"detail": "This host name is not served here."}


@pytest.mark.parametrize("origin", FOREIGN_ORIGINS)
@pytest.mark.parametrize("method", ["get", "post", "options"])
def test_a_foreign_origin_gets_nothing_even_with_the_token(
    api: Api, origin: str, method: str
) -> None:
    answer = getattr(api.client, method)(
        "/api/mails", headers={"Host": "127.0.0.1", "Origin": origin}
    )
    assert answer.status_code == 403
    assert "Access-Control-Allow-Origin" not in answer.headers


def test_our_own_origin_is_served(api: Api) -> None:
    headers = {"Host": "127.0.0.1:8000", "Origin": "http://127.0.0.1:8000"}
    assert api.client.get("/api/mails", headers=headers).status_code == 200


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_what_another_site_embeds_gets_nothing(api: Api, site: str) -> None:
    headers = {"Sec-Fetch-Site": site, "Sec-Fetch-Mode": "no-cors"}
    assert api.client.get("/", headers=headers).status_code == 403


def test_a_link_on_another_site_may_lead_here(api: Api) -> None:
    headers = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}
    assert api.client.get("/", headers=headers).status_code == 200


def test_every_answer_carries_the_security_headers(api: Api) -> None:
    for path in ("/", "/healthz", "/admin/login/", "/api/mails", "/nowhere"):
        headers = api.client.get(path).headers
        assert "default-src 'none'" in headers["Content-Security-Policy"]
        assert "unsafe" not in headers["Content-Security-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
        assert headers["Referrer-Policy"] == "same-origin"


def test_health_tells_who_we_are(api: Api) -> None:
    answer = Client().get("/healthz")
    assert answer.status_code == 200
    assert answer.json() == {"service": "django", "run": "run-of-tests"}
    assert Client().head("/healthz").status_code == 200


@pytest.mark.parametrize("method", ["post", "put", "delete", "patch", "options"])
def test_health_can_only_be_read(api: Api, method: str) -> None:
    assert getattr(Client(), method)("/healthz").status_code == 405


def test_health_says_what_is_wrong_with_the_database(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Gone:
        def cursor(self) -> Any:
            msg = "disk I/O error"
            raise DatabaseError(msg)

    monkeypatch.setattr(health, "connection", Gone())
    answer = Client().get("/healthz")
    assert answer.status_code == 503
    assert answer.json()["database"] == "disk I/O error"


def link(api: Api, **body: str) -> str:
    answer = api.post("/api/login-links", body)
    assert answer.status_code == 201
    return str(answer.json()["url"])


def test_a_login_link_works_once(api: Api, admin_user: Any) -> None:
    url = link(api, next="/admin/")
    browser, thief = Client(), Client()
    answer = browser.get(url)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/admin/")
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert browser.get("/admin/").status_code == 200
    assert thief.get(url).status_code == 403
    assert thief.get("/admin/").status_code == 302


def test_a_login_link_is_kept_as_a_hash_alone(api: Api, admin_user: Any) -> None:
    token = link(api).split("/")[2]
    assert len(token) == 43
    assert token not in str(LoginLink.objects.values())


def test_a_login_link_is_good_for_a_minute(api: Api, admin_user: Any) -> None:
    url = link(api)
    left = LoginLink.objects.get().expires_at - timezone.now()
    assert timedelta(seconds=55) < left <= timedelta(seconds=60)
    LoginLink.objects.update(expires_at=timezone.now())
    assert Client().get(url).status_code == 403


@pytest.mark.parametrize(
    "target",
    ["//evil.example", "http://evil.example", "/\\evil.example", "admin/", "", "javascript:x"],
)
def test_a_login_link_leads_nowhere_else(api: Api, target: str) -> None:
    answer = api.post("/api/login-links", {"next": target})
    assert answer.status_code == 400
    assert "next" in answer.json()["errors"]


def test_a_session_makes_no_login_links(transactional_db: None, admin_user: Any) -> None:
    client = Client()
    client.force_login(admin_user)
    assert client.post("/api/login-links", "{}", content_type="application/json").status_code == 403
