"""A line of results made to exhaust the bot counts by its outcome, and its details are not decoded."""

import tracemalloc

import msgspec
import pytest

from bot.pricing.prices import Prices
from bot.results.content import read_content
from bot.results.lines import LineFault, MessageWithContent, ResultLine, Succeeded, Unreadable, decode_line
from bot.results.summarize import ResultsSummarizer

DECODER = msgspec.json.Decoder(ResultLine[MessageWithContent])


def make_line(content: bytes) -> bytes:
    """Return a succeeded line with this content, which is the inside of an array."""
    usage = b'"usage":{"input_tokens":1,"output_tokens":1}'
    message = b'{"model":"claude-haiku-4-5",' + usage + b',"content":[' + content + b"]}"
    return b'{"custom_id":"a","result":{"type":"succeeded","message":' + message + b"}}"


def test_a_line_of_millions_of_blocks_is_a_success_without_details() -> None:
    line = make_line(b",".join([b"{}"] * 1_000_000))
    tracemalloc.start()

    decoded = decode_line(line, DECODER)

    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert isinstance(decoded, ResultLine)
    assert isinstance(decoded.result, Unreadable)
    assert peak < 1024 * 1024


def repeat(item: bytes, count: int = 300_000) -> bytes:
    """Return the inside of an array or object."""
    return b",".join([item] * count)


KEYS = b",".join(b'"%x":1' % number for number in range(300_000))


@pytest.mark.parametrize(
    ("place", "value"),
    [
        pytest.param(b'"iterations":[%b],"input_tokens"', repeat(b"7"), id="numbers in iterations"),
        pytest.param(b'"iterations":[%b],"input_tokens"', repeat(b'"a"'), id="strings in iterations"),
        pytest.param(b'"server_tool_use":{%b},"input_tokens"', KEYS, id="tools"),
        pytest.param(b'"service_tier":[%b],"input_tokens"', repeat(b"0.5"), id="service tier"),
        pytest.param(b'%b,"input_tokens"', KEYS, id="unknown tokens"),
    ],
)
def test_a_line_of_many_values_is_a_success_whose_cost_is_not_known(place: bytes, value: bytes) -> None:
    line = make_line(b"").replace(b'"input_tokens"', place % value)
    reader = ResultsSummarizer(Prices.load())
    tracemalloc.start()

    reader.feed(line)
    summary = reader.finish()

    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (summary.counts.succeeded, summary.cost.unreadable) == (1, 1)
    assert peak < 4 * len(line)


def test_objects_of_earlier_lines_are_not_kept() -> None:
    line = make_line(b"").replace(b'"input_tokens"', b'"iterations":[' + repeat(b"7", 90_000) + b'],"input_tokens"')
    reader = ResultsSummarizer(Prices.load())
    tracemalloc.start()

    for _ in range(50):
        reader.feed(line + b"\n")
    summary = reader.finish()

    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert summary.counts.succeeded == 50
    assert peak < 10 * 1024 * 1024


def test_of_many_iterations_and_tools_the_first_are_read_and_the_rest_is_named() -> None:
    line = make_line(b"")
    iterations = line.replace(b'"input_tokens"', b'"iterations":[' + repeat(b"{}", 1_001) + b'],"input_tokens"')
    tools = line.replace(
        b'"input_tokens"', b'"server_tool_use":{' + KEYS[:10_000].rpartition(b",")[0] + b'},"input_tokens"'
    )
    reader = ResultsSummarizer(Prices.load())

    reader.feed(iterations + b"\n" + tools + b"\n")
    summary = reader.finish()

    assert summary.cost.unknown_iterations == ("unreadable",)
    assert summary.cost.unknown_tools == ("unreadable",)


def test_a_line_of_too_many_escapes_with_half_a_pair_is_no_json() -> None:
    text = rb"\u00e9" * 200_000 + rb"\ud800"

    assert decode_line(make_line(b'{"type":"text","text":"' + text + b'"}'), DECODER) is LineFault.NOT_JSON


def test_a_long_text_is_decoded_whole() -> None:
    text = b"{x}" * 60_000 + b"y" * 1024 * 1024

    decoded = decode_line(make_line(b'{"type":"text","text":"' + text + b'"}'), DECODER)

    assert isinstance(decoded, ResultLine)
    assert isinstance(decoded.result, Succeeded)
    assert read_content(decoded.result.message.content).text == text.decode()


def test_millions_of_objects_in_a_line_are_not_decoded_while_it_streams_by() -> None:
    line = make_line(b"").replace(
        b'"input_tokens"', b'"iterations":[' + b",".join([b"{}"] * 1_000_000) + b'],"input_tokens"'
    )
    reader = ResultsSummarizer(Prices.load())
    tracemalloc.start()

    reader.feed(line)
    summary = reader.finish()

    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (summary.counts.succeeded, summary.cost.unreadable) == (1, 1)
    assert peak < 5 * len(line)
