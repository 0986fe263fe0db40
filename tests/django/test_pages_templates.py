"""Templates in the browser: kept, changed, filled in; a variable without a value is named."""

from typing import Any

import pytest
from django.test import Client

from send_mail.models import Mail, Template

GOOD = {"name": "Welcome", "subject": "Hello {{ name }}", "text": "Room {{ room }}"}


@pytest.fixture
def staff(transactional_db: None, admin_user: Any) -> Client:
    client = Client()
    client.force_login(admin_user)
    return client


@pytest.fixture
def template(transactional_db: None) -> Template:
    return Template.objects.create(**GOOD, html="<p>{{ name }}</p>")


def test_a_template_is_kept_changed_and_deleted(staff: Client) -> None:
    assert "There is no template yet." in staff.get("/templates/").content.decode()
    answer = staff.post("/templates/new/", {**GOOD, "html": "<b>{{ name }}</b>"})
    made = Template.objects.get()
    page = staff.get(answer.headers["Location"]).content.decode()
    assert "Variables: name, room" in page
    place = f"/templates/{made.pk}/edit/"
    assert "Room {{ room }}</textarea>" in staff.get(place).content.decode()
    staff.post(place, {**GOOD, "name": "Welcome!", "text": "No room"})
    made.refresh_from_db()
    assert (made.name, made.text, made.html) == ("Welcome!", "No room", "")
    place = f"/templates/{made.pk}/delete/"
    assert "Delete this template?" in staff.get(place).content.decode()
    assert Template.objects.exists()
    staff.post(place)
    assert not Template.objects.exists()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"name": ""}, "Give it a name."),
        ({"name": "  "}, "may not be blank"),
        ({"name": "Taken"}, "There is a template of this name."),
        ({"subject": "a\u2028b"}, "U+2028"),
    ],
)
def test_a_refusal_stands_at_its_field(staff: Client, change: Any, words: str) -> None:
    Template.objects.create(name="Taken")
    answer = staff.post("/templates/new/", {**GOOD, **change})
    page = answer.content.decode()
    field = next(iter(change))
    assert answer.status_code == 400
    assert words in page.partition(f'id="id_{field}_error"')[2].partition("</div>")[0]
    assert "Room {{ room }}</textarea>" in page
    assert Template.objects.count() == 1


def test_a_mail_is_begun_with_its_variables_filled_in(staff: Client, template: Template) -> None:
    place = f"/templates/{template.pk}/use/"
    page = staff.get(place).content.decode()
    assert page.count('name="name"') == 2
    given = {"name": ["name", "room"], "value_0": "Ada & <Co>", "value_1": "7"}
    page = staff.post(place, given).content.decode()
    assert 'action="/sendmail/"' in page
    assert 'value="Hello Ada &amp; &lt;Co&gt;"' in page
    assert "Room 7</textarea>" in page
    assert "&lt;p&gt;Ada &amp;amp; &amp;lt;Co&amp;gt;&lt;/p&gt;</textarea>" in page
    assert not Mail.objects.exists()


def test_a_variable_without_a_value_is_named_at_its_field(
    staff: Client, template: Template
) -> None:
    given = {"name": ["name", "room"], "value_0": "Ada", "value_1": ""}
    answer = staff.post(f"/templates/{template.pk}/use/", given)
    page = answer.content.decode()
    assert answer.status_code == 400
    assert "There is no value for room." in page.partition('id="id_value_1_error"')[2]
    assert "Ada</textarea>" in page


def test_a_variable_that_is_gone_meanwhile_is_named(staff: Client, template: Template) -> None:
    given = {"name": ["name", "room"], "value_0": "Ada", "value_1": "7"}
    Template.objects.update(text="No room")
    answer = staff.post(f"/templates/{template.pk}/use/", given)
    assert answer.status_code == 400
    assert "There is no variable room in it." in answer.content.decode()


def test_a_template_without_variables_is_a_mail_at_once(staff: Client) -> None:
    made = Template.objects.create(name="Plain", subject="Hi", text="All the same")
    page = staff.get(f"/templates/{made.pk}/use/").content.decode()
    assert "All the same</textarea>" in page


def test_nobody_but_the_staff_has_templates(template: Template) -> None:
    browser = Client()
    for path in ("", "new/", *(f"{template.pk}/{act}/" for act in ("edit", "use", "delete"))):
        assert browser.get(f"/templates/{path}").status_code == 403
    for path in ("new/", f"{template.pk}/edit/", f"{template.pk}/delete/"):
        assert browser.post(f"/templates/{path}", {**GOOD, "name": "Other"}).status_code == 403
    assert [row.name for row in Template.objects.all()] == ["Welcome"]
