"""A file that is too large for one batch is planned as several, and no custom_id is in two of them."""

import json

import pytest

from bot.api.body_size import measure_body
from bot.requests.check import CheckReport, Limits
from bot.requests.id_lines import MOST_IN_DICT, IdLines
from bot.requests.problems import ProblemKind
from tests.requests.request_lines import GOOD, check, line


def make_file(count: int) -> bytes:
    return b"".join(line(f"r-{number}", GOOD | {"max_tokens": number % 3 + 1}) for number in range(count))


def cut_file(checked: bytes, report: CheckReport) -> list[list[str]]:
    """Return the custom_ids in each part of a checked file."""
    parts = []
    for part in report.parts:
        lines, checked = checked[: part.size], checked[part.size :]
        parts.append([json.loads(one)["custom_id"] for one in lines.splitlines()])
    assert checked == b""
    return parts


@pytest.mark.parametrize("count", [7, 8, 9])
def test_a_part_has_at_most_as_many_requests_as_a_batch(count: int) -> None:
    report, checked = check(make_file(count), limits=Limits(requests=3))

    ids = [f"r-{number}" for number in range(count)]
    assert report.is_sound
    assert cut_file(checked, report) == [ids[:3], ids[3:6], ids[6:]]
    assert [part.requests for part in report.parts] == [3, 3, count - 6]


def test_a_part_has_at_most_as_many_bytes_as_a_create_body() -> None:
    _, checked = check(make_file(1))
    most = measure_body(2, 2 * (len(checked) - 1))

    fitting, _ = check(make_file(4), limits=Limits(body_bytes=most))
    closer, _ = check(make_file(4), limits=Limits(body_bytes=most - 1))

    assert [part.requests for part in fitting.parts] == [2, 2]
    assert [part.requests for part in closer.parts] == [1, 1, 1, 1]


def test_the_parts_have_the_sizes_of_the_whole() -> None:
    whole, _ = check(make_file(8))
    parted, _ = check(make_file(8), limits=Limits(requests=3))

    assert whole.parts == ()
    assert parted.sizes == whole.sizes
    assert [part.sizes.count_by_model() for part in parted.parts] == [{"claude-haiku-4-5": n} for n in (3, 3, 2)]


def test_a_file_with_a_problem_has_no_parts_and_an_id_is_found_twice_across_them() -> None:
    report, _ = check(make_file(8) + line("r-1"), limits=Limits(requests=3))

    [problem] = report.problems
    assert report.parts == ()
    assert (problem.kind, problem.line, problem.first_line) == (ProblemKind.CUSTOM_ID_TWICE, 9, 2)


def test_the_line_of_each_of_many_ids_is_known() -> None:
    lines = IdLines()

    count = MOST_IN_DICT + 100_000
    added = [lines.add(f"id-{number}", number) for number in range(count)]
    again = [lines.add(f"id-{number}", 0) for number in range(count)]

    assert added == [None] * count
    assert again == [*range(count)]
