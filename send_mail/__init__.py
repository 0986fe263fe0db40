"""Mail that is saved first, sent once and never lost: outbox, worker's tasks, catcher, pages, API.

The row in the database is the truth; a message on the broker is a wake-up that carries its id
alone. Leaves settings, the Celery app and access rules to the project it is installed in.
"""
