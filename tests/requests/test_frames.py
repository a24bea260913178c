"""A line that is recognized by its frame is found to be what a line is that is checked on its own."""

import json
from collections import Counter
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.requests.check import CheckReport
from bot.requests.frames import Frames
from bot.requests.params import ApiConstraints, ParamsChecker
from bot.requests.sizes import RequestSizes
from tests.requests.request_lines import CONSTRAINTS, GOOD, check

TEXT = "TEXT"
TOOL = {"name": "look", "description": "content", "input_schema": {"type": "object", "properties": {"text": {}}}}
BLOCK = {"type": "text", "text": TEXT}
CALL = {"type": "tool_use", "id": "t1", "name": "look", "input": {"text": TEXT}}
IMAGE = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "iVBORw0KGgo="}}


def said(content: object, role: str = "user", **more: object) -> dict[str, object]:
    return {"role": role, "content": content, **more}


PARAMS: list[dict[str, Any]] = [
    GOOD | {"messages": [said(TEXT)]},
    GOOD | {"system": TEXT, "messages": [said(TEXT)]},
    GOOD | {"messages": [said(TEXT), said(TEXT, "assistant"), said(TEXT)], "system": [BLOCK]},
    GOOD | {"messages": [said([BLOCK, BLOCK | {"cache_control": {"type": "ephemeral"}}])], "tools": [TOOL]},
    GOOD | {"messages": [said(TEXT), said(TEXT, "assistant")]},
    GOOD | {"messages": [said(TEXT), said([CALL], "assistant"), said(TEXT)]},
    GOOD | {"messages": [said([IMAGE, BLOCK])], "temperature": 1},
    GOOD | {"messages": [said(TEXT, name=TEXT)], "metadata": {"user_id": TEXT}},
    GOOD | {"model": "claude-opus-5", "messages": [said(TEXT)], "temperature": 0.5},
    GOOD | {"model": "claude-sonnet-4-5", "messages": [said(TEXT)]},
    GOOD | {"model": "claude-new-9", "messages": [said(TEXT)], "unknown": {"content": TEXT}},
    GOOD | {"messages": [said([{"type": "document", "source": {"type": "text", "text": TEXT}}])]},
    {"model": TEXT, "max_tokens": 1, "messages": [said(TEXT)]},
]
RAW_TEXTS = [
    rb"Hello",
    b"end ",
    rb"",
    rb" ",
    rb"\n",
    rb"\u00a0",
    rb"\"",
    rb"\\",
    rb"\\\"}]}",
    rb"\ud83d\ude00",
    rb"\ud83d",
]
RAW_TEXTS += [
    "\N{GRINNING FACE} größer".encode(),
    b"\xff",
    b"\t",
    b"\0",
    b'"',
    b'","role":"user',
    b'"}, {"role": "user"',
]
RAW_TEXTS += [b'"}, {"role": "user"', b'a\\"}], \\"text\\": \\"', b"NaN", b"x" * 300]

texts = st.sampled_from(RAW_TEXTS) | st.text().map(lambda text: json.dumps(text)[1:-1].encode("utf-8", "replace"))
ids = st.text("abcXYZ09_-", min_size=1, max_size=20).map(str.encode) | st.sampled_from(
    [b"", b"a b", b"\\u0061", b"ab" * 33]
)


@st.composite
def raw_line(draw: st.DrawFn, params: dict[str, Any], separators: tuple[str, str]) -> bytes:
    """Draw a line with any texts; some have a few bytes that are gone or repeated."""
    body = json.dumps({"custom_id": "ID", "params": params}, separators=separators).encode()
    first, *rest = body.split(TEXT.encode())
    line = first.replace(b'"ID"', b'"' + draw(ids) + b'"', 1) + b"".join(draw(texts) + piece for piece in rest)
    if draw(st.integers(0, 3)) == 3:
        start, size, again = draw(st.integers(0, len(line))), draw(st.integers(0, 30)), draw(st.sampled_from([0, 2]))
        line = line[:start] + line[start : start + size] * again + line[start + size :]
    return line.replace(b"\n", b"") + draw(st.sampled_from([b"\n", b"\n", b"\r\n"]))


