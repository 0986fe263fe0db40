"""Files in a message: what one is, how it is written into MIME, how it is read out again.

Every file travels as base64, text too, so that it arrives byte for byte.
"""

import mimetypes
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import encoders, message_from_bytes, policy
from email.message import EmailMessage
from email.mime.base import MIMEBase
from pathlib import PurePosixPath
from typing import Any

OCTETS = "application/octet-stream"
LONGEST_NAME = 255
_TOKEN = r"[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,63}"  # noqa: S105 - RFC 6838's word for a name
CONTENT_TYPE = re.compile(rf"{_TOKEN}/{_TOKEN}")
_BROKEN = (LookupError, ValueError, AttributeError, TypeError)
"""What Python's parser raises over what it was given; a foreign message may be anything."""


@dataclass(frozen=True)
class Attachment:
    """One file; *name* has no path, *content_type* is ``type/subtype`` without parameters."""

    name: str
    content_type: str
    data: bytes

    def described(self) -> dict[str, Any]:
        """Return ``{"name", "content_type", "size"}``, size in bytes."""
        return {"name": self.name, "content_type": self.content_type, "size": len(self.data)}

    def part(self) -> MIMEBase:
        """Return the MIME part; a name that is not ASCII is encoded by RFC 2231."""
        made = MIMEBase(*self.content_type.split("/", 1))
        made.set_payload(self.data)
        encoders.encode_base64(made)
        name: Any = self.name if self.name.isascii() else ("utf-8", "", self.name)
        made.add_header("Content-Disposition", "attachment", filename=name)
        return made


def numbered(described: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the descriptions with the ``index`` by which each file is asked for."""
    return [
        {
            "index": index,
            "name": str(row.get("name", "")),
            "content_type": str(row.get("content_type", OCTETS)),
            "size": int(row.get("size", 0)),
        }
        for index, row in enumerate(described)
    ]


def read(source: bytes) -> list[Attachment]:
    """Return the files of any message: all parts but its text and its HTML."""
    return read_from(message_from_bytes(source, policy=policy.default))


def read_from(message: EmailMessage) -> list[Attachment]:
    """Return the files of a parsed message; nothing in it can make this fail."""
    bodies = [_body(message, "plain"), _body(message, "html")]
    leaves = [part for part in _leaves(message) if not any(part is body for body in bodies)]
    return [_attachment(part, number) for number, part in enumerate(leaves, 1)]


def plain_name(name: str) -> str:
    """Return the last part of a path, Windows' too, without controls; "" when nothing is left."""
    last = PurePosixPath(name.replace("\\", "/")).name
    kept = "".join(character for character in last if character.isprintable()).strip()
    return "" if kept in {".", ".."} else kept[:LONGEST_NAME]


def _leaves(part: EmailMessage) -> Iterator[EmailMessage]:
    if part.get_content_maintype() != "multipart":
        yield part
        return
    for inner in part.iter_parts():
        yield from _leaves(inner)  # type: ignore[arg-type]  # typed as plain messages


def _body(message: EmailMessage, kind: str) -> Any:
    try:
        return message.get_body(preferencelist=(kind,))
    except _BROKEN:
        return None


def _attachment(part: EmailMessage, number: int) -> Attachment:
    content_type = part.get_content_type()
    if not CONTENT_TYPE.fullmatch(content_type):
        content_type = OCTETS
    try:
        name = plain_name(str(part.get_filename() or "").encode("utf-8", "replace").decode())
    except _BROKEN:
        name = ""
    fallback = f"part-{number}{mimetypes.guess_extension(content_type) or ''}"
    return Attachment(name or fallback, content_type, _data(part))


def _data(part: EmailMessage) -> bytes:
    try:
        if part.get_content_maintype() == "message":
            return b"".join(bytes(inner) for inner in part.iter_parts())
        data: Any = part.get_payload(decode=True)
    except _BROKEN:
        return b""
    return data if isinstance(data, bytes) else b""
