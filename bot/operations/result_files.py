"""The files that can be had of results, and how each is made of the bytes the API gives."""

from enum import StrEnum
from typing import assert_never

from msgspec import Struct

from bot.operations.read_results import Converter
from bot.pricing.prices import Prices
from bot.results.csv_table import CsvConverter
from bot.results.failures_filter import FailuresFilter
from bot.store.records.summaries import Taken


class FileKind(StrEnum):
    """Which file is wanted; the value is what is typed for it."""

    JSONL = "--file"
    ERRORS = "--errors"
    CSV = "--csv"
    ERRORS_CSV = "--errors --csv"
    CAUSES = "--causes"
    FAMILY = "--family"
    PART_OF_FAMILY = "--family --partial"


TAKEN: dict[FileKind, Taken] = {
    FileKind.JSONL: "jsonl",
    FileKind.CSV: "csv",
    FileKind.ERRORS: "errors",
    FileKind.ERRORS_CSV: "errors",
    FileKind.FAMILY: "family",
    FileKind.PART_OF_FAMILY: "family",
}
"""What is recorded of each; the causes are no results."""


class _AsItCame(Struct, frozen=True):
    """Every byte as the API gave it."""

    def feed(self, chunk: bytes) -> bytes:
        return chunk

    def finish(self) -> bytes:
        return b""


class _Chain(Struct, frozen=True):
    """One converter after another."""

    first: Converter
    then: Converter

    def feed(self, chunk: bytes) -> bytes:
        return self.then.feed(self.first.feed(chunk))

    def finish(self) -> bytes:
        return self.then.feed(self.first.finish()) + self.then.finish()


def converter(kind: FileKind, prices: Prices) -> Converter:
    """Return what makes this file of the results."""
    match kind:
        case FileKind.JSONL | FileKind.CAUSES | FileKind.FAMILY | FileKind.PART_OF_FAMILY:
            return _AsItCame()
        case FileKind.ERRORS:
            return FailuresFilter()
        case FileKind.CSV:
            return CsvConverter(prices)
        case FileKind.ERRORS_CSV:
            return _Chain(FailuresFilter(), CsvConverter(prices))
        case unreachable:
            assert_never(unreachable)
