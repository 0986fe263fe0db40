"""The refusals that a person is told, whichever way they asked."""

NO_CONTENT = "The content of this mail is missing, so it cannot be sent."


class NotPossibleError(Exception):
    """The state of things does not allow what was asked for; the text says so."""
