"""Keeps the relay's heartbeat out of the logs: three lines every three seconds say nothing new.

What a run of the relay really did is logged by the relay itself.
"""

import logging

RELAY = "send_mail.tasks.relay"


class NoRelayChatter(logging.Filter):
    """Drops INFO lines about the relay task; warnings and errors pass."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Return whether the line is kept."""
        return record.levelno > logging.INFO or RELAY not in record.getMessage()
