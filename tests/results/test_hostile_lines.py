"""A line of results made to exhaust the bot counts by its outcome, and its details are not decoded."""

import tracemalloc

import msgspec

from bot.results.lines import MessageWithText, ResultLine, Succeeded, Unreadable, decode_line

DECODER = msgspec.json.Decoder(ResultLine[MessageWithText])


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
    assert decoded.result.message.content[0].text == text.decode()
