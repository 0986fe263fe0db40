"""The first lesson: what a task queue is for. And the two commands that many lessons begin with."""

from __future__ import annotations

from launcher.core.lessons import Action, ByHand, Check, Choice, CodePlace, Lesson

REACH = ByHand(
    'eval "$(celery-launcher env)"', "Let this terminal reach what the launcher runs, once"
)
SEND = ByHand(
    "celery-launcher send --to you@localhost --subject Hello --text Hi",
    "Save a mail and have it published",
)

WHY = Lesson(
    "why",
    "Why a task queue",
    (
        "A web page that sends a mail talks to a mail server. When that server takes five "
        "seconds, so does the page, unless somebody else does the talking.",
        "Here the same mail is sent by two forms at once, and the mail catcher is told to take "
        "five seconds for each. One form talks to it and then answers. The other one saves the "
        "mail, puts a message for a worker into a queue, and answers.",
    ),
    Check(
        "How long until the form with the queue answers?",
        (
            Choice(
                "as long",
                "About five seconds too: the mail server is just as slow",
                "The mail server was as slow for both, but only one of the forms waited for it.",
            ),
            Choice(
                "at once",
                "Well under a second",
                "It only saved the mail and published a message. The mail itself did not arrive "
                "sooner for it: a queue makes the answer quick, not the work.",
            ),
            Choice(
                "half",
                "About half as long: the work is shared",
                "Nothing is shared. The whole work is done later, by somebody else.",
            ),
        ),
    ),
    Action.RESPONSES,
    "Send both",
    8,
    (
        CodePlace(
            "launcher/learn/blocking_form.py",
            "send_and_wait",
            "the blocking form: nothing else happens until the mail server has answered",
        ),
        CodePlace("send_mail/services/saving.py", "save", "the other form: the mail becomes a row"),
        CodePlace(
            "send_mail/services/publisher.py", "Publisher", "and its message goes to the broker"
        ),
    ),
    (
        REACH,
        ByHand(
            'time python -c "import django; django.setup(); from django.core.mail import '
            "send_mail; send_mail('Hello', 'Hi', None, ['you@localhost'])\"",
            "Talk to the mail server and wait. Set the catcher to Is slow in the inbox first",
        ),
        ByHand(f"time {SEND.command}", "The same through the queue"),
    ),
    ("django", "worker", "catcher"),
)
