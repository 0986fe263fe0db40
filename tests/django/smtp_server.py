"""The scripted mail server (tests/helpers/smtp) under the names that the tests of Django use."""

from tests.helpers.smtp.script import CLOSE, DRIP, SILENT
from tests.helpers.smtp.server import ScriptedServer

__all__ = ["CLOSE", "DRIP", "SILENT", "ScriptedServer"]
