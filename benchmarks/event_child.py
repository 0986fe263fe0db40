"""Publishes events as Celery's processes do: `-m benchmarks.event_child PLAN`.

PLAN is a JSON object: `url` of the broker, `rate` of events a second, `seconds`, and `group`: up to
so many events of tasks are one message, as the bundled worker and Celery's prefork pool send them
(1: each is a message, as other pools and publishers do). Prints how many were published.
"""

from __future__ import annotations

import json
import sys
import threading
import time
from collections.abc import Iterator
from typing import Any

from kombu import Connection, Exchange, Producer

TURN = 0.03
"""Seconds between two groups at most, as the bundled worker has it."""
KINDS = ("sent", "received", "started", "succeeded")
WORKERS = ("launcher-bench@localhost", "launcher2-bench@localhost")


def main() -> int:
    """Publish at the rate that is wanted, counted from the first event on."""
    plan = json.loads(sys.argv[1])
    rate, group = float(plan["rate"]), int(plan["group"])
    wanted = round(rate * plan["seconds"])
    told = events()
    done = 0
    pause = threading.Event()
    with Connection(plan["url"]) as connection:
        producer = Producer(
            connection.channel(), Exchange("celeryev", type="topic"), serializer="json"
        )
        began = time.monotonic()
        while done < wanted:
            due = min(wanted, int((time.monotonic() - began) * rate))
            while done < due:
                batch = [next(told) for _ in range(min(group, due - done))]
                body = batch if group > 1 else batch[0]
                producer.publish(body, routing_key="task.multi", delivery_mode=1)
                done += len(batch)
            pause.wait(TURN)
        took = time.monotonic() - began
    print(json.dumps({"published": done, "seconds": took}), flush=True)
    return 0


def events() -> Iterator[dict[str, Any]]:
    """Tasks without an end, each published, received, begun and done."""
    number = 0
    while True:
        number += 1
        worker = WORKERS[number % 2]
        for clock, kind in enumerate(KINDS, start=4 * number):
            event: dict[str, Any] = {
                "type": f"task-{kind}",
                "uuid": f"6f9619ff-8b86-d011-b42d-{number:012d}",
                "hostname": "gen4711@localhost" if kind == "sent" else worker,
                "timestamp": time.time(),
                "utcoffset": 0,
                "pid": 4711,
                "clock": clock,
            }
            if kind in ("sent", "received"):
                event |= {
                    "name": "send_mail.tasks.send_email_task",
                    "args": f"[{number}]",
                    "kwargs": "{}",
                    "root_id": event["uuid"],
                    "parent_id": None,
                    "retries": 0,
                    "eta": None,
                    "expires": None,
                }
            if kind == "sent":
                event |= {"queue": "celery", "exchange": "", "routing_key": "celery"}
            if kind == "succeeded":
                event |= {"result": "None", "runtime": 0.0041}
            yield event


if __name__ == "__main__":
    sys.exit(main())
