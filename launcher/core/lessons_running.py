"""The lessons about what runs: workers and pools, beat, retries, monitors, several machines."""

from __future__ import annotations

from launcher.core.lessons import Action, ByHand, Check, Choice, CodePlace, Lesson
from launcher.core.lessons_first import REACH, SEND

WORKERS = Lesson(
    "workers",
    "Workers and pools",
    (
        "A worker takes messages and runs tasks in a pool. prefork, Celery's usual one, runs them "
        "in copies of the worker's process that are made by fork. The run lists the ways in which "
        "a process can be started here: Windows has no fork, and prefork does not work there.",
        "eventlet, the pool of the tutorial and of this program's start, runs them in one process "
        "and turns to another task whenever one waits for the network. It is to retire: the run "
        "quotes its own description. threads is one setting away.",
        "Four mails go to a server that takes five seconds for each.",
    ),
    Check(
        "When are all four delivered?",
        (
            Choice(
                "one by one",
                "After about twenty seconds: one after the other",
                "That is what the pool solo does. The pool in use ran several tasks at once.",
            ),
            Choice(
                "together",
                "After about five seconds: they wait at the same time",
                "Each mail took as long as before, and all of them waited side by side.",
            ),
            Choice(
                "faster",
                "After little more than one second: a pool makes each faster",
                "No mail became faster: each took its five seconds.",
            ),
        ),
    ),
    Action.TOGETHER,
    "Send four",
    8,
    (
        CodePlace("launcher/services/project.py", "worker", "the command that starts a worker"),
        CodePlace("celerytutorial/settings.py", "CELERY_WORKER_CONCURRENCY", "how many at once"),
        CodePlace("send_mail/services/sending.py", "send", "what a worker does with a mail"),
    ),
    (
        REACH,
        ByHand("celery -A celerytutorial inspect stats", "Pool and size of each worker"),
        ByHand(
            "celery -A celerytutorial worker -l info -P threads -c 4 -n byhand@%h",
            "One more worker, on threads; Ctrl-C ends it",
        ),
        ByHand(
            'python -c "import multiprocessing as m; print(m.get_all_start_methods())"',
            "The ways to start a process here",
        ),
    ),
    ("django", "worker", "catcher"),
)

SCHEDULING = Lesson(
    "scheduling",
    "Scheduling with beat",
    (
        "Beat is a clock. When a task of its schedule is due it publishes a message, like anybody "
        "else who wants a task run.",
        "This project's schedule has one task, the relay: it publishes every mail that is due, "
        "such as one that was written to be sent later. The run waits for three of its ticks.",
    ),
    Check(
        "Who runs the task when it is due?",
        (
            Choice("beat", "Beat itself", "Beat published it; see who took it from the queue."),
            Choice(
                "worker",
                "A worker that takes its message from the queue",
                "Beat published each tick and a worker took it, like any other task. Beat never "
                "runs one.",
            ),
            Choice("django", "Django, at the next request", "Django had no part in it."),
        ),
    ),
    Action.SCHEDULE,
    "Wait for three ticks",
    10,
    (
        CodePlace("celerytutorial/settings.py", "CELERY_BEAT_SCHEDULE", "the schedule"),
        CodePlace("celerytutorial/beat.py", "TickingScheduler", "beat, and what it publishes"),
        CodePlace("send_mail/services/relay.py", "relay", "what the tick does"),
    ),
    (
        REACH,
        ByHand("celery-launcher logs beat", "What beat says"),
        ByHand(
            "celery -A celerytutorial call send_mail.tasks.relay --queue celery.relay",
            "Publish the same task as beat does",
        ),
    ),
    ("worker", "beat"),
)

