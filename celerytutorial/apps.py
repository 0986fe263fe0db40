"""The project as an app: its commands, and the schema extension that has to be imported once."""

from importlib import import_module

from django.apps import AppConfig


class CelerytutorialConfig(AppConfig):
    """Registers what DRF's schema knows of our access rules."""

    name = "celerytutorial"

    def ready(self) -> None:
        """Import it; that is all an extension needs."""
        import_module("celerytutorial.api")
