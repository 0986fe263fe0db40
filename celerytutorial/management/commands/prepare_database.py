"""``prepare_database``: everything that must be so before the first service starts.

Migrates, and makes the user ``admin`` with the password of LAUNCHER_ADMIN_PASSWORD, or gives it
that password. Quick when nothing is to be done.
"""

import os
import time
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

ADMIN = "admin"


class Command(BaseCommand):
    """See the module."""

    help = "Migrate, and see to the admin user."
    requires_system_checks: list[str] = []  # noqa: RUF012 - Django's own annotation

    def handle(self, **_: Any) -> None:
        """Do it all, one readable line each."""
        self.stdout.write(migrate())
        password = os.environ.get("LAUNCHER_ADMIN_PASSWORD", "")
        if password:
            self.stdout.write(see_to_admin(password))


def migrate() -> str:
    """Bring the schema up to date; return what was done in words."""
    started = time.monotonic()
    executor = MigrationExecutor(connection)
    wanted = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    if not wanted:
        return "Database is up to date"
    call_command("migrate", interactive=False, verbosity=0)
    return f"{wanted} migrations applied in {time.monotonic() - started:.1f} s"


def see_to_admin(password: str) -> str:
    """Make the superuser or give it *password*; return what was done in words."""
    users = get_user_model().objects
    admin = users.filter(username=ADMIN).first()
    if admin is None:
        users.create_superuser(username=ADMIN, password=password)
        return f"User {ADMIN} made"
    if admin.check_password(password):
        return f"User {ADMIN} is there"
    admin.set_password(password)
    admin.save(update_fields=["password"])
    return f"User {ADMIN} has a new password"
