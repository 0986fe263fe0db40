"""The refusals that a person is told, whichever way they asked."""


class NotPossibleError(Exception):
    """The state of things does not allow what was asked for; the text says so."""
