"""Settings: what a file may say, and how a wrong entry is reported."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from launcher.core.facts import BrokerMode
from launcher.services.catalogue import wanted_endpoints
from launcher.settings import TEMPLATE, Settings, check_broker, load, parse, write_template
from launcher.smtp.choice import MailChoice
from launcher.smtp.profile import Security, SmtpProfile


def test_an_absent_file_means_the_defaults(tmp_path: Path) -> None:
    assert load(tmp_path / "settings.toml") == (Settings(), [])


def test_every_setting_can_be_set() -> None:
    text = """
        broker = "amqp://u:p@127.0.0.1:5672/v"
        pool = "threads"
        concurrency = 10
        log_level = "debug"
        start_services = false
        flower_address = "127.0.0.1"
        mail_from = "me@example.org"
        mail_time_scale = 0.5
        [ports]
        django = 8100
        [smtp.work]
        host = "mail.example.org"
        port = 465
        security = "tls"
        user = "me@example.org"
        from = "Me <me@example.org>"
        [smtp."local-2"]
        host = "127.0.0.1"
        security = "none"
        [mail]
        profile = "local-2"
        release = "work"
        redirect_to = "safe@example.org"
        retention_days = 30
        """
    settings, errors = parse(text)
    assert errors == []
    assert settings == Settings(
        broker="amqp://u:p@127.0.0.1:5672/v",
        pool="threads",
        concurrency=10,
        log_level="debug",
        start_services=False,
        flower_address="127.0.0.1",
        mail_from="me@example.org",
        mail_time_scale=0.5,
        ports={"django": 8100},
        smtp={
            "work": SmtpProfile(
                "work",
                "mail.example.org",
                465,
                Security.TLS,
                "me@example.org",
                "Me <me@example.org>",
            ),
            "local-2": SmtpProfile("local-2", "127.0.0.1", 25, Security.NONE),
        },
        mail=MailChoice("local-2", "work", "safe@example.org", 30),
    )
    assert settings.profile is settings.smtp["local-2"]
    assert settings.release_profile is settings.smtp["work"]


@pytest.mark.parametrize(
    ("text", "key", "line", "words"),
    [
        ('broker = "auto"\nconcurency = 5', "concurency", 2, "did you mean concurrency?"),
        ("\n\nconcurrency = 0", "concurrency", 3, "from 1 to 1000"),
        ("concurrency = true", "concurrency", 1, "from 1 to 1000"),
        ('concurrency = "ten"', "concurrency", 1, "from 1 to 1000"),
        ('pool = "fork"', "pool", 1, "eventlet, threads"),
        ('broker = "redis://127.0.0.1"', "broker", 1, "redis:// brokers are not supported yet"),
        ("broker = 5", "broker", 1, "text in quotes"),
        ("start_services = 1", "start_services", 1, "true or false"),
        ("mail_time_scale = 0", "mail_time_scale", 1, "above 0"),
        ("mail_time_scale = nan", "mail_time_scale", 1, "above 0"),
        ("[mail]\nredirect = 'a@b'", "mail.redirect", 2, "did you mean redirect_to?"),
        ("\n[mail]\nredirect_to = 'nobody'", "mail.redirect_to", 3, "one address"),
        ("[mail]\nprofile = 'wrok'", "mail.profile", 2, "no usable profile [smtp.wrok]"),
        ("[mail]\nrelease = 'catcher'", "mail.release", 2, "no usable profile"),
        ("[mail]\nretention_days = -1", "mail.retention_days", 2, "0 to keep all"),
        ("mail = 5", "mail", 1, "[mail] table"),
        ("smtp = 5", "smtp", 1, "[smtp.work] table"),
        ("[smtp]\nwork = 5", "smtp.work", 2, "[smtp.work]"),
        ("[smtp.catcher]\nhost = 'h'", "smtp.catcher", 1, "the built-in inbox's own"),
        ("[smtp.'a b']\nhost = 'h'", "smtp.a b", 1, "letters, digits"),
        ("pool = 'eventlet'\n[smtp.w]\nport = 25", "smtp.w.host", 2, "say which server"),
        ("[smtp.w]\nhost = 'h'\nport = '25'", "smtp.w.port", 3, "from 1 to 65535"),
        ("[smtp.w]\nhost = 'h'\nsecurity = 'ssl'", "smtp.w.security", 3, '"starttls", "tls"'),
        (
            "[smtp.w]\nhost = 'mail.example'\nsecurity = 'none'",
            "smtp.w.security",
            3,
            "to this computer alone",
        ),
        ("[smtp.w]\nhost = 'smtp://h'", "smtp.w.host", 2, "leave out what stands before"),
        ("[smtp.w]\nhost = 'h'\nuser = \"a\\nb\"", "smtp.w.user", 3, "printable"),
        ("[smtp.w]\nhost = 'h'\nfrom = 'me'", "smtp.w.from", 3, "use an address"),
        ("[smtp.w]\nhost = 'h'\npassword = 'x'", "smtp.w.password", 3, "out of this file"),
        ("smtp.w = {host = 'h', port = 0}", "smtp.w.port", 1, "from 1 to 65535"),
        ("[smtp]\nw.host = 'h'\nw.port = 0", "smtp.w.port", 3, "from 1 to 65535"),
        ("[ports]\ndjango = 70000", "ports.django", 2, "from 1 to 65535"),
        ("[ports]\ndjnago = 1", "ports.djnago", 2, "did you mean django?"),
        ("ports = 5", "ports", 1, "[ports] table"),
    ],
)
def test_a_wrong_entry_names_its_key_line_and_remedy_and_the_default_stands_in(
    text: str, key: str, line: int, words: str
) -> None:
    settings, (error,) = parse(text)
    assert (error.key, error.line) == (key, line)
    assert words in error.remedy
    assert settings == Settings()


def test_the_good_entries_beside_a_wrong_one_are_used() -> None:
    settings, errors = parse('pool = "threads"\nconcurrency = -1\n[ports]\ndjango=1\nx=2')
    assert settings == Settings(pool="threads", ports={"django": 1})
    assert len(errors) == 2


@pytest.mark.parametrize(
    ("text", "line"), [("a = 1\nb = ", 2), ("[ports\n", 1), ("a = 1\na = 2", 2)]
)
def test_a_file_that_is_no_toml_names_the_line_and_stops_nothing(text: str, line: int) -> None:
    settings, (error,) = parse(text)
    assert error.line == line
    assert "Correct this line" in error.remedy
    assert settings == Settings()


@pytest.mark.parametrize("raw", [b"\xff\xfe", b"pool = '\x80'"])
def test_a_file_that_is_no_text_stops_nothing(tmp_path: Path, raw: bytes) -> None:
    path = tmp_path / "settings.toml"
    path.write_bytes(raw)
    settings, errors = load(path)
    assert settings == Settings()
    assert len(errors) == 1


@pytest.mark.parametrize("value", ["auto", "embedded", "rabbitmq", "amqps://h/v", "amqp://u:p@h"])
def test_usable_brokers(value: str) -> None:
    assert check_broker(value) == value


@pytest.mark.parametrize("value", ["", "redis://h", "sqs://", "localhost:5672", "http://h"])
def test_unusable_brokers(value: str) -> None:
    with pytest.raises(ValueError, match="use"):
        check_broker(value)


def test_a_new_file_says_every_setting_with_its_default(tmp_path: Path) -> None:
    write_template(tmp_path / "settings.toml")
    assert load(tmp_path / "settings.toml") == (Settings(), [])
    uncommented = "".join(
        line.removeprefix("# ") if " = " in line or line.startswith("# [") else "\n"
        for line in TEMPLATE.splitlines(keepends=True)
    )
    settings, errors = parse(uncommented)
    assert errors == []
    assert replace(settings, ports={}, smtp={}) == Settings()
    assert settings.smtp["work"].host == "smtp.example.org"
    usual = wanted_endpoints(Settings(), BrokerMode.RABBITMQ)
    assert settings.ports == {name: endpoint.port for name, endpoint in usual.items()}


def test_a_file_that_is_there_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    path.write_text('pool = "threads"')
    write_template(path)
    assert path.read_text() == 'pool = "threads"'


WORK = '[smtp.work]\nhost = "mail.example.org"\n'


@pytest.mark.parametrize(
    "table",
    [
        'profile = "work"\nredirect_to = "not an address"',
        'profile = "work"\nredirect_too = "me@example.org"',
        'profile = "work"\nrelease = "wrok"',
    ],
)
def test_a_mistake_in_the_choice_keeps_all_mail_at_home(table: str) -> None:
    settings, (error,) = parse(f"{WORK}[mail]\n{table}\n")
    assert settings.mail == MailChoice()
    assert settings.profile is None
    assert "goes to the built-in inbox" in error.remedy


def test_a_profile_with_a_mistake_is_left_out_and_whoever_chose_it_is_told() -> None:
    settings, errors = parse('[smtp.work]\nhost = "h"\nport = 0\n[mail]\nprofile = "work"\n')
    assert settings == Settings()
    assert [(error.key, error.line) for error in errors] == [
        ("smtp.work.port", 3),
        ("mail.profile", 5),
    ]
