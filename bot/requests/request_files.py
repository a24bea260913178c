r"""Spools: checked requests on disk, one a line as it will be sent; divided for a canary, selected for a retry.

A spool is what `check_requests` writes, and nothing else: each line is `{"custom_id":"…","params":…}` and b"\n". All
functions here read and write the disk while they run: give them a thread.
"""

import json
import os
import random
import re
from collections import Counter
from collections.abc import Callable, Container, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO

import msgspec
from msgspec import Struct

from bot.api.errors import RequestsUnreadable
from bot.requests.lines import read_custom_id


class SplitCounts(Struct, frozen=True):
    """How many requests went into which part."""

    chosen: int
    rest: int


def split_sample(spool: Path, count: int, sample: Path, rest: Path, chance: random.Random) -> SplitCounts:
    """Write `count` requests picked by `chance` to `sample` and all others to `rest`, each in the old order.

    Each request is in one of the two, and in one only. A part without requests is written too, empty.

    Raises:
        RequestsUnreadable: the spool is not there.
    """
    total = sum(1 for _ in read_requests(spool))
    picked = set(chance.sample(range(total), min(count, total)))
    ordinals = iter(range(total))
    return _divide(spool, lambda _: next(ordinals) in picked, sample, rest)


def select_requests(spool: Path, custom_ids: Container[str], into: Path) -> SplitCounts:
    """Write the requests with these `custom_id`s to `into`, in the old order; `chosen` tells how many were found.

    Raises:
        RequestsUnreadable: the spool is not there.
    """
    return _divide(spool, lambda line: read_custom_id(line) in custom_ids, into, None)


def sample_params(
    spool: Path, models: Mapping[str, int], each: int, chance: random.Random
) -> dict[str, list[dict[str, Any]]]:
    """The params of up to `each` requests picked by `chance` of every model named, with how many requests it has.

    Raises:
        RequestsUnreadable: the spool is not there.
    """
    picked = {model: set(chance.sample(range(total), min(each, total))) for model, total in models.items()}
    seen = dict.fromkeys(models, 0)
    found: dict[str, list[dict[str, Any]]] = {model: [] for model in models}
    for line in read_requests(spool):
        model = _MODEL.decode(line).params.model
        if (ordinal := seen.get(model)) is None:
            continue
        seen[model] = ordinal + 1
        if ordinal in picked[model]:
            found[model].append(json.loads(line)["params"])  # which minds no number that is too large for a float
    return found


def count_by_model(spool: Path) -> Counter[str]:
    """How many requests each model has.

    Raises:
        RequestsUnreadable: the spool is not there.
    """
    return Counter(_MODEL.decode(line).params.model for line in read_requests(spool))


def find_refused_id(spool: Path, message: str) -> str | None:
    """The `custom_id` of the request that the API's words against a create name by its place ("requests.17.params: …").

    None where they name none: the wording is the API's own, and changes.

    Raises:
        RequestsUnreadable: the spool is not there.
    """
    named = _PLACE.match(message)
    line = next(islice(read_requests(spool), int(named["place"]), None), None) if named else None
    return read_custom_id(line) if line else None


def read_requests(spool: Path) -> Iterator[bytes]:
    """The lines, each with its newline.

    Raises:
        RequestsUnreadable: the spool is not there.
    """
    try:
        with spool.open("rb") as file:
            yield from file
    except OSError as error:
        raise RequestsUnreadable(spool, error.strerror or type(error).__name__) from error


@contextmanager
def write_whole(path: Path, *, durable: bool = False) -> Iterator[BinaryIO]:
    """A file to write, readable by this user only, that stands at `path` when all of it was written, and not before.

    A `durable` one is on the disk by then, which takes a while, and outlives a loss of power.
    """
    part = path.with_name(f"{path.name}.part")
    try:
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            yield file
            if durable:
                file.flush()
                os.fsync(file.fileno())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


_PLACE = re.compile(r"requests\.(?P<place>\d{1,6})\b")


class _Modelled(msgspec.Struct):
    model: str


class _Line(msgspec.Struct):
    params: _Modelled


_MODEL = msgspec.json.Decoder(_Line)


def _divide(spool: Path, is_chosen: Callable[[bytes], bool], chosen: Path, rest: Path | None) -> SplitCounts:
    counts = [0, 0]
    with ExitStack() as stack:
        # The rest stands before the chosen ones do: whoever finds the latter after a crash finds both.
        outputs = [stack.enter_context(write_whole(path)) if path else None for path in (chosen, rest)]
        for line in read_requests(spool):
            part = 0 if is_chosen(line) else 1
            counts[part] += 1
            if (output := outputs[part]) is not None:
                output.write(line)
    return SplitCounts(*counts)
