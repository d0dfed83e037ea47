"""The checks of messages/wire/field_check.cpp and limits.hpp, which every field of a message passes."""

from __future__ import annotations

import math
import re
from typing import Any, Iterable, Mapping, Sequence, TypeVar, Union

import numpy as np

from .errors import WireError
from .messages import Floats, Indices

Number = Union[int, float]
AnyNumber = TypeVar("AnyNumber", int, float)

HEADER_BYTES = 4 << 20
TEXT_BYTES = 4096
LIST_ENTRIES = 1000
ENERGIES = 20_000
ENERGY_EV = 1e7  # exclusive
SIDE = 65_536
PIXELS = 1 << 30
STATES = 64
MAGNIFICATION = 10  # and its inverse
REPEATS = 10_000
SCAN_FRAMES = 10_000_000

_ID = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}")
_CONTROL_CHARACTER = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def is_id(text: str) -> bool:
    return _ID.fullmatch(text) is not None


def without_control_characters(text: str) -> str:
    """The text as it may travel: other characters become spaces, and what is too long is cut."""
    return _CONTROL_CHARACTER.sub(" ", text).encode()[:TEXT_BYTES].decode(errors="ignore")


class Check:
    """Each check hands its value through, or raises WireError that names message, field and value."""

    def __init__(self, kind: str, number: int | None = None, scan_id: str = "") -> None:
        self.message = kind
        if number is not None:
            self.message += f" {number}"
        if is_id(scan_id):
            self.message += f" of scan {scan_id}"

    def fault(self, cause: str, field: str, value: object, expected: str) -> WireError:
        return WireError(cause, self.message, field, value, expected)

    def id(self, field: str, value: str) -> str:
        if not is_id(value):
            expected = "1 to 64 of A-Z a-z 0-9 _ . -, not beginning with . or -"
            raise self.fault("scan_id", field, value, expected)
        return value

    def text(self, field: str, value: str) -> str:
        if len(value.encode()) > TEXT_BYTES:
            raise self.fault("value", field, value, f"at most {TEXT_BYTES} bytes")
        if _CONTROL_CHARACTER.search(value):
            raise self.fault("value", field, value, "text without control characters")
        return value

    def name(self, field: str, value: str) -> str:
        if not value:
            raise self.fault("value", field, "an empty name", "a name")
        return self.text(field, value)

    def list_size(self, field: str, size: int) -> None:
        if size > LIST_ENTRIES:
            raise self.fault("value", field, f"{size} entries", f"at most {LIST_ENTRIES}")

    def names(self, field: str, names: Mapping[str, Any]) -> None:
        self.list_size(field, len(names))
        for name in names:
            self.name(field, name)

    def present(self, cause: str, field: str, header: Any) -> Any:
        """The value of an optional field that must be sent; "region.x" is the x of a header that is a region."""
        name = field.rpartition(".")[2]
        if not header.HasField(name):
            raise self.fault(cause, field, "absent", "a value")
        return getattr(header, name)

    def range(self, cause: str, field: str, value: AnyNumber, low: Number, high: Number) -> AnyNumber:
        if not low <= value <= high:
            raise self.fault(cause, field, value, f"{low} to {high}")
        return value

    def finite(self, field: str, value: float) -> float:
        if not math.isfinite(value):
            raise self.fault("value", field, value, "a finite number")
        return value

    def not_negative(self, field: str, value: float) -> float:
        if not math.isfinite(value) or value < 0:
            raise self.fault("value", field, value, "a finite number, 0 or more")
        return value

    def known_or_nan(self, header: Any, field: str) -> float:
        name = field.rpartition(".")[2]
        return self.not_negative(field, getattr(header, name)) if header.HasField(name) else math.nan

    def as_many(self, field: str, values: Sequence[float], count: int, per: str) -> None:
        if len(values) != count:
            raise self.fault("value", field, f"{len(values)} values", f"{count}, one per {per}")

    def numbers(self, field: str, values: Sequence[float], count: int, per: str) -> Floats:
        self.as_many(field, values, count, per)
        return np.array([self.finite(field, value) for value in values], np.float64)

    def instant(self, field: str, value: int) -> int:
        if value < 0:
            raise self.fault("value", field, value, "nanoseconds since 1970")
        return value

    def enumerator(self, cause: str, field: str, kind: Any, value: int) -> Any:
        """The enumerator's name without its prefix, as in "complete" of SCAN_STATUS_COMPLETE."""
        names = kind.keys()
        if value not in kind.values() or value == 0:
            raise self.fault(cause, field, value, f"1 to {len(names) - 1}")
        prefix = names[0].removesuffix("UNSPECIFIED")
        return kind.Name(value).removeprefix(prefix).lower()

    def energy(self, field: str, value: float) -> float:
        if not 0 < value < ENERGY_EV:
            raise self.fault("energy", field, value, f"eV above 0 and below {ENERGY_EV:.0f}")
        return value

    def energies(self, values: Sequence[float]) -> Floats:
        self.range("energy", "energies_ev", len(values), 1, ENERGIES)
        for value in values:
            self.energy("energies_ev", value)
        return np.array(values, np.float64)

    def indices(self, field: str, values: Sequence[int], taken: set[int], count: int) -> Indices:
        """Places in a list of `count` energies, none of which is `taken`; they are then."""
        for index in values:
            if index >= count or index in taken:
                raise self.fault("energy", field, index, f"an index below {count}, each once")
            taken.add(index)
        return np.array(values, np.intp)

    def shape(self, shape: Any) -> tuple[int, int]:
        self.range("shape", "shape.height", shape.height, 1, SIDE)
        self.range("shape", "shape.width", shape.width, 1, SIDE)
        pixels = shape.height * shape.width
        if pixels > PIXELS:
            raise self.fault("shape", "shape", f"{pixels} pixels", f"at most {PIXELS} pixels")
        return shape.height, shape.width

    def states(self, states: Iterable[str]) -> tuple[str, ...]:
        names = tuple(states)
        self.range("states", "states", len(names), 1, STATES)
        for place, name in enumerate(names):
            self.text("states", name)
            if not name or name in names[:place]:
                raise self.fault("states", "states", name, "distinct names")
        return names
