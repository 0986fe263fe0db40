"""The settings file of a new home: every setting with its default, each behind a #."""

from __future__ import annotations

import contextlib
from pathlib import Path

TEMPLATE = """\
# The settings of Celery Launcher. The Settings page of the window changes this file, and takes in
# what you change here. A line beginning with # has no effect: remove the # to change a value. A
# wrong value is reported with its line, and the default is used instead.

# How the window looks: "system", "light" or "dark"; and the size of its text, in percent.
# theme = "system"
# text_size = 100

# Which broker: "auto" (RabbitMQ when it is installed, else the embedded one), "rabbitmq",
# "embedded", or the URL of one that runs elsewhere, such as "amqp://user:password@host:5672/vhost".
# broker = "auto"

# The worker's pool ("eventlet", "threads", "solo", "gevent", "prefork") and how many tasks at once.
# pool = "eventlet"
# concurrency = 50

# How many workers share the mails, 1 to 4.
# workers = 1

# The queues that workers take from, such as ["celery", "celery.relay"]; none: all of the project.
# queues = []

# How much the worker and beat say: "debug", "info", "warning" or "error".
# log_level = "info"

# Whether the window starts all services when it opens.
# start_services = true

# Whether closing the window leaves everything running, with an icon in the tray.
# close_to_tray = false

# Whether the desktop tells of services that fail and mails that cannot be delivered.
# notifications = true

# Where Flower listens.
# flower_address = "127.0.0.6"

# Who mails are from, unless the mail server in use has a "from" of its own.
# mail_from = "launcher@localhost"

# Stretches (above 1) or shortens (below 1) the waiting times of mails that are tried again.
# mail_time_scale = 1.0

# How many megabytes all log files may hold together; the oldest of them go first.
# log_files_mb = 200

# A port that is set here is used or reported as taken; it is never replaced by another one.
# [ports]
# amqp = 5672
# management = 15672
# distribution = 25672
# epmd = 24369
# django = 8000
# flower = 5566
# catcher = 1025

# A mail server of yours; any number of them, each with a name. security is "starttls", "tls", or
# "none" (this computer alone). The password stands in the system's store, not here.
# [smtp.work]
# host = "smtp.example.org"
# port = 587
# security = "starttls"
# user = "me@example.org"
# from = "me@example.org"

# Which server is used: "catcher" is the built-in inbox. "release" is the one that mails are sent
# through when you release them from the inbox. With "redirect_to" every mail goes to that one
# address alone, whoever it is addressed to. Delivered and cancelled mails are cleared after
# "retention_days".
# [mail]
# profile = "catcher"
# release = ""
# redirect_to = ""
# retention_days = 0
"""
"""What a new settings file says: every setting with its default."""


def write_template(path: Path) -> None:
    """Give a new home a file that one can read and edit; an existing one is left alone."""
    with contextlib.suppress(OSError), path.open("x", encoding="utf-8") as file:
        file.write(TEMPLATE)
