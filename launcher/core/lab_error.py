"""What is wrong with a lab, and what helps."""

from __future__ import annotations


class LabError(Exception):
    """`words` say what is wrong, `remedy` what to do; `where` names the place in a file."""

    def __init__(self, words: str, remedy: str = "", where: str = "") -> None:
        super().__init__(
            " ".join(part for part in (f"{where}:" if where else "", words, remedy) if part)
        )
        self.words = words
        self.remedy = remedy
        self.where = where

    def at(self, where: str) -> LabError:
        """The same, found there."""
        return LabError(self.words, self.remedy, where)
