"""The check of a file with any content: chunks do not matter, and the API finds nothing more."""

import json
import string
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.playground.api_simulator.create_body import read_create_body
from bot.playground.api_simulator.errors import ApiError
from bot.playground.api_simulator.params_rules import CreateHeaders as SimulatedCircumstances
from bot.requests.lines import RequestLine, read_line
from bot.requests.params import ApiConstraints
from bot.requests.problems import ProblemKind
from tests.requests.request_lines import GOOD, check, line

SIMULATED = SimulatedCircumstances("2023-06-01", frozenset())
ANYWHERE = ApiConstraints()

json_values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
texts = st.text(min_size=1).filter(lambda text: not text.isspace()) | st.sampled_from(
    ["a\u2028", "\x85b", "\N{GRINNING FACE}", '"a": {', "\\"]
)
contents = texts | st.lists(st.builds(lambda text: {"type": "text", "text": text}, texts), min_size=1, max_size=2)
good_params = st.builds(
    lambda content, system, tokens: GOOD | {"max_tokens": tokens, "system": system} | {"messages": [said(content)]},
    contents,
    st.text(),
    st.integers(1, 64_000),
)
custom_ids = st.text(string.ascii_letters + string.digits + "_-", min_size=1, max_size=64)
keys = st.sampled_from(["custom_id", "params", "model", "messages", "max_tokens", "requests", "x"])


def said(content: object) -> dict[str, object]:
    return {"role": "user", "content": content}


@st.composite
def written(draw: st.DrawFn, value: st.SearchStrategy[Any]) -> bytes:
    """Draw a value as JSON, in one of the ways in which programs write it."""
    separators = draw(st.sampled_from([(",", ":"), (", ", ": "), (" ,", "\t:\r ")]))
    return json.dumps(draw(value), ensure_ascii=draw(st.booleans()), separators=separators).encode("utf-8", "replace")


raw_strings = st.sampled_from([r'"a"', r'"b"', r'"a\\"', r'"\""', r'":"', r'"\":"', r'" :"', r'"\\\":"', r'"\u0061"'])


@st.composite
def raw_values(draw: st.DrawFn, depth: int = 3) -> str:
    """Draw JSON text with keys that repeat, and strings that look like the end of a key."""
    kind = draw(st.sampled_from("snao" if depth else "sn"))
    if kind == "s":
        return draw(raw_strings)
    if kind == "n":
        return draw(st.sampled_from(["1", "null", "true"]))
    inner = raw_values(depth - 1) if kind == "a" else st.tuples(raw_strings, raw_values(depth - 1))
    colon = draw(st.sampled_from([":", ": ", " :", "\t:\r"]))
    parts = [part if isinstance(part, str) else colon.join(part) for part in draw(st.lists(inner, max_size=3))]
    return f"[{','.join(parts)}]" if kind == "a" else f"{{{', '.join(parts)}}}"


envelopes = st.builds(lambda custom_id, params: {"custom_id": custom_id, "params": params}, custom_ids, good_params)
good_lines = written(envelopes | good_params)
odd_lines = (
    good_lines
    | written(st.dictionaries(keys, json_values))
    | written(json_values)
    | written(st.builds(lambda text, params: {"custom_id": text, "params": params}, st.text(), json_values))
    | st.binary(max_size=30)
    | st.sampled_from(
        [b"", b"\r", b"{}", b'{"custom_id":"a"}', line(params={}).rstrip(), b"[[", b"NaN", b"\xef\xbb\xbf"]
    )
)


def has_repeated_key(text: str) -> bool:
    """Return whether an object of the JSON text has a key twice."""
    repeated: list[bool] = []

    def look(pairs: list[tuple[str, Any]]) -> None:
        repeated.append(len(dict(pairs)) < len(pairs))

    json.loads(text, object_pairs_hook=look)
    return any(repeated)


@given(raw_values())
def test_a_repeated_key_is_found_however_it_is_written(text: str) -> None:
    found = read_line(f'{{"params":{text}}}'.encode())

    is_repeated = not isinstance(found, RequestLine) and found.kind is ProblemKind.DUPLICATE_KEY
    assert is_repeated == has_repeated_key(text)


def refusal_of(body: bytes) -> str | None:
    """Return the message with which the simulated API refuses a create, or None."""
    try:
        read_create_body(body, SIMULATED)
    except ApiError as error:
        return error.message
    return None


def body_of(checked_file: bytes) -> bytes:
    return b'{"requests":[' + b",".join(checked_file.split(b"\n")[:-1]) + b"]}"


@given(st.lists(odd_lines, max_size=6), st.sampled_from([b"\n", b"\r\n"]), st.lists(st.integers(1, 40), max_size=20))
def test_the_chunks_of_a_file_do_not_matter(lines: list[bytes], ending: bytes, sizes: list[int]) -> None:
    file = ending.join(lines)
    pieces = list[bytes]()
    start = 0
    for size in sizes:
        pieces.append(file[start : start + size])
        start += size
    pieces.append(file[start:])

    whole = check(file, ANYWHERE)
    in_pieces = check(file, ANYWHERE, pieces=pieces)

    assert whole == in_pieces


@given(st.lists(good_lines, min_size=1, max_size=6))
def test_a_file_found_sound_is_created_and_succeeds(lines: list[bytes]) -> None:
    checked, checked_file = check(b"\n".join(lines), ANYWHERE)
    body = body_of(checked_file)

    ids = [json.loads(text).get("custom_id") for text in lines]
    if len(set(filter(None, ids))) == len([one for one in ids if one]):
        assert checked.is_sound, checked.problems
        assert checked.body_bytes == len(body)
        assert all(request.failure is None for request in read_create_body(body, SIMULATED))
    else:
        assert not checked.is_sound


@settings(max_examples=400)
@given(st.lists(odd_lines, min_size=1, max_size=4))
def test_what_the_api_would_refuse_is_refused_before_it_is_sent(lines: list[bytes]) -> None:
    checked, checked_file = check(b"\n".join(lines), ANYWHERE)

    words = refusal_of(body_of(checked_file)) if checked.is_sound else None
    assert words is None


@given(st.lists(odd_lines, min_size=1, max_size=4))
def test_a_create_the_api_refuses_has_a_problem_here(lines: list[bytes]) -> None:
    not_sent = {b"", b"\xef\xbb\xbf"}  # blank lines and the byte order mark are no part of a body
    enveloped = [text for text in lines if text.strip(b" \t\r") not in not_sent and b"\n" not in text]
    body = b'{"requests":[' + b",".join(enveloped) + b"]}"

    checked, _ = check(b"\n".join(enveloped), ANYWHERE)

    bare_only = "custom_id: Field required"
    words = refusal_of(body)
    assert words is None or words.endswith(bare_only) or not checked.is_sound, words


@given(st.lists(good_lines, min_size=1, max_size=4))
def test_a_checked_file_checked_again_is_byte_for_byte_the_same(lines: list[bytes]) -> None:
    _, checked_file = check(b"\n".join(lines), ANYWHERE)

    assert check(checked_file, ANYWHERE)[1] == checked_file
