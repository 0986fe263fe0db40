"""The lessons about the broker: what it keeps, where messages go, who gets them, what is lost."""

from __future__ import annotations

from launcher.core.lessons import Action, ByHand, Check, Choice, CodePlace, Lesson
from launcher.core.lessons_first import REACH, SEND
from launcher.core.lessons_labs import HELD, SHARED, TOPIC

BROKER = Lesson(
    "broker",
    "What a broker is",
    (
        "A broker takes messages from those who publish and keeps them in queues until somebody "
        "takes them. Here Django publishes and workers take; neither knows the other.",
        "RabbitMQ is the broker of this project. Redis is the other usual one: Celery speaks to "
        "both through its library kombu, and the last line of the run lists what is known here.",
        "In this run the workers are told to take nothing from the queue for a moment, and a mail "
        "is sent meanwhile.",
    ),
    Check(
        "No worker takes messages. What becomes of the mail?",
        (
            Choice("lost", "It is lost: nobody was there to get it", "It was not: see above."),
            Choice(
                "refused",
                "Sending fails: Django finds no worker",
                "Django does not look for a worker, it publishes to the broker.",
            ),
            Choice(
                "kept",
                "Its message waits in the queue until a worker takes it",
                "The broker kept it. Publisher and worker need not be there at the same time.",
            ),
        ),
    ),
    Action.WAITING,
    "Send with nobody there",
    5,
    (
        CodePlace("celerytutorial/queues.py", "TASK_QUEUES", "the queues of this project"),
        CodePlace("celerytutorial/settings.py", "CELERY_BROKER_URL", "the only place it is told"),
        CodePlace("celerytutorial/broker.py", "broker_from", "how the address becomes a broker"),
    ),
    (
        REACH,
        ByHand(
            "celery -A celerytutorial control cancel_consumer celery",
            "Have all workers take nothing from the queue celery",
        ),
        SEND,
        ByHand(
            "celery -A celerytutorial amqp queue.declare celery true",
            "Ask for the queue without making it: how many messages wait in it (RabbitMQ)",
        ),
        ByHand("celery -A celerytutorial control add_consumer celery", "Let them take again"),
    ),
    ("django", "worker", "catcher"),
)

EXCHANGES = Lesson(
    "exchanges",
    "Exchanges",
    (
        "On RabbitMQ nobody publishes to a queue. One publishes to an exchange with a routing "
        "key, and queues are bound to the exchange. The exchange's kind says how key and bindings "
        "are compared.",
        "A topic exchange compares words between dots: * stands for exactly one word, # for any "
        "number of words. Four queues are bound here: welcome-mails by mail.welcome.*, german by "
        "*.*.de, two-words by mail.*, and all-mail by mail.#",
        "The message goes to a virtual host that is made for this lesson and removed after it.",
    ),
    Check(
        "Which queues get a message with the key mail.reminder.de?",
        (
            Choice(
                "three",
                "german, two-words and all-mail",
                "two-words does not: mail.* has two words, the key has three, and * is never two.",
            ),
            Choice(
                "german and all",
                "german and all-mail",
                "*.*.de fits word by word, and mail.# takes whatever follows mail.",
            ),
            Choice(
                "all",
                "all-mail alone",
                "german gets it too: its two * stand for mail and reminder.",
            ),
            Choice("none", "None of them: no binding equals the key", "Only direct compares so."),
        ),
    ),
    Action.ROUTING,
    "Send it",
    6,
    (
        CodePlace(
            "launcher/core/matching.py", "match_topic", "how this program foretells a topic's way"
        ),
        CodePlace(
            "launcher/core/lessons_labs.py", "TOPIC", "the queues and bindings of this lesson"
        ),
        CodePlace("celerytutorial/queues.py", "TASK_QUEUES", "exchanges and keys of this project"),
    ),
    (
        REACH,
        ByHand("celery -A celerytutorial amqp exchange.declare lesson topic", "Make an exchange"),
        ByHand("celery -A celerytutorial amqp queue.declare german", "Make a queue"),
        ByHand(
            "celery -A celerytutorial amqp queue.bind german lesson '*.*.de'",
            "Bind one to the other",
        ),
        ByHand(
            "celery -A celerytutorial amqp basic.publish Hallo lesson mail.reminder.de", "Publish"
        ),
        ByHand("celery -A celerytutorial amqp basic.get german", "See whether it came"),
        ByHand("celery -A celerytutorial amqp queue.delete german", "Remove the queue"),
        ByHand("celery -A celerytutorial amqp exchange.delete lesson false", "and the exchange"),
    ),
    ("rabbitmq",),
    needs_rabbitmq=True,
    lab=TOPIC,
)

