"""Any content of a results file, arriving in any chunks, gives a correct summary and never a crash."""

import tracemalloc
from collections.abc import Iterable
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.pricing.prices import Prices
from bot.results.csv_table import CsvConverter
from bot.results.failures_filter import FailuresFilter
from bot.results.lines import LineFault
from bot.results.summarize import ResultsSummarizer
from bot.results.summary import BrokenLineSample, OutcomeCounts, ResultsSummary

PRICES = Prices.load()
EXPIRED = b'{"custom_id":"e","result":{"type":"expired"}}'
CANCELED = b'{"custom_id":"c","result":{"type":"canceled"}}'
ERRORED = b'{"custom_id":"x","result":{"type":"errored","error":{"error":{"type":"new_error","message":"no 7"}}}}'
SUCCEEDED = (
    '{"custom_id":"s\u2028\u0085","result":{"type":"succeeded","message":{"content":[{"type":"text","text":"a\u2029b"}],'
    '"model":"claude-haiku-4-5","stop_reason":"end_turn","usage":{"input_tokens":3,"output_tokens":5}}}}'
).encode()
PIECES = [
    EXPIRED,
    CANCELED,
    ERRORED,
    SUCCEEDED,
    EXPIRED[:20],
    b"{} {}",
    EXPIRED + b" " + CANCELED,
    EXPIRED.replace(b",", b",\n"),
    b'{"custom_id":"u","result":{"type":"brand_new"}}',
    b'{"result":{"type":"expired"}}',
    b"\xff\xfe",
    b"z" * 400,
    b"",
    b" \t",
    b"\r",
    b"\n",
    b"\n",
    b"\r\n",
]


def read(chunks: Iterable[bytes], longest: int = 300) -> ResultsSummary:
    reader = ResultsSummarizer(PRICES, max_line_bytes=longest)
    for chunk in chunks:
        reader.feed(chunk)
    return reader.finish()


def cut(data: bytes, places: Iterable[int]) -> list[bytes]:
    borders = [0, *sorted(place for place in places if place < len(data)), len(data)]
    return [data[start:end] for start, end in pairwise(borders)]


@given(data=st.lists(st.sampled_from(PIECES), max_size=30).map(b"\n".join), places=st.sets(st.integers(0, 3_000)))
def test_any_chunking_gives_the_same_summary(data: bytes, places: set[int]) -> None:
    summary = read(cut(data, places))

    assert summary == read([data])
    assert summary == read(cut(data, range(len(data))))
    assert summary.lines == summary.counts.total + summary.broken.count
    assert summary.lines == sum(1 for line in data.split(b"\n") if line.strip(b" \t\r"))


@given(data=st.lists(st.sampled_from(PIECES), max_size=30).map(b"\n".join), places=st.sets(st.integers(0, 3_000)))
def test_any_chunking_gives_the_same_files(data: bytes, places: set[int]) -> None:
    def converted(chunks: Iterable[bytes]) -> tuple[bytes, bytes]:
        table = CsvConverter(PRICES, max_line_bytes=300)
        failures = FailuresFilter(max_line_bytes=300)
        pieces = [(table.feed(chunk), failures.feed(chunk)) for chunk in chunks] + [(table.finish(), failures.finish())]
        return b"".join(piece[0] for piece in pieces), b"".join(piece[1] for piece in pieces)

    assert converted(cut(data, places)) == converted([data])


@given(st.binary(max_size=2_000))
def test_no_bytes_make_it_crash(data: bytes) -> None:
    summary = read([data])

    assert summary.bytes_read == len(data)
    assert summary.lines == summary.counts.total + summary.broken.count


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        (b"<html>", LineFault.NOT_JSON),
        (b"\xef\xbb\xbf" + EXPIRED, LineFault.NOT_JSON),
        (EXPIRED + b" " + CANCELED, LineFault.NOT_JSON),
        (EXPIRED[:-1], LineFault.NOT_JSON),
        (EXPIRED.replace(b'"e"', b'"\xff"'), LineFault.NOT_JSON),
        (
            b'{"custom_id":"d","x":' + b"[" * 100_000 + b"]" * 100_000 + b',"result":{"type":"expired"}}',
            LineFault.NOT_JSON,
        ),
        (b"null", LineFault.NO_CUSTOM_ID),
        (b"[]", LineFault.NO_CUSTOM_ID),
        (b"{}", LineFault.NO_CUSTOM_ID),
        (b'{"result":{"type":"expired"}}', LineFault.NO_CUSTOM_ID),
        (b'{"custom_id":"","result":{"type":"expired"}}', LineFault.NO_CUSTOM_ID),
        (b'{"custom_id":null,"result":{"type":"expired"}}', LineFault.NO_CUSTOM_ID),
        (b'{"custom_id":7,"result":{"type":"expired"}}', LineFault.NO_CUSTOM_ID),
        (b'{"custom_id":"a","result":{"type":"brand_new"}}', LineFault.UNKNOWN_RESULT),
        (b'{"custom_id":"a","result":{"type":""}}', LineFault.UNKNOWN_RESULT),
        (b'{"custom_id":"a","result":null}', LineFault.UNKNOWN_RESULT),
        (b'{"custom_id":"a"}', LineFault.UNKNOWN_RESULT),
    ],
)
def test_a_line_that_is_no_result_is_counted_with_its_number(line: bytes, fault: LineFault) -> None:
    summary = read([EXPIRED + b"\n\n" + line + b"\n" + CANCELED + b"\n"], longest=1_000_000)

    assert summary.counts == OutcomeCounts(succeeded=0, errored=0, canceled=1, expired=1)
    assert (summary.broken.count, summary.broken.first) == (1, (BrokenLineSample(3, fault),))
    assert not summary.broken.cut_off


