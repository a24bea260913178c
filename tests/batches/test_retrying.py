"""Which requests are worth sending again, and the results of a whole family of batches."""

import json
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from bot.batches.causes import CauseKey
from bot.batches.retrying import Failures, Family

OUTCOMES: dict[str, dict[str, Any]] = {
    "succeeded": {
        "type": "succeeded",
        "message": {"model": "m", "content": [], "usage": {"input_tokens": 1, "output_tokens": 1}},
    },
    "expired": {"type": "expired"},
    "canceled": {"type": "canceled"},
}


def errored(kind: str, message: str = "text") -> dict[str, Any]:
    error = {"type": "error", "error": {"type": kind, "message": message}, "request_id": None}
    return {"type": "errored", "error": error}


def result(custom_id: str, outcome: str, note: str = "") -> bytes:
    value = OUTCOMES.get(outcome) or errored(outcome)
    return json.dumps({"custom_id": custom_id, "result": value, "note": note}).encode() + b"\n"


def failures_in(results: bytes, piece: int = 10_000) -> Failures:
    failures = Failures()
    for start in range(0, len(results), piece):
        failures.feed(results[start : start + piece])
    failures.finish()
    return failures


MIXED = b"".join(
    [
        result("fine", "succeeded"),
        result("busy", "overloaded_error"),
        result("crashed", "api_error"),
        result("slow", "timeout_error"),
        result("late", "expired"),
        result("stopped", "canceled"),
        result("wrong", "invalid_request_error"),
        result("misspelt", "not_found_error"),
        result("strange", "brand_new_error"),
    ]
)


def test_what_may_well_succeed_is_chosen_and_nothing_else() -> None:
    failures = failures_in(MIXED)

    assert failures.chosen() == {"busy", "crashed", "slow", "late", "stopped"}
    assert failures.succeeded == 1


def test_permanent_causes_are_counted_and_named() -> None:
    failures = failures_in(MIXED + result("wrong2", "invalid_request_error"))

    named = [(cause.type, cause.count, cause.samples) for cause in failures.permanent]
    assert named[0] == ("invalid_request_error", 2, ("wrong", "wrong2"))
    assert {kind for kind, _, _ in named} == {"invalid_request_error", "not_found_error", "brand_new_error"}
    assert {cause.type for cause in failures.retryable} == {
        "overloaded_error",
        "api_error",
        "timeout_error",
        "expired",
        "canceled",
    }


def test_a_permanent_cause_is_included_by_choice() -> None:
    failures = failures_in(MIXED)
    key = CauseKey("invalid_request_error", "text")

    assert failures.chosen(also=[key]) == failures.chosen() | {"wrong"}
    assert failures.chosen_only(key) == {"wrong"}


def test_an_error_that_cannot_be_read_is_not_retried_by_itself() -> None:
    odd = b'{"custom_id":"odd","result":{"type":"errored","error":7}}\n'

    failures = failures_in(odd + b"not json\n")

    assert failures.chosen() == frozenset()
    assert [(cause.type, cause.count) for cause in failures.permanent] == [("", 1)]
    assert failures.unreadable == 1


def test_more_causes_than_can_be_kept_apart_are_counted_together() -> None:
    words = b"".join(
        json.dumps({"custom_id": f"r{number}", "result": errored(f"kind_{'x' * number}")}).encode() + b"\n"
        for number in range(1_010)
    )

    failures = failures_in(words + result("late", "expired"))

    assert sum(cause.count for cause in failures.permanent) == 1_010
    assert failures.permanent[0].type == ""
    assert failures.chosen() == {"late"}


@given(st.integers(1, 200))
def test_the_pieces_results_come_in_do_not_matter(piece: int) -> None:
    assert failures_in(MIXED, piece).chosen() == failures_in(MIXED).chosen()


def family_of(folder: Path, *files: bytes) -> Family:
    family = Family()
    for number, file in enumerate(files):
        path = folder / f"{number}.jsonl"
        path.write_bytes(file)
        family.add(path)
    return family


def test_the_last_success_wins(tmp_path: Path) -> None:
    parent = result("a", "succeeded", "parent") + result("b", "overloaded_error", "parent")
    child = result("b", "succeeded", "child") + result("a", "succeeded", "child")

    family = family_of(tmp_path, parent, child)

    assert b"".join(family.lines()) == child
    assert (family.requests, family.succeeded) == (2, 2)


def test_a_success_is_not_lost_to_a_later_failure(tmp_path: Path) -> None:
    parent = result("a", "succeeded")

    family = family_of(tmp_path, parent, result("a", "overloaded_error"))

    assert b"".join(family.lines()) == parent


def test_without_a_success_the_last_outcome_stands(tmp_path: Path) -> None:
    family = family_of(tmp_path, result("a", "api_error"), result("a", "expired"), result("a", "canceled"))

    assert [json.loads(line)["result"]["type"] for line in family.lines()] == ["canceled"]
    assert (family.requests, family.succeeded) == (1, 0)


def test_lines_come_through_byte_for_byte(tmp_path: Path) -> None:
    text = '{"custom_id": "a",  "result": {"type":"expired"}, "note": "\u2028é"}'.encode()

    family = family_of(tmp_path, text + b"\r\n\n" + result("b", "expired").rstrip(b"\n"), b"broken\n")

    assert list(family.lines()) == [text + b"\n", result("b", "expired")]
    assert family.unreadable == 1


@given(
    st.lists(
        st.lists(st.tuples(st.sampled_from("abcde"), st.sampled_from([*OUTCOMES, "api_error"])), max_size=6), max_size=4
    )
)
def test_every_custom_id_comes_once_and_succeeds_if_it_ever_did(batches: list[list[tuple[str, str]]]) -> None:
    outcomes = [pair for batch in batches for pair in batch]
    files = [b"".join(result(*pair) for pair in batch) for batch in batches]
    with tempfile.TemporaryDirectory() as folder:
        merged = [json.loads(line) for line in family_of(Path(folder), *files).lines()]

    found = {line["custom_id"]: line["result"]["type"] for line in merged}
    assert len(found) == len(merged)
    assert found.keys() == {custom_id for custom_id, _ in outcomes}
    assert {one for one, kind in found.items() if kind == "succeeded"} == {
        one for one, kind in outcomes if kind == "succeeded"
    }
