"""What goes wrong, told so that a person at the beamline can put it right."""

from __future__ import annotations


class Fault(ValueError):
    """A message or file that is not as it must be: where, which field, what it is, what would be right."""

    def __init__(self, cause: str, where: str, field: str, value: object, expected: str) -> None:
        self.cause = cause  # one of the causes in messages/README.md: "crc", "shape", ...
        self.where = where  # the message or file
        self.field = field
        self.value = _shown(value)
        self.expected = expected
        super().__init__(f"{where}: field {field} is '{self.value}', expected {expected} [{cause}]")


class WireError(Fault):
    """A message that breaks the protocol, received or about to be sent."""


class MapFileError(Fault):
    """A file that is not a phasecast map file."""


class Refused(RuntimeError):
    """The pipeline's answer to a request is no; the text says why."""


def _shown(value: object) -> str:
    text = "".join(c if " " <= c <= "~" else "?" for c in str(value))
    return text[:64] + "..." if len(text) > 64 else text
