"""The check of a file of requests: what it accepts, what it refuses, and what it reports."""

import json
from typing import Any

import pytest

from bot.requests.check import CheckReport
from bot.requests.problems import MAX_PROBLEMS, Problem, ProblemKind
from tests.requests.request_lines import CATALOG, GOOD, check, line


def only_problem(checked: CheckReport) -> Problem:
    assert len(checked.problems) == sum(checked.totals.values()) == 1, checked.problems
    return checked.problems[0]


def test_a_good_file_is_written_as_it_will_be_sent() -> None:
    checked, checked_file = check(line("a") + line("b"))

    body = json.dumps({"requests": [{"custom_id": "a", "params": GOOD}, {"custom_id": "b", "params": GOOD}]})
    assert checked.is_sound
    assert checked.requests == 2
    assert json.loads(b'{"requests":[' + b",".join(checked_file.splitlines()) + b"]}") == json.loads(body)
    assert checked.body_bytes == len(b'{"requests":[' + b",".join(checked_file.splitlines()) + b"]}")


def test_params_are_sent_byte_for_byte_as_they_stand_in_the_file() -> None:
    params = '{ "model":"claude-opus-5",\t"max_tokens":1e1, "messages":[{"role":"user","content":"\\u00e9\u2028é"}]}'
    params = params.replace("1e1", "10")
    file = f'{{"params": {params} , "custom_id" : "x"}}\r\n'.encode()

    _, checked_file = check(file)

    assert checked_file == b'{"custom_id":"x","params":' + params.encode() + b"}\n"


def test_a_checked_file_checked_again_is_the_same() -> None:
    _, checked_file = check(line("a") + json.dumps(GOOD).encode())

    _, again = check(checked_file)

    assert again == checked_file


def test_a_bare_params_object_is_named_by_its_line() -> None:
    bare = json.dumps(GOOD).encode()

    checked, checked_file = check(b"\n" + bare + b"\n\n" + bare)

    assert checked.is_sound
    assert [json.loads(text)["custom_id"] for text in checked_file.splitlines()] == ["line-000002", "line-000004"]


def test_a_generated_name_that_is_taken_names_both_lines() -> None:
    checked, _ = check(line("line-000002") + json.dumps(GOOD).encode())

    problem = only_problem(checked)
    assert (problem.kind, problem.line, problem.first_line) == (ProblemKind.CUSTOM_ID_TWICE, 2, 1)


def test_a_custom_id_at_both_ends_of_the_file_names_both_lines() -> None:
    middle = b"".join(line(f"m{number}") for number in range(500))

    checked, checked_file = check(line("same") + middle + line("same"))

    problem = only_problem(checked)
    assert (problem.kind, problem.first_line, problem.line, problem.value) == (
        ProblemKind.CUSTOM_ID_TWICE,
        1,
        502,
        "same",
    )
    assert checked_file.count(b"\n") == 501


@pytest.mark.parametrize(
    "decorate",
    [
        lambda file: b"\xef\xbb\xbf" + file,
        lambda file: file.replace(b"\n", b"\r\n"),
        lambda file: file.rstrip(b"\n"),
        lambda file: b"\n \t\r\n" + file + b"\n\n",
    ],
    ids=["BOM", "CRLF", "no last newline", "blank lines"],
)
def test_what_editors_do_to_a_file_does_not_matter(decorate: Any) -> None:
    plain = line("a") + line("b")

    checked, checked_file = check(decorate(plain))

    assert checked.is_sound
    assert checked_file == check(plain)[1]


@pytest.mark.parametrize("file", [b"", b"\xef\xbb\xbf", b"\n\r\n  \n"])
def test_an_empty_file_is_reported_as_empty(file: bytes) -> None:
    checked, _ = check(file)

    assert only_problem(checked) == Problem(ProblemKind.NO_REQUESTS)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (b"hello", ProblemKind.NOT_JSON),
        (b'{"custom_id": "a", "params": {}', ProblemKind.UNFINISHED_LINE),
        (line()[:-1] + b"," + line(), ProblemKind.SEVERAL_ON_LINE),
        (b'{"custom_id": NaN}', ProblemKind.NOT_A_NUMBER),
        (b'{"custom_id": "\\ud83d"}', ProblemKind.HALF_SURROGATE),
        (b'{"custom_id": "' + b"\xff" + b'"}', ProblemKind.NOT_UTF8),
        (b'{"custom_id": "a\0"}', ProblemKind.NUL_BYTE),
        (b"[" * 200_000, ProblemKind.TOO_DEEP),
        (b'{"a":' * 101 + b"1" + b"}" * 101, ProblemKind.TOO_DEEP),
        (b'{"params": {"model": "a", "model": "b"}, "custom_id": "a"}', ProblemKind.DUPLICATE_KEY),
        (b'{"custom_id": "a", "custom_id": "a"}', ProblemKind.DUPLICATE_KEY),
        (b"7", ProblemKind.WRONG_TYPE),
        (b'"text"', ProblemKind.WRONG_TYPE),
        (b"[]", ProblemKind.WRONG_TYPE),
    ],
)
def test_a_line_that_is_no_request_is_named(text: bytes, kind: ProblemKind) -> None:
    checked, checked_file = check(line("before") + text + b"\n" + line("after"))

    problem = only_problem(checked)
    assert (problem.kind, problem.line) == (kind, 2)
    assert len(problem.value) <= 80
    assert checked_file == check(line("before"))[1]
    assert checked.requests == 3


