"""Files that are no JSON Lines of requests: what they are instead, or which character of a line is wrong."""

import json
from typing import Any

import pytest

from bot.requests.file_kinds import ForeignFileKind, identify_foreign_file
from bot.requests.problems import ProblemKind
from tests.requests.request_lines import GOOD, check, line

P = ProblemKind
GOOD_LINE = line("a").rstrip()


def written(request: object, **options: Any) -> bytes:
    return json.dumps(request, **options).encode()


@pytest.mark.parametrize(
    ("text", "kind", "column"),
    [
        (b'{"custom_id": "x", "params": {"temperature": NaN}}', P.NOT_A_NUMBER, 46),
        (b'{"custom_id": "NaN", "params": {"top_p": -Infinity}}', P.NOT_A_NUMBER, 42),
        (b'{"custom_id": "\\ud83d", "params": {}}', P.HALF_SURROGATE, 16),
        (b'{"custom_id": "\\ud83d\\ude00 \\ude00", "params": {}}', P.HALF_SURROGATE, 29),
        (b'{"custom_id": "\\\\ud83d \\uD83D", "params": {}}', P.HALF_SURROGATE, 24),
        (b"\xef\xbb\xbf" + GOOD_LINE, P.BYTE_ORDER_MARK, 1),
        (b"\x1e" + GOOD_LINE, P.RECORD_SEPARATOR, 1),
        (GOOD_LINE + b",", P.TRAILING_COMMA, len(GOOD_LINE) + 1),
        (b'{"custom_id": "x", "params": {"stop_sequences": ["a",]}}', P.TRAILING_COMMA, 53),
        (b'{"custom_id": "x", "params": {},}', P.TRAILING_COMMA, 32),
        (GOOD_LINE + b"  " + GOOD_LINE, P.SEVERAL_ON_LINE, len(GOOD_LINE) + 3),
        (GOOD_LINE + b", " + GOOD_LINE, P.SEVERAL_ON_LINE, len(GOOD_LINE) + 1),
        (GOOD_LINE + b"\r" + GOOD_LINE, P.CR_LINE_ENDS, len(GOOD_LINE) + 2),
        (b"// from the export", P.COMMENT, 1),
        (b"# from the export", P.COMMENT, 1),
        (b'{"custom_id": "x", /* why */ "params": {}}', P.COMMENT, 20),
        (GOOD_LINE + b" # the second", P.COMMENT, len(GOOD_LINE) + 2),
        (str({"custom_id": "x", "params": {}}).encode(), P.OTHER_QUOTES, 2),
        ("{“custom_id”: “x”}".encode(), P.OTHER_QUOTES, 2),
        (b'{"custom_id": "x", "params": {"stream": False}}', P.PYTHON_WORD, 41),
        (b'{"custom_id": "x", "params": None}', P.PYTHON_WORD, 30),
        (b'{"custom_id": "a\tb", "params": {}}', P.CONTROL_CHARACTER, 17),
        (b'{"custom_id": "x", "params": {', P.UNFINISHED_LINE, 30),
        (b'{"custom_id": "x", "par', P.UNFINISHED_LINE, 23),
        (b'{"custom_id": "x\\u00', P.UNFINISHED_LINE, 20),
        (b'{"custom_id": "x", "params": tr', P.UNFINISHED_LINE, 31),
        (b'{"custom_id" "x"}', P.NOT_JSON, 14),
        (b'{custom_id: "x"}', P.NOT_JSON, 2),
        (b'{"custom_id": "\\x41"}', P.NOT_JSON, 16),
        (b'{"custom_id": 01}', P.NOT_JSON, 16),
        (b"request number one", P.NOT_JSON, 1),
        (b'{"custom_id": "caf\xe9"}', P.NOT_UTF8, 19),
    ],
)
def test_a_line_that_is_no_json_comes_with_the_reason_and_the_column(
    text: bytes, kind: ProblemKind, column: int
) -> None:
    checked, _ = check(line("before") + b"  " + text + b"\n" + line("after"))

    assert [(one.kind, one.line, one.column) for one in checked.problems] == [(kind, 2, column + 2)]


@pytest.mark.parametrize(
    "text",
    [b'{"a": NaN}', b'{"a": 1,}', GOOD_LINE + b",", b"{'a': 1}", GOOD_LINE + GOOD_LINE, b'{"a": "\\ud800"}', b"x"],
)
def test_only_a_request_that_ends_too_early_is_cut_off(text: bytes) -> None:
    whole, _ = check(line("a") + text)
    cut, _ = check(line("a") + GOOD_LINE[:-9])

    assert [one.kind for one in cut.problems] == [P.CUT_OFF]
    assert whole.problems[0].kind not in (P.CUT_OFF, P.UNFINISHED_LINE)


