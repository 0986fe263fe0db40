"""A mail's HTML as it may be shown: nothing is fetched, nothing runs, no link leads away.

The browser's own rules do the work: the policy, which is sent as a header, allows inline style and
``data:`` pictures alone and takes the page's origin from it. The text is changed only where a
browser acts before it asks the policy: Chromium opens a connection to the host of an ``<iframe>``
that it then does not load.
"""

import re
from base64 import b64encode
from email.message import EmailMessage, Message

from send_mail.attachments import CONTENT_TYPE

POLICY = "; ".join(
    (
        "default-src 'none'",
        "style-src 'unsafe-inline'",
        "img-src data:",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'self'",
        "sandbox",
    )
)

# A tag begins with "<" and a letter wherever it stands, so its name is found without a parser that
# could read the text otherwise than the browser does. Under another name it means nothing.
_ACTING = re.compile(
    r"<(/?)(?=(?:iframe|frame|frameset|object|embed|applet|portal|fencedframe|link|meta|base)"
    r"(?:[\s/>]|$))",
    re.IGNORECASE | re.ASCII,
)
_DOCTYPE = re.compile(r"\s*<!doctype[^>]*>", re.IGNORECASE)
# A link would open a window of its own, which the sandbox does not let it.
_LINKS_GO_NOWHERE = '<base target="_blank">'


_MOST_PICTURED = 20 * 2**20  # characters that one picture may become, however often it is named
_BROKEN = (LookupError, ValueError, AttributeError, TypeError)


def harmless(html: str, message: EmailMessage) -> str:
    """Return *html* without what acts by itself, with the pictures that *message* carries."""
    calm = _ACTING.sub(r"<\1x-", _with_own_pictures(html, message))
    doctype = _DOCTYPE.match(calm)
    start = doctype.end() if doctype else 0
    return f"{calm[:start]}{_LINKS_GO_NOWHERE}{calm[start:]}"


def _with_own_pictures(html: str, message: EmailMessage) -> str:
    """Put each picture of the mail where the HTML names it: ``cid:`` becomes ``data:``."""
    if "cid:" not in html:
        return html
    for part in message.walk():
        name, picture = _picture(part)
        if name and picture:
            html = html.replace(f"cid:{name}", picture, _MOST_PICTURED // len(picture))
    return html


def _picture(part: Message) -> tuple[str, str]:
    """Return the id of a picture and its ``data:`` address; empty when *part* is none."""
    try:
        name = str(part.get("Content-ID", "")).strip(" <>")
        kind = part.get_content_type()
        data = part.get_payload(decode=True)
    except _BROKEN:
        return "", ""
    if not kind.startswith("image/") or not CONTENT_TYPE.fullmatch(kind):
        return "", ""
    return name, f"data:{kind};base64,{b64encode(data).decode()}" if isinstance(data, bytes) else ""
