"""Points and lengths of time, as the pages write them."""

from datetime import UTC, datetime

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()


@register.filter
def moment(at: datetime) -> SafeString:
    """Return a time in UTC; the page's script turns it into the reader's own zone."""
    utc = at.astimezone(UTC)
    return format_html(
        '<time datetime="{}">{} UTC</time>',
        utc.isoformat(timespec="milliseconds"),
        f"{utc:%Y-%m-%d %H:%M:%S}",
    )


@register.filter
def length(milliseconds: int) -> str:
    """Return a length of time, its milliseconds kept: ``319 ms``, ``1 min 02.345 s``."""
    if milliseconds < 1000:
        return f"{milliseconds} ms"
    seconds, rest = divmod(milliseconds, 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes:02} min {seconds:02}.{rest:03} s"
    return f"{minutes} min {seconds:02}.{rest:03} s" if minutes else f"{seconds}.{rest:03} s"