ACKNOWLEDGEMENT = Lesson(
    "acknowledgement",
    "Acknowledgement",
    (
        "A broker hands a message over and forgets it once it is acknowledged. When that is said "
        "decides what a crash costs.",
        "Two consumers get five messages each in this run. For one of them delivery counts as "
        "acknowledgement; the other would acknowledge when its work is done. Both die before that.",
    ),
    Check(
        "Both consumers are dead. Which messages are still in RabbitMQ?",
        (
            Choice(
                "none",
                "None: they were delivered",
                "Delivered is not acknowledged: RabbitMQ put those back that were not.",
            ),
            Choice(
                "all",
                "All ten: none was worked on",
                "RabbitMQ cannot know what was worked on. It had forgotten what was acknowledged.",
            ),
            Choice(
                "unacknowledged",
                "The five that were not acknowledged",
                "They went back to the queue and to the next consumer, marked as redelivered. The "
                "other five are lost: they counted as done, and nobody had done them. "
                "That is why this project's tasks acknowledge late, and why each mail is claimed "
                "in the database first: a message that comes twice finds nothing to do.",
            ),
        ),
    ),
    Action.ACKNOWLEDGING,
    "Let both die",
    6,
    (
        CodePlace("celerytutorial/settings.py", "CELERY_TASK_ACKS_LATE", "acknowledge when done"),
        CodePlace("send_mail/services/claims.py", "claim", "what makes a second delivery harmless"),
        CodePlace("launcher/learn/lab_actions.py", "acknowledging", "this run"),
    ),
    (
        REACH,
        ByHand("celery -A celerytutorial amqp queue.declare lesson", "Make a queue"),
        ByHand("celery -A celerytutorial amqp basic.publish work '' lesson", "Put a message in"),
        ByHand(
            "celery -A celerytutorial amqp basic.get lesson",
            "Get it; the command ends without acknowledging",
        ),
        ByHand("celery -A celerytutorial amqp basic.get lesson", "Get it again: redelivered"),
        ByHand("celery -A celerytutorial amqp queue.delete lesson", "Remove the queue"),
    ),
    ("rabbitmq",),
    needs_rabbitmq=True,
    lab=HELD,
)

MODELS = Lesson(
    "models",
    "Messaging models",
    (
        "Point-to-point: consumers share one queue. Publish/subscribe: each has a queue of its "
        "own, bound to one fanout exchange.",
        "Six messages are sent in this run, first to a queue with two consumers, then to a fanout "
        "exchange with two queues.",
    ),
    Check(
        "How many of six messages does each of the two consumers get?",
        (
            Choice(
                "always copied",
                "Six each, both times",
                "A queue gives each message to one consumer.",
            ),
            Choice(
                "shared, then copied",
                "Some of the six on the shared queue, all six by fanout",
                "A queue is shared by its consumers; an exchange is heard by every bound queue. "
                "The workers of this project share one queue: each mail goes to one of them.",
            ),
            Choice(
                "always shared",
                "Some of the six, both times",
                "The fanout exchange put a copy into each queue.",
            ),
        ),
    ),
    Action.SHARING,
    "Send six twice",
    5,
    (
        CodePlace("launcher/core/lessons_labs.py", "SHARED", "two consumers of one queue"),
        CodePlace("launcher/core/lessons_labs.py", "SUBSCRIBED", "two queues of one exchange"),
        CodePlace(
            "send_mail/tasks.py", "send_email_task", "what workers share here: one mail each"
        ),
    ),
    (
        REACH,
        ByHand("celery -A celerytutorial amqp exchange.declare lesson fanout", "An exchange"),
        ByHand("celery -A celerytutorial amqp queue.declare mailer", "A queue"),
        ByHand("celery -A celerytutorial amqp queue.declare auditor", "and another"),
        ByHand("celery -A celerytutorial amqp queue.bind mailer lesson ''", "Bind the one"),
        ByHand("celery -A celerytutorial amqp queue.bind auditor lesson ''", "and the other"),
        ByHand("celery -A celerytutorial amqp basic.publish Hello lesson ''", "Publish once"),
        ByHand("celery -A celerytutorial amqp basic.get mailer", "One has it"),
        ByHand("celery -A celerytutorial amqp basic.get auditor", "and so has the other"),
        ByHand("celery -A celerytutorial amqp queue.delete mailer", "Remove all of it"),
        ByHand("celery -A celerytutorial amqp queue.delete auditor", ""),
        ByHand("celery -A celerytutorial amqp exchange.delete lesson false", ""),
    ),
    ("rabbitmq",),
    needs_rabbitmq=True,
    lab=SHARED,
)
