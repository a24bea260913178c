"""The merged results of a family of batches: one unchanged line a request."""

import json
import tracemalloc

from hypothesis import given
from hypothesis import strategies as st

from bot.results.merge import ResultsMerger
from tests.results.result_lines import OUTCOMES, result


def merged(*batches: bytes, piece: int = 10_000) -> tuple[ResultsMerger, bytes]:
    family = ResultsMerger()
    passed = b""
    for results in batches:
        for start in range(0, len(results), piece):
            passed += family.feed(results[start : start + piece])
        passed += family.finish()
    return family, family.select_lines().feed(passed)


def test_the_last_success_wins() -> None:
    parent = result("a", "succeeded", "parent") + result("b", "overloaded_error", "parent")
    child = result("b", "succeeded", "child") + result("a", "succeeded", "child")

    family, lines = merged(parent, child)

    assert lines == child
    assert (family.requests, family.succeeded) == (2, 2)


def test_a_success_is_not_lost_to_a_later_failure() -> None:
    parent = result("a", "succeeded")

    _, lines = merged(parent, result("a", "overloaded_error"))

    assert lines == parent


def test_a_success_whose_message_cannot_be_read_is_one() -> None:
    odd = b'{"custom_id":"a","result":{"type":"succeeded","message":{"usage":null}}}\n'

    family, lines = merged(odd, result("a", "expired"))

    assert (lines, family.succeeded) == (odd, 1)


def test_without_a_success_the_last_outcome_counts() -> None:
    family, lines = merged(result("a", "api_error"), result("a", "expired"), result("a", "canceled"))

    assert lines == result("a", "canceled")
    assert (family.requests, family.succeeded) == (1, 0)


def test_lines_stay_byte_for_byte_the_same() -> None:
    text = '{"custom_id": "a",  "result": {"type":"expired"}, "note": "\u2028é"}\r\n'.encode()

    family, lines = merged(text + b"\n" + result("b", "expired").rstrip(b"\n"), b"broken\n" + result("c", "expired"))

    assert lines == text + result("b", "expired") + result("c", "expired")
    assert family.broken_count == 1


def test_memory_holds_ids_and_no_results() -> None:
    note = "x" * 2_000
    tracemalloc.start()

    family = ResultsMerger()
    for batch in range(2):
        for number in range(5_000):
            family.feed(result(f"r{number}", "succeeded" if batch else "expired", note))
        family.finish()

    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (family.requests, family.succeeded) == (5_000, 5_000)
    assert peak < 2_000_000


@given(
    st.lists(
        st.lists(st.tuples(st.sampled_from("abcde"), st.sampled_from([*OUTCOMES, "api_error"])), max_size=6), max_size=4
    ),
    st.integers(1, 300),
)
def test_every_custom_id_appears_once_and_succeeds_if_it_ever_did(
    batches: list[list[tuple[str, str]]], piece: int
) -> None:
    outcomes = [pair for batch in batches for pair in batch]

    _, lines = merged(*(b"".join(result(*pair) for pair in batch) for batch in batches), piece=piece)

    found = {line["custom_id"]: line["result"]["type"] for line in map(json.loads, lines.splitlines())}
    assert len(found) == len(lines.splitlines())
    assert found.keys() == {custom_id for custom_id, _ in outcomes}
    assert {one for one, kind in found.items() if kind == "succeeded"} == {
        one for one, kind in outcomes if kind == "succeeded"
    }