def test_every_beginning_of_a_request_is_cut_off_at_the_end_of_the_file() -> None:
    text = written({"custom_id": "é\u2028", "params": GOOD | {"top_k": -1, "stream": False, "x": None, "y": [{}]}})

    kinds = {check(line("a") + text[:end])[0].problems[0].kind for end in range(2, len(text)) if text[end - 1] < 128}

    assert kinds == {P.CUT_OFF}


@pytest.mark.parametrize(
    ("request_line", "kind"),
    [
        ({"custom_id": "a", "method": "POST", "url": "/v1/responses", "body": {"model": "gpt-5"}}, P.OPENAI_LINE),
        ({"custom_id": "a", "body": {"model": "mistral-small"}}, P.OPENAI_LINE),
        ({"recordId": "1", "modelInput": {"max_tokens": 9, "messages": []}}, P.BEDROCK_LINE),
        ({"custom_id": "a", "request": {"messages": [], "anthropic_version": "vertex-2023-10-16"}}, P.VERTEX_LINE),
        ({"key": "a", "request": {"contents": []}}, P.VERTEX_LINE),
        ({"custom_id": "a", "result": {"type": "succeeded"}}, P.RESULT_LINE),
        ({"id": "b", "custom_id": "a", "response": {"status_code": 200}, "error": None}, P.RESULT_LINE),
        ({"note": "mine", "requests": [{"custom_id": "a", "params": GOOD}]}, P.CREATE_BODY_LINE),
    ],
)
def test_lines_of_another_form_are_one_problem(request_line: dict[str, Any], kind: ProblemKind) -> None:
    checked, _ = check(b"\n".join([written(request_line)] * 30))

    assert [(group.first[0].kind, group.count) for group in checked.groups] == [(kind, 30)]
    assert checked.problem_count == 30


@pytest.mark.parametrize(
    ("file", "kind"),
    [
        (b"\n".join([written({"custom_id": "a", "params": GOOD}, indent=2)] * 2), ForeignFileKind.PRETTY_PRINTED),
        (written({"custom_id": "a", "params": GOOD}).replace(b', "', b',\r\n\t"'), ForeignFileKind.PRETTY_PRINTED),
        (line("a").replace(b"\n", b"\r") * 3, ForeignFileKind.CR_LINE_ENDS),
        (line("a").rstrip() * 3, ForeignFileKind.NO_LINE_ENDS),
        (line("a").rstrip() + b" " + line("b").rstrip(), ForeignFileKind.NO_LINE_ENDS),
        (b"custom_id,prompt\n1,Hello\n", ForeignFileKind.CSV),
        (b'"id";"prompt text"\r\n"1";"Hello"\r\n', ForeignFileKind.CSV),
        (b"id\tprompt\n1\tHello\n", ForeignFileKind.CSV),
        (line("a"), None),
        (line("a") + b"\r\n" + line("b"), None),
        (line("a").rstrip().replace(b', "', b',\r"'), None),
        (line("a", params=GOOD | {"tools": [{"params": 1}, {"custom_id": 1}]}).rstrip(), None),
        (line("a", params=GOOD | {"system": '}{"custom_id": 1} a,b\n"x'}), None),
        (b"", None),
        (b"hello", None),
    ],
)
def test_a_file_of_another_form_is_recognized_by_its_beginning(file: bytes, kind: ForeignFileKind | None) -> None:
    assert identify_foreign_file(file[:4096]) is kind


def test_a_repeated_problem_is_one_group_with_its_first_five_places() -> None:
    hot = GOOD | {"temperature": 7}
    file = b"".join(line(f"r{number}", hot) for number in range(40)) + line("one", GOOD | {"max_tokens": 0})

    checked, _ = check(file)

    assert [(group.count, [one.line for one in group.first]) for group in checked.groups] == [
        (40, [1, 2, 3, 4, 5]),
        (1, [41]),
    ]
    assert checked.list_groups() == checked.groups


def test_the_same_problem_at_several_places_of_an_array_is_one_group() -> None:
    texts = [{"type": "text", "text": text} for text in ("a", "", "b", "")]

    checked, _ = check(line(params=GOOD | {"messages": [{"role": "user", "content": texts}]}))

    assert [[one.place for one in group.first] for group in checked.groups] == [
        ["params.messages.0.content.1.text", "params.messages.0.content.3.text"]
    ]


def test_groups_are_bounded_and_every_problem_is_counted() -> None:
    file = b"".join(line(f"r{number}", GOOD | {"metadata": {f"key{number}": 1}}) for number in range(300))

    checked, _ = check(file)

    assert len(checked.groups) == 200
    assert checked.problem_count == 300
