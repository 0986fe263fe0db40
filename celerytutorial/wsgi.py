"""The web process: Django under waitress or runserver.

Only here does a publish wait for the broker's confirmation: here mails are published as they are
saved. In the worker it would make every event wait.
"""

import os

from django.core.wsgi import get_wsgi_application

from celerytutorial.celery import app

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "celerytutorial.settings")

application = get_wsgi_application()
app.conf.broker_transport_options = {**app.conf.broker_transport_options, "confirm_publish": True}
