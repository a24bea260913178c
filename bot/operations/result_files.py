"""The files that people can download of results, and the converter that makes each from the bytes of the API."""

from enum import StrEnum
from typing import assert_never

from msgspec import Struct

from bot.operations.read_results import Converter
from bot.pricing.prices import Prices
from bot.results.csv_table import CsvConverter
from bot.results.failures_filter import FailuresFilter
from bot.store.records.summaries import DownloadedFile


class ResultFileKind(StrEnum):
    """Which file to make. The value is the option that is typed for it."""

    JSONL = "--file"
    ERRORS = "--errors"
    CSV = "--csv"
    ERRORS_CSV = "--errors --csv"
    CAUSES = "--causes"
    FAMILY = "--merged"
    PART_OF_FAMILY = "--merged --partial"


DOWNLOADED_FILES: dict[ResultFileKind, DownloadedFile] = {
    ResultFileKind.JSONL: "jsonl",
    ResultFileKind.CSV: "csv",
    ResultFileKind.ERRORS: "errors",
    ResultFileKind.ERRORS_CSV: "errors",
    ResultFileKind.FAMILY: "family",
    ResultFileKind.PART_OF_FAMILY: "family",
}
"""What is recorded of each download. A list of causes contains no results."""


class _Unchanged(Struct):
    """Returns every byte as the API sent it; another file may follow, so the last line ends with a newline."""

    ends_line: bool = True

    def feed(self, chunk: bytes) -> bytes:
        self.ends_line = chunk.endswith(b"\n") if chunk else self.ends_line
        return chunk

    def finish(self) -> bytes:
        return b"" if self.ends_line else b"\n"


class _Chain(Struct, frozen=True):
    """Passes the output of one converter to another."""

    first: Converter
    then: Converter

    def feed(self, chunk: bytes) -> bytes:
        return self.then.feed(self.first.feed(chunk))

    def finish(self) -> bytes:
        return self.then.feed(self.first.finish()) + self.then.finish()


def make_converter(kind: ResultFileKind, prices: Prices) -> Converter:
    """Return the converter that makes this file from results."""
    match kind:
        case ResultFileKind.JSONL | ResultFileKind.CAUSES | ResultFileKind.FAMILY | ResultFileKind.PART_OF_FAMILY:
            return _Unchanged()
        case ResultFileKind.ERRORS:
            return FailuresFilter()
        case ResultFileKind.CSV:
            return CsvConverter(prices)
        case ResultFileKind.ERRORS_CSV:
            return _Chain(FailuresFilter(), CsvConverter(prices))
        case unreachable:
            assert_never(unreachable)
