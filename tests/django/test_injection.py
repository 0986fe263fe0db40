"""Whatever is written: refused by field, or seen by the mail server as it was meant (S6)."""

from collections.abc import Callable

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from launcher.mail import Draft
from send_mail.models import Mail
from send_mail.services import sending
from tests.django.conftest import Api
from tests.django.smtp_server import ScriptedServer
from tests.safety.injection import ADDRESSES, NASTY, differs

# Pieces of what injects stand beside all of Unicode, or no example would ever hold a line break
# and a header in this order.
PIECES = st.sampled_from(
    ["\r\n", "\n", "\r", "Bcc: v@example.com", ".", "..", "\r\n.\r\n", " ", "é"]
)
TEXT = st.one_of(
    st.text(max_size=60), st.lists(PIECES, max_size=8).map("".join), st.sampled_from(NASTY)
)
NAMED = TEXT.map(lambda name: f"{name} <second@example.com>")
ADDRESS = st.one_of(TEXT, NAMED, st.sampled_from(ADDRESSES))

DRAFTS = st.builds(
    Draft,
    to=st.just(("first@example.com",)),
    subject=TEXT,
    text=TEXT,
    html=TEXT,
    cc=st.lists(ADDRESS, max_size=1).map(tuple),
    bcc=st.sampled_from([(), ("hidden@example.com",)]),
)


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(draft=DRAFTS)
def test_it_is_refused_by_field_or_arrives_as_it_was_meant(
    api: Api, smtp: ScriptedServer, draft: Draft
) -> None:
    body = {name: getattr(draft, name) for name in ("to", "cc", "bcc", "subject", "text", "html")}
    before = Mail.objects.count()
    answer = api.post("/api/mails", body)
    if answer.status_code == 400:
        assert answer.json()["errors"].keys() <= body.keys()
        assert Mail.objects.count() == before
        return
    assert answer.status_code == 202, answer.content
    smtp.commands.clear()
    sending.send(answer.json()["id"], "w1")
    envelope = [_between(line) for line in smtp.commands if line.startswith("RCPT")]
    assert smtp.commands.count("DATA") == 1, smtp.commands
    assert differs(smtp.messages[-1], tuple(envelope), draft) == ""


def _between(line: str) -> str:
    return line.partition("<")[2].rpartition(">")[0]


def test_the_comparison_sees_a_header_that_was_added(saved: Callable[..., Mail]) -> None:
    source = bytes(saved("first@example.com", subject="x").content.source)
    draft = Draft(("first@example.com",), "x", "text")
    assert differs(source, ("first@example.com",), draft) == ""
    assert "headers" in differs(b"Bcc: v@example.com\r\n" + source, ("first@example.com",), draft)
    assert "envelope" in differs(source, ("first@example.com", "v@example.com"), draft)
    assert "subject" in differs(source.replace(b"Subject: x", b"Subject: y"), draft.to, draft)
