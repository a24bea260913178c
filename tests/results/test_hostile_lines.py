"""A line of results made to exhaust the bot counts by its outcome, and its details are not decoded."""

import tracemalloc

import msgspec

from bot.pricing.prices import Prices
from bot.results.content import read_content
from bot.results.lines import MessageWithContent, ResultLine, Succeeded, Unreadable, decode_line
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
