"""Checked files: split for a sample, selected for a retry, sampled for an estimate."""

import json
import random
from pathlib import Path

import pytest

from bot.api.errors import RequestsUnreadable
from bot.requests.request_files import (
    SplitCounts,
    find_refused_id,
    read_requests,
    sample_params,
    select_requests,
    split_sample,
    write_whole,
)
from tests.requests.request_lines import GOOD, check, line


@pytest.fixture
def checked_file(tmp_path: Path) -> Path:
    """Write a hundred requests, every tenth for another model."""
    path = tmp_path / "checked"
    models = ["claude-opus-5" if number % 10 == 0 else "claude-haiku-4-5" for number in range(100)]
    file = b"".join(line(f"r{number}", GOOD | {"model": model}) for number, model in enumerate(models))
    path.write_bytes(check(file)[1])
    return path


def test_a_sample_and_the_rest_hold_every_request_once_and_unchanged(checked_file: Path, tmp_path: Path) -> None:
    sample = tmp_path / "sample"
    rest = tmp_path / "rest"

    counts = split_sample(checked_file, 10, sample, rest, random.Random(1))

    parts = [list(read_requests(sample)), list(read_requests(rest))]
    whole = list(read_requests(checked_file))
    assert counts == SplitCounts(10, 90)
    assert [len(part) for part in parts] == [10, 90]
    assert sorted(parts[0] + parts[1]) == sorted(whole)
    assert [one for one in whole if one in parts[1]] == parts[1]


def test_chance_decides_which_requests_go_first(checked_file: Path, tmp_path: Path) -> None:
    picked = []
    for seed in (1, 2):
        split_sample(checked_file, 10, tmp_path / "sample", tmp_path / "rest", random.Random(seed))
        picked.append((tmp_path / "sample").read_bytes())

    assert picked[0] != picked[1]


def test_more_than_there_are_leaves_an_empty_rest(checked_file: Path, tmp_path: Path) -> None:
    counts = split_sample(checked_file, 500, tmp_path / "sample", tmp_path / "rest", random.Random(1))

    assert counts == SplitCounts(100, 0)
    assert (tmp_path / "rest").read_bytes() == b""


def test_requests_are_selected_by_their_custom_ids(checked_file: Path, tmp_path: Path) -> None:
    counts = select_requests(checked_file, {"r7", "r70", "r99", "unknown"}, tmp_path / "child")

    found = [json.loads(text)["custom_id"] for text in read_requests(tmp_path / "child")]
    assert (counts.chosen, found) == (3, ["r7", "r70", "r99"])


@pytest.mark.parametrize("numbers", [range(0), range(100), range(0, 100, 7)])
def test_what_was_not_selected_is_what_is_left(numbers: range, checked_file: Path, tmp_path: Path) -> None:
    names = {f"r{number}" for number in numbers}
    others = {f"r{number}" for number in range(100)} - names

    chosen = select_requests(checked_file, names, tmp_path / "child")
    left = select_requests(checked_file, others, tmp_path / "others")

    assert (chosen.chosen, chosen.rest) == (left.rest, left.chosen) == (len(numbers), 100 - len(numbers))
    both = [*read_requests(tmp_path / "child"), *read_requests(tmp_path / "others")]
    assert sorted(both) == sorted(read_requests(checked_file))


def test_every_model_gets_its_own_sample(checked_file: Path) -> None:
    models = {"claude-haiku-4-5": 90, "claude-opus-5": 10}

    samples = sample_params(checked_file, models, 4, random.Random(1))

    assert {model: len(several) for model, several in samples.items()} == {"claude-haiku-4-5": 4, "claude-opus-5": 4}
    assert all(one["model"] == model for model, several in samples.items() for one in several)


def test_the_request_that_the_api_names_is_found(checked_file: Path) -> None:
    assert find_refused_id(checked_file, "requests.17.params: Field required") == "r17"


@pytest.mark.parametrize("message", ["requests: Field required", "requests.100.params: x", "Overloaded", ""])
def test_a_message_that_names_no_request_finds_none(message: str, checked_file: Path) -> None:
    assert find_refused_id(checked_file, message) is None


def test_a_missing_checked_file_is_reported(tmp_path: Path) -> None:
    with pytest.raises(RequestsUnreadable):
        split_sample(tmp_path / "gone", 1, tmp_path / "a", tmp_path / "b", random.Random(1))

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("durable", [True, False])
def test_a_file_appears_whole_or_not_at_all(durable: bool, tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"before")

    def write_half() -> None:
        with write_whole(path, durable=durable) as file:
            file.write(b"half")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        write_half()

    assert path.read_bytes() == b"before"
    assert list(tmp_path.iterdir()) == [path]
