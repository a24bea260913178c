"""Small descriptions of JSON values, and what is wrong with a value that does not fit one."""

from collections.abc import Iterator, Mapping
from typing import Protocol

from msgspec import Struct

from bot.requests.problems import ProblemKind, RequestFault, WarningKind

_MAX_KEY_LENGTH = 80


class Shape(Protocol):
    """What a value must be. The object that holds the value leaves None out."""

    def find(self, place: str, value: object) -> Iterator[RequestFault]:
        """Yield the faults of a value at this place."""


class Anything(Struct, frozen=True):
    """Any value: the API does not say more, or says it somewhere else."""

    def find(self, place: str, value: object) -> Iterator[RequestFault]:
        """Yield nothing."""
        yield from ()


class Text(Struct, frozen=True):
    """A string; with `words`, one of these."""

    words: tuple[str, ...] = ()

    def find(self, place: str, value: object) -> Iterator[RequestFault]:
        """Yield what is no string or none of the words."""
        if not isinstance(value, str):
            yield RequestFault(ProblemKind.WRONG_TYPE, place, value)
        elif self.words and value not in self.words:
            yield RequestFault(ProblemKind.NOT_ONE_OF, place, value, instead=", ".join(self.words))


class HttpsAddress(Struct, frozen=True):
    """An address that begins with https."""

    def find(self, place: str, value: object) -> Iterator[RequestFault]:
        """Yield what is no string or begins otherwise."""
        if not isinstance(value, str):
            yield RequestFault(ProblemKind.WRONG_TYPE, place, value)
        elif not value[:8].lower().startswith("https://"):
            yield RequestFault(ProblemKind.NOT_HTTPS, place, value)


class Number(Struct, frozen=True):
    """A number from `least` to `most`, whole if `whole`."""

    least: float | None = None
    most: float | None = None
    whole: bool = False

    def find(self, place: str, value: object) -> Iterator[RequestFault]:
        """Yield what is no such number."""
        if isinstance(value, bool) or not isinstance(value, int if self.whole else (int, float)):
            yield RequestFault(ProblemKind.WRONG_TYPE, place, value)
        elif self.least is not None and value < self.least:
            yield RequestFault(ProblemKind.OUT_OF_RANGE, place, value, int(self.least))
        elif self.most is not None and value > self.most:
            yield RequestFault(ProblemKind.OUT_OF_RANGE, place, value, int(self.most))


class Flag(Struct, frozen=True):
    """True or false."""

    def find(self, place: str, value: object) -> Iterator[RequestFault]:
        """Yield what is neither."""
        if not isinstance(value, bool):
            yield RequestFault(ProblemKind.WRONG_TYPE, place, value)


class Items(Struct, frozen=True):
    """An array of values of one shape."""

    of: Shape

    def find(self, place: str, value: object) -> Iterator[RequestFault]:
        """Yield what is no array, and the faults of its items."""
        if not isinstance(value, list):
            yield RequestFault(ProblemKind.WRONG_TYPE, place, value)
            return
        for index, item in enumerate(value):
            yield from self.of.find(f"{place}.{index}", item)


class Record(Struct, frozen=True):
    """An object with these keys. A null is as good as no key, except for a required one.

    `unknown` is what any other key is: a problem, a warning, or nothing.
    """

    fields: Mapping[str, Shape] = {}
    required: frozenset[str] = frozenset()
    unknown: ProblemKind | WarningKind | None = None

    def find(self, place: str, value: object) -> Iterator[RequestFault]:
        """Yield what is no object, missing or unknown keys, and the faults of the values."""
        if not isinstance(value, dict):
            yield RequestFault(ProblemKind.WRONG_TYPE, place, value)
            return
        for key in self.required:
            if key not in value:
                yield RequestFault(ProblemKind.MISSING_KEY, f"{place}.{key}")
        for key, inner in value.items():
            shape = self.fields.get(key)
            if shape is None:
                if self.unknown is not None:
                    yield RequestFault(self.unknown, f"{place}.{key[:_MAX_KEY_LENGTH]}")
            elif inner is not None or key in self.required:
                yield from shape.find(f"{place}.{key}", inner)


class Variants(Struct, frozen=True):
    """An object whose `type` says which of several records it is."""

    records: Mapping[str, Record]

    def find(self, place: str, value: object) -> Iterator[RequestFault]:
        """Yield what is no object, an unknown type, and the faults of the record."""
        if not isinstance(value, dict):
            yield RequestFault(ProblemKind.WRONG_TYPE, place, value)
            return
        kind = value.get("type")
        if "type" not in value:
            yield RequestFault(ProblemKind.MISSING_KEY, f"{place}.type", instead=", ".join(self.records))
        elif not isinstance(kind, str):
            yield RequestFault(ProblemKind.WRONG_TYPE, f"{place}.type", kind)
        elif (record := self.records.get(kind)) is None:
            yield RequestFault(ProblemKind.NOT_ONE_OF, f"{place}.type", kind, instead=", ".join(self.records))
        else:
            yield from record.find(place, value)


class TextOr(Struct, frozen=True):
    """A string, or a value of another shape."""

    other: Shape

    def find(self, place: str, value: object) -> Iterator[RequestFault]:
        """Yield the faults of a value that is no string."""
        if not isinstance(value, str):
            yield from self.other.find(place, value)
