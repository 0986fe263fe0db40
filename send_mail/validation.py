"""What may stand in a mail: addresses, header values, text.

Both the form and the API ask here. Every refusal is Django's ValidationError with words for the
person who typed it; the caller knows the field.
"""

import re
import unicodedata
from collections.abc import Iterable
from email.utils import formataddr, parseaddr
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from email_validator import EmailNotValidError, validate_email

from send_mail.attachments import CONTENT_TYPE, OCTETS, plain_name

MAX_SUBJECT = 900
MAX_TEXT = 2_000_000
MAX_NAME = 200  # a header line holds 998 octets, and a word that is not ASCII takes more of them
_SEPARATORS = re.compile(r'(?:"(?:\\.|[^"\\])*"|[^,;])+')
_ENCODED_WORD = re.compile(r"=\?.*\?=", re.DOTALL)
_NAMED = re.compile(
    r'(?:"(?P<quoted>(?:\\.|[^"\\])*)"|(?P<plain>[^"<>]*?))\s*<(?P<address>[^<>]*)>'
)
_BARE = re.compile(r"[A-Za-z0-9._+-]+@[A-Za-z0-9.-]+")
_SURROGATE = re.compile("[\ud800-\udfff]")
_LINE_SEPARATORS = "\u2028\u2029"


def clean_header(value: str) -> str:
    """Return *value* as it may stand in a header.

    Refused are controls (newline, NUL, U+0085), U+2028 and U+2029, lone surrogates, and encoded
    words: some Pythons decode ``=?utf-8?q?a=0D=0ABcc=3A_x?=`` into a header line of its own.
    """
    for character in value:
        if unicodedata.category(character) in {"Cc", "Cs"} or character in _LINE_SEPARATORS:
            msg = f"A line break or control character (U+{ord(character):04X}) is not allowed here."
            raise ValidationError(msg)
    if _ENCODED_WORD.search(value):
        msg = "An encoded word (=?...?=) is not allowed here; write the text itself."
        raise ValidationError(msg)
    return value.strip()


def clean_subject(value: str) -> str:
    """Return the subject, a header of bounded length."""
    if len(value) > MAX_SUBJECT:
        msg = f"At most {MAX_SUBJECT} characters."
        raise ValidationError(msg)
    return clean_header(value)


def clean_text(value: str) -> str:
    """Return a body without what no mail can carry: NUL and lone surrogates."""
    if "\0" in value:
        msg = "A NUL character is not allowed here."
        raise ValidationError(msg)
    if _SURROGATE.search(value):
        msg = "A lone surrogate is not a character."
        raise ValidationError(msg)
    if len(value) > MAX_TEXT:
        msg = f"At most {MAX_TEXT:,} characters."
        raise ValidationError(msg)
    return value


def clean_addresses(value: Any) -> list[str]:
    """Return *value*, a list or a string with commas, as addresses without doubles.

    An address may have a name: ``Ada <ada@example.org>``.
    """
    parts = [value] if isinstance(value, str) else value
    if not isinstance(parts, (list, tuple)) or not all(isinstance(part, str) for part in parts):
        msg = "Give a list of addresses, or one string with commas between them."
        raise ValidationError(msg)
    pieces = _split(parts)
    # Before each is looked at: that takes seconds for ten thousand.
    check_count({piece.strip().lower() for piece in pieces})
    found: dict[str, str] = {}
    for part in pieces:
        address = clean_address(part)
        found.setdefault(bare(address).lower(), address)
    return list(found.values())


def clean_address(value: str) -> str:
    """Return one address as it is written in a header; ``x@localhost`` is allowed."""
    given = clean_header(value)
    named = _NAMED.fullmatch(given)
    name = re.sub(r"\\(.)", r"\1", named["quoted"] or named["plain"] or "") if named else ""
    plain = named["address"] if named else given
    if len(name) > MAX_NAME:
        msg = f"{name[:20]}...: at most {MAX_NAME} characters before the address."
        raise ValidationError(msg)
    asked = f"{plain}.test" if plain.lower().endswith("@localhost") else plain
    try:
        # A domain under .test may be asked for without being looked up.
        parsed = validate_email(asked, check_deliverability=False, test_environment=True)
    except EmailNotValidError as error:
        msg = f"{given}: {error}"
        raise ValidationError(msg) from error
    if parsed.ascii_email is None:
        msg = f"{given}: only ASCII is possible before the @."
        raise ValidationError(msg)
    address = parsed.ascii_email if asked == plain else parsed.ascii_email.removesuffix(".test")
    return formataddr((name, address)) if name.isascii() else f'"{_quoted(name)}" <{address}>'


def clean_file_name(value: str) -> str:
    """Return the name of a file as it may stand in a header: its last part, nothing of a path."""
    name = plain_name(clean_header(value))
    if not name:
        msg = "Give the file a name."
        raise ValidationError(msg)
    return name


def clean_content_type(value: str) -> str:
    """Return ``type/subtype``; what only a message's structure may be becomes plain octets."""
    plain = value.partition(";")[0].strip().lower()
    if not plain or plain.startswith(("multipart/", "message/")):
        return OCTETS
    if not CONTENT_TYPE.fullmatch(plain):
        msg = f"{value[:100]} is no type of a file; application/pdf would be one."
        raise ValidationError(msg)
    return plain


def bare(address: str) -> str:
    """Return the address alone, for the envelope."""
    return address if _BARE.fullmatch(address) else parseaddr(address)[1]


def separated(value: str) -> list[str]:
    """Return the parts between commas and semicolons, those between quotation marks apart."""
    return [piece.strip() for piece in _SEPARATORS.findall(value) if piece.strip()]


def check_count(*fields: Iterable[str]) -> None:
    """Refuse more recipients than one mail may have."""
    count = sum(1 for field in fields for _ in field)
    if count > settings.MAIL_MAX_RECIPIENTS:
        msg = f"At most {settings.MAIL_MAX_RECIPIENTS} recipients in one mail, not {count}."
        raise ValidationError(msg)


def _split(parts: Iterable[str]) -> list[str]:
    return [piece for part in parts for piece in separated(clean_header(part))]


def _quoted(name: str) -> str:
    return name.replace("\\", "\\\\").replace('"', '\\"')