RETRIES = Lesson(
    "retries",
    "Retries",
    (
        "Mail servers are full, busy, or gone for a while. A reply that begins with 4 means: not "
        "now. In this run the mail catcher says 451 to the first try.",
    ),
    Check(
        "What becomes of the mail that was answered with 451?",
        (
            Choice(
                "lost",
                "It has failed: the user has to write it again",
                "A reply of 4xx is no final one. The mail was kept with a time for its next try.",
            ),
            Choice(
                "again",
                "It is kept, and tried again after a while",
                "The row keeps it, and beat's relay publishes it when due. This project waits "
                "about a minute at first and twice as long each time, up to an hour.",
            ),
            Choice(
                "blocked",
                "The worker holds it and tries until it works",
                "A worker that waited would have no room for other mails. It let go of this one.",
            ),
        ),
    ),
    Action.RETRY,
    "Send one that is refused once",
    4,
    (
        CodePlace("send_mail/policy.py", "backoff", "how long until the next try"),
        CodePlace("send_mail/services/sending.py", "send_claimed", "where a try ends"),
        CodePlace("send_mail/services/relay.py", "relay", "who publishes it again"),
    ),
    (
        REACH,
        SEND,
        ByHand("celery-launcher logs worker", "The server's reply, and when it is tried again"),
    ),
    ("django", "worker", "catcher"),
)

MONITORING = Lesson(
    "monitoring",
    "Monitoring",
    (
        "Two programs look at the same mail. Flower listens to what Celery's workers tell. "
        "RabbitMQ's dashboard tells what the broker itself knows.",
        "One mail is sent, then both are asked about it. Open them on the Services page.",
    ),
    Check(
        "Which of them can tell you a task's name and how it went?",
        (
            Choice("rabbitmq", "RabbitMQ's dashboard", "It counts messages and consumers."),
            Choice(
                "flower",
                "Flower",
                "Flower told the task, its state and its worker. RabbitMQ told how many messages "
                "wait in the queue, how many are in hand, and who takes from it: look at both.",
            ),
            Choice("both", "Both", "The run asked both; one of them does not know the name."),
        ),
    ),
    Action.MONITORS,
    "Send one and ask both",
    4,
    (
        CodePlace(
            "celerytutorial/settings.py",
            "CELERY_WORKER_SEND_TASK_EVENTS",
            "without it Flower hears nothing",
        ),
        CodePlace("launcher/services/project.py", "flower", "how Flower is started here"),
        CodePlace("launcher/runtime/management.py", "Management", "how RabbitMQ is asked"),
    ),
    (
        REACH,
        ByHand("celery -A celerytutorial events --dump", "What Flower hears; Ctrl-C ends it"),
        ByHand(
            "celery -A celerytutorial flower --address=127.0.0.6 --port=5567",
            "A Flower of your own, as in the tutorial; Ctrl-C ends it",
        ),
    ),
    ("django", "worker", "flower", "catcher"),
)

SCALE = Lesson(
    "scale",
    "From one machine to many",
    (
        "Django does not know how many workers there are. One more is started in this run, twenty "
        "slow mails are sent, and the worker is removed again.",
        "A worker finds the broker and the database by two addresses in its environment. Here "
        "they are loopback and a file, so they reach no further than this machine: for a worker "
        "elsewhere both have to be ones that it can reach, a RabbitMQ and a PostgreSQL.",
    ),
    Check(
        "What has to be changed in Django for the second worker?",
        (
            Choice(
                "django",
                "Its address must be added to Django's settings",
                "Django was neither changed nor restarted, and the new worker sent mails.",
            ),
            Choice(
                "nothing",
                "Nothing",
                "Django ran on as it was, and the new worker sent its share. Django publishes to "
                "the broker; who takes from the queue is not its business.",
            ),
            Choice(
                "queue",
                "A queue of its own must be made for it",
                "Both took from the same queue, and each mail went to one of them.",
            ),
        ),
    ),
    Action.MORE_WORKERS,
    "Add a worker and send twenty",
    15,
    (
        CodePlace("launcher/services/project.py", "environment", "all that a worker is told"),
        CodePlace("celerytutorial/settings.py", "DATABASES", "where the rows are"),
        CodePlace("send_mail/services/claims.py", "claim", "why two workers send no mail twice"),
    ),
    (
        REACH,
        ByHand("celery-launcher env", "The addresses; on another machine they would be others"),
        ByHand(
            "celery -A celerytutorial worker -l info -P eventlet -n second@%h",
            "A second worker on this machine; Ctrl-C ends it",
        ),
        ByHand("celery -A celerytutorial status", "Who answers"),
    ),
    ("django", "worker", "catcher"),
)