def test_half_a_request_at_the_end_is_reported_as_cut_off() -> None:
    checked, _ = check(line("a") + line("b")[:40])

    problem = only_problem(checked)
    assert (problem.kind, problem.line) == (ProblemKind.CUT_OFF, 2)


def test_realistic_nesting_is_accepted() -> None:
    schema: dict[str, Any] = {"type": "string"}
    for _ in range(40):
        schema = {"type": "object", "properties": {"inner": schema}}

    checked, _ = check(line(params=GOOD | {"tools": [{"name": "t", "input_schema": schema}]}))

    assert checked.is_sound


def test_half_a_pair_is_found_beside_a_number_that_is_too_large() -> None:
    text = line(params={**GOOD, "system": "?", "metadata": "!"}).replace(b"?", rb"\ud83d").replace(b'"!"', b"1e999")

    assert only_problem(check(text)[0]).kind is ProblemKind.HALF_SURROGATE


def test_an_emoji_as_two_escapes_is_no_half_pair() -> None:
    said = GOOD | {"messages": [{"role": "user", "content": "\N{GRINNING FACE}"}]}

    checked, _ = check(line(params=said))

    assert checked.is_sound


@pytest.mark.parametrize(
    ("request_line", "expected"),
    [
        ({"params": GOOD}, (ProblemKind.MISSING_KEY, "custom_id", "")),
        ({"custom_id": "a"}, (ProblemKind.MISSING_KEY, "params", "")),
        ({"custom_id": "a", "params": []}, (ProblemKind.WRONG_TYPE, "params", "[]")),
        ({"custom_id": "a", "params": None}, (ProblemKind.WRONG_TYPE, "params", "null")),
        ({"custom_id": 7, "params": GOOD}, (ProblemKind.WRONG_TYPE, "custom_id", "7")),
        ({"custom_id": "", "params": GOOD}, (ProblemKind.EMPTY, "custom_id", "")),
        ({"custom_id": "a b", "params": GOOD}, (ProblemKind.CUSTOM_ID_CHARACTERS, "custom_id", "a b")),
        ({"custom_id": "é", "params": GOOD}, (ProblemKind.CUSTOM_ID_CHARACTERS, "custom_id", "é")),
        ({"custom_id": "a\n", "params": GOOD}, (ProblemKind.CUSTOM_ID_CHARACTERS, "custom_id", "a\ufffd")),
        ({"custom_id": "x" * 65, "params": GOOD}, (ProblemKind.CUSTOM_ID_TOO_LONG, "custom_id", "x" * 65)),
        ({"custom_id": "a", "params": GOOD, "method": "POST"}, (ProblemKind.UNKNOWN_KEY, "method", "")),
    ],
)
def test_a_faulty_envelope_is_reported_with_its_place_and_value(
    request_line: dict[str, Any], expected: tuple[ProblemKind, str, str]
) -> None:
    checked, _ = check(json.dumps(request_line).encode())

    problem = only_problem(checked)
    assert (problem.kind, problem.place, problem.value) == expected


def test_so_many_problems_are_kept_and_all_are_counted() -> None:
    checked, _ = check(b"x\n" * (MAX_PROBLEMS + 30) + line("a b") + line("fine"))

    assert [problem.line for problem in checked.problems] == list(range(1, MAX_PROBLEMS + 1))
    assert checked.totals == {ProblemKind.NOT_JSON: MAX_PROBLEMS + 30, ProblemKind.CUSTOM_ID_CHARACTERS: 1}
    assert checked.requests == MAX_PROBLEMS + 32


def test_lengths_are_added_up_by_model() -> None:
    other = GOOD | {"model": "claude-opus-5", "system": "Be brief.", "max_tokens": 100}

    checked, _ = check(line("a") + line("b") + line("c", other))

    groups = {kind.model: group for kind, group in checked.sizes.list_groups()}
    assert checked.sizes.count_by_model() == {"claude-haiku-4-5": 2, "claude-opus-5": 1}
    assert groups["claude-haiku-4-5"].max_tokens == 128
    extra = groups["claude-opus-5"].characters - groups["claude-haiku-4-5"].characters // 2
    assert extra == len("Be brief.")


def test_the_catalog_knows_the_names_a_file_may_use() -> None:
    names = ("claude-haiku-4-5-20251001", "claude-haiku-4-5", "claude-haiku-4-5-latest")

    found = {model.id for name in names if (model := CATALOG.find(name))}

    assert found == {"claude-haiku-4-5-20251001"}
    assert CATALOG.find("claude-haiku-4") is None
