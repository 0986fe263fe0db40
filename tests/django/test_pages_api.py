"""The API's page is its schema, to read."""

import re
from typing import Any

from django.test import Client
from drf_spectacular.generators import SchemaGenerator


def test_every_operation_of_the_schema_is_on_the_page(
    transactional_db: None, admin_user: Any
) -> None:
    staff = Client()
    staff.force_login(admin_user)
    page = staff.get("/api/").content.decode()
    told = re.findall(r'<span class="method">(\w+)</span> <code>([^<]+)</code>', page)
    paths = SchemaGenerator().get_schema(request=None, public=True)["paths"]
    wanted = [(method.upper(), path) for path, methods in paths.items() for method in methods]
    assert sorted(told) == sorted(wanted)
    assert "Save a mail; 202 when it will be sent, 201 when it is a draft." in page
    assert "<code>to</code>" in page
    assert '<a href="/api/mails">Open</a>' in page
    assert 'href="/api/mails/{mail_id}"' not in page


def test_it_is_for_the_staff(transactional_db: None) -> None:
    assert Client().get("/api/").status_code == 403