@st.composite
def files(draw: st.DrawFn) -> list[bytes]:
    """Draw the lines of a file, of one or two frames; the first of each is sound."""
    separators = draw(st.sampled_from([(",", ":"), (", ", ": ")]))
    chosen = draw(st.lists(st.sampled_from(PARAMS), min_size=1, max_size=2))
    sound = [
        json.dumps({"custom_id": f"first-{index}", "params": one}, separators=separators).encode() + b"\n"
        for index, one in enumerate(chosen)
    ]
    more = st.sampled_from(chosen).flatmap(lambda params: raw_line(params, separators))
    return sound + draw(st.lists(more, min_size=1, max_size=6))


def list_sizes(sizes: RequestSizes) -> dict[object, object]:
    return {(kind, length): group for (kind, _, length), group in sizes._groups.items()}


def check_alone(lines: list[bytes]) -> tuple[list[CheckReport], bytes]:
    """Check each line on its own, in its place: the first line of a file has no frame."""
    found = [check(b"\n" * index + line) for index, line in enumerate(lines)]
    return [report for report, _ in found], b"".join(checked for _, checked in found)


@settings(max_examples=200)
@given(files())
def test_lines_of_one_frame_are_found_to_be_what_each_is_alone(lines: list[bytes]) -> None:
    report, checked = check(b"".join(lines))

    alone, checked_alone = check_alone(lines)
    sizes = RequestSizes()
    for one in alone:
        sizes.merge(one.sizes)
    twice = [problem for problem in report.problems if problem.first_line]
    assert [problem for problem in report.problems if not problem.first_line] == [
        problem for one in alone for problem in one.problems if problem.line
    ]
    assert Counter(warning.kind for one in alone for warning in one.warnings) == Counter(
        {warning.kind: 0 for warning in report.warnings}
    ) + sum((Counter({warning.kind: warning.lines}) for warning in report.warnings), Counter())
    assert report.requests == sum(one.requests for one in alone)
    assert list_sizes(report.sizes) == list_sizes(sizes)
    if report.is_sound:
        assert checked == checked_alone
    else:
        assert twice or not all(one.is_sound for one in alone)


@given(files())
def test_a_frame_is_known_from_its_second_line_on(lines: list[bytes]) -> None:
    frames = Frames(ParamsChecker(CONSTRAINTS))
    for line in lines:
        frames.learn(line)

    for line in lines:
        found = frames.match(line)
        report, checked = check(line)
        if found is not None:
            assert report.is_sound
            assert checked == b'{"custom_id":"%s","params":%s}\n' % (found.custom_id.encode(), found.raw_params)


def test_most_lines_need_no_other_check_than_of_their_texts() -> None:
    frames = Frames(ParamsChecker(ApiConstraints()))
    unknown = list[int]()
    for number in range(1_000):
        line = json.dumps({"custom_id": f"r{number}", "params": PARAMS[number % 4]}).replace(TEXT, f"text {number}")
        if frames.match(line.encode() + b"\n") is None:
            unknown.append(number)
            frames.learn(line.encode() + b"\n")

    assert max(unknown) < 4 * 60  # by then the system prompt, which differs in each fourth line, counts as a text


def test_a_file_without_frames_is_soon_read_without_looking_for_any() -> None:
    frames = Frames(ParamsChecker(ApiConstraints()))
    lines = [
        json.dumps({"custom_id": "a", "params": PARAMS[0] | {"max_tokens": number + 1}}).encode() + b"\n"
        for number in range(2_000)
    ]
    for line in lines:
        frames.learn(line)

    assert [frames.match(line) for line in lines] == [None] * len(lines)
