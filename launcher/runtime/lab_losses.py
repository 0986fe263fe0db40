"""Why a lab ended or RabbitMQ refused something, in words."""

from __future__ import annotations

from launcher.core.lab_events import LabPhase, LabStands
from launcher.runtime.probes.answers import network_words


def reason(error: Exception) -> str:
    """What RabbitMQ says of it, in one line without a full stop."""
    text = str(getattr(error, "reply_text", "") or error)
    return " ".join(text.split())[:200].rstrip(".")


def lost(error: Exception, timeout: float) -> LabStands:
    """How the lab stands once this ended it; `timeout` is what RabbitMQ had for an answer."""
    from amqp.exceptions import AccessRefused, NotAllowed  # noqa: PLC0415 - when first needed

    if isinstance(error, AccessRefused | NotAllowed):
        words = f"RabbitMQ refuses the lab's login: {reason(error)}."
        remedy = "Open the lab anew; what is on this page stays."
    elif isinstance(error, TimeoutError):
        words = f"RabbitMQ did not answer within {timeout:g} s, so the lab let its connection go."
        remedy = "See its state on the Services page, then open the lab anew."
    else:
        why = network_words(error)
        words = f"The broker is gone, and with it the lab's connection ({why})."
        remedy = "Start the broker again, then open the lab anew; what is on this page stays."
    return LabStands(LabPhase.FAILED, words, remedy)
