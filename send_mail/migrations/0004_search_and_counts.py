from typing import Any

from django.db import migrations, models

from send_mail import sql


def make(_: Any, schema_editor: Any) -> None:
    for statement in sql.statements(schema_editor.connection.vendor):
        schema_editor.execute(statement, params=None)


def take_away(_: Any, schema_editor: Any) -> None:
    for statement in sql.undo(schema_editor.connection.vendor):
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    dependencies = [
        ("send_mail", "0003_batches"),
    ]

    operations = [
        migrations.CreateModel(
            name="MailCount",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("state", models.CharField(max_length=10)),
                ("n", models.IntegerField()),
            ],
        ),
        migrations.RunPython(make, take_away),
    ]
