"""Texts with variables, ``{{ name }}``: which there are, and filling them in.

No more than that: no code, no filters. A value goes into HTML escaped, and into a subject only as
a header may be.
"""

import html as html_of
import re
from collections.abc import Mapping
from dataclasses import dataclass

from django.core.exceptions import ValidationError

from send_mail import validation

VARIABLE = re.compile(r"\{\{\s*([^{}\r\n]{1,100}?)\s*\}\}")


@dataclass(frozen=True)
class Words:
    """What a mail says, with variables in it or filled in."""

    subject: str
    text: str
    html: str

    def variables(self) -> list[str]:
        """Return the names that stand in it, each once, in the order in which they come."""
        found = (VARIABLE.findall(part) for part in (self.subject, self.text, self.html))
        return list(dict.fromkeys(name for names in found for name in names))

    def filled(self, values: Mapping[str, str]) -> "Words":
        """Return it with *values* in their places.

        Raises ValidationError naming the variable without a value, or saying what is wrong with
        the text that comes of it.
        """
        missing = [name for name in self.variables() if name not in values]
        if missing:
            msg = f"There is no value for {missing[0]}."
            raise ValidationError(msg)
        escaped = {name: html_of.escape(value) for name, value in values.items()}
        return Words(
            validation.clean_subject(_fill(self.subject, values)),
            validation.clean_text(_fill(self.text, values)),
            validation.clean_text(_fill(self.html, escaped)),
        )


def render(words: Words, values: Mapping[str, str]) -> Words:
    """Return *words* filled in; a value that stands nowhere is refused by name too."""
    unknown = [name for name in values if name not in words.variables()]
    if unknown:
        raise ValidationError({"variables": [f"There is no variable {unknown[0]} in it."]})
    try:
        return words.filled(values)
    except ValidationError as error:
        raise ValidationError({"variables": error.messages}) from error


def _fill(text: str, values: Mapping[str, str]) -> str:
    return VARIABLE.sub(lambda found: values[found[1]], text)
