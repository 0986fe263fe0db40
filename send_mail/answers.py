"""SMTP's answers in plain words, for people who read their first 550.

The server's own reply is always shown beside these.
"""

import re

# The longest matching start wins: enhanced codes (RFC 3463) before plain ones (RFC 5321).
WORDS = {
    "4.2.2": "The recipient's mailbox is full for now.",
    "4.7": "The server asks us to come back later (greylisting or a rate limit).",
    "421": "The server is closing for now.",
    "450": "The mailbox is busy for now.",
    "451": "The server had a problem of its own.",
    "452": "The server has no room for now.",
    "454": "The server cannot log us in or encrypt for now.",
    "4": "The server asks us to try again later.",
    "5.1.1": "There is no such recipient.",
    "5.2.2": "The recipient's mailbox is full.",
    "5.3.4": "The mail is too large for this server.",
    "5.7.8": "User name or password is wrong.",
    "5.7": "The server refuses this mail by its own rules.",
    "530": "The server wants a login first.",
    "535": "User name or password is wrong.",
    "550": "There is no such recipient, or the server refuses mail for it.",
    "551": "The recipient is not here.",
    "552": "The mail is too large, or the mailbox is full.",
    "553": "The server does not accept this address.",
    "554": "The server refuses this mail.",
    "5": "The server refuses this for good.",
}
_ENHANCED = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")


def in_words(code: int, reply: str) -> str:
    """Return what a refusal means, by its enhanced code where the reply has a known one."""
    enhanced = _ENHANCED.search(reply)
    for asked in ([enhanced[1]] if enhanced else []) + [str(code)]:
        fitting = [start for start in WORDS if asked.startswith(start)]
        specific = [start for start in fitting if len(start) > 1]
        if specific:
            return WORDS[max(specific, key=len)]
    return WORDS.get(str(code)[:1], "The server's answer is none that SMTP knows.")