def test_blank_lines_and_crlf_are_no_lines() -> None:
    summary = read([b"\r\n" + EXPIRED + b"\r\n \r\n\n" + SUCCEEDED + b"\r\n"])

    assert summary.counts == OutcomeCounts(succeeded=1, errored=0, canceled=0, expired=1)
    assert (summary.lines, summary.broken.count) == (2, 0)


def test_an_empty_file_has_an_empty_summary() -> None:
    summary = read([])

    assert (summary.lines, summary.bytes_read, summary.counts.total) == (0, 0, 0)


def test_the_last_line_needs_no_newline() -> None:
    assert read([EXPIRED + b"\n" + CANCELED]).counts.total == 2


def test_a_file_that_ends_within_a_line_is_reported_as_cut_off() -> None:
    summary = read([EXPIRED + b"\n" + SUCCEEDED[:50]])

    assert summary.broken.cut_off
    assert summary.broken.first == (BrokenLineSample(2, LineFault.CUT_OFF),)
    assert summary.counts.total == 1


def test_a_line_may_be_as_long_as_is_allowed_and_no_longer() -> None:
    just = EXPIRED + b" " * (300 - len(EXPIRED))

    assert read([just + b"\n" + CANCELED]).counts.total == 2
    assert read([just + b" \n" + CANCELED]).broken.first == (BrokenLineSample(1, LineFault.TOO_LONG),)


def test_a_line_of_fifty_megabytes_is_dropped_as_it_arrives() -> None:
    reader = ResultsSummarizer(PRICES, max_line_bytes=1024 * 1024)
    piece = b"x" * 65_536

    tracemalloc.start()
    try:
        reader.feed(EXPIRED + b"\n")
        for _ in range(800):
            reader.feed(piece)
        reader.feed(b"\n" + CANCELED + b"\n")
        summary = reader.finish()
        most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()

    assert summary.broken.first == (BrokenLineSample(2, LineFault.TOO_LONG),)
    assert summary.counts == OutcomeCounts(succeeded=0, errored=0, canceled=1, expired=1)
    assert summary.bytes_read > 50_000_000
    assert most < 5 * 1024 * 1024


@pytest.mark.parametrize(
    "message",
    [
        b"null",
        b"[]",
        b"{}",
        b'{"model":null,"usage":{"input_tokens":1,"output_tokens":1}}',
        b'{"model":"m","usage":{"input_tokens":-1,"output_tokens":1}}',
        b'{"model":"m","usage":{"input_tokens":"1","output_tokens":1}}',
        b'{"model":"m","usage":{"input_tokens":1,"output_tokens":99999999999999999999}}',
        b'{"model":"' + b"m" * 300 + b'","usage":{"input_tokens":1,"output_tokens":1}}',
    ],
)
def test_a_succeeded_request_counts_though_its_tokens_cannot_be_read(message: bytes) -> None:
    summary = read([b'{"custom_id":"a","result":{"type":"succeeded","message":' + message + b"}}\n"], longest=1_000)

    assert (summary.counts.succeeded, summary.cost.unreadable, summary.broken.count) == (1, 1, 0)
    assert not summary.cost.complete


@pytest.mark.parametrize(
    ("error", "kind", "words"),
    [
        (b'{"type":"error","error":{"type":"brand_new_error","message":"no"}}', "brand_new_error", "no"),
        (b'{"type":"error","error":{"type":"api_error","message":null}}', "api_error", ""),
        (b'{"type":"error","error":{"type":"api_error"}}', "api_error", ""),
        (b'{"type":"overloaded_error","message":"not nested"}', "overloaded_error", "not nested"),
        (b"null", "", ""),
        (b'"no"', "", ""),
    ],
)
def test_an_error_of_any_shape_is_a_cause(error: bytes, kind: str, words: str) -> None:
    summary = read([b'{"custom_id":"a","result":{"type":"errored","error":' + error + b"}}\n"])

    [cause] = summary.causes
    assert (cause.type, cause.message, cause.count, cause.samples) == (kind, words, 1, ("a",))


def test_a_custom_id_that_was_there_before_is_counted() -> None:
    summary = read([EXPIRED + b"\n" + CANCELED + b"\n" + EXPIRED + b"\n" + EXPIRED + b"\n"])

    assert (summary.duplicates, summary.counts.expired) == (2, 3)


def test_only_the_first_broken_lines_are_named_and_all_are_counted() -> None:
    summary = read([b"x\n" * 1_000])

    assert summary.broken.count == 1_000
    assert [sample.number for sample in summary.broken.first] == [1, 2, 3, 4, 5]
