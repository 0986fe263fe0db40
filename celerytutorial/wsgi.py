"""The web process: Django under waitress or runserver."""

import gc
import logging
import os

from django.core.wsgi import get_wsgi_application
from django.db import connections

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "celerytutorial.settings")

application = get_wsgi_application()
# A thread that answers requests keeps its connection: to open one costs more than to save a mail.
connections.settings["default"]["CONN_MAX_AGE"] = None
connections.settings["default"]["CONN_HEALTH_CHECKS"] = True
# A request that waits for a thread is no news; waitress writes a line for each of them.
logging.getLogger("waitress.queue").setLevel(logging.ERROR)
# What is loaded now stays: a full collection would walk through all of it, between two requests.
gc.collect()
gc.freeze()
