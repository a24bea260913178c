r"""Checked files: requests on disk, one a line as it will be sent; split for a sample, or selected for a retry.

`check_requests` writes a checked file: each line is `{"custom_id":"…","params":…}` and b"\n", and nothing else. All
functions here block while they read and write the disk: run them in a thread.
"""

import errno
import hashlib
import json
import os
import random
import re
import stat
from collections import Counter
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO

import msgspec
from msgspec import Struct

from bot.api.errors import RequestsUnreadable
from bot.requests.lines import read_custom_id

# "requests.17.params: …" in the API's message against a create.
# `requests.3.params: …`, `requests: …`: how the API names a place in the body of a create.
_REQUEST_INDEX = re.compile(r"(?<![\w.])requests(?:\.|\[)(?P<index>\d{1,6})\b")
_REQUESTS = re.compile(r"requests:\s")


MAX_SAMPLE_BYTES = 8 * 1024 * 1024
_ATTACHED = (b'"document"', b'"file"', b'"url"')  # what all blocks with an attachment of unknown size contain, and some
_PIECE = 1024 * 1024
PART_SUFFIX = ".part"
"""What the name of a file that is not whole yet ends with."""


class _ModelOnly(Struct):
    model: str


class _ParamsOnly(Struct):
    params: _ModelOnly


_MODEL_DECODER = msgspec.json.Decoder(_ParamsOnly)


class SplitCounts(Struct, frozen=True):
    """How many requests were chosen, and how many were not."""

    chosen: int
    rest: int


class FirstRequest(Struct, frozen=True):
    """The first request of a checked file: its custom_id, and its params as they will be sent."""

    custom_id: str
    params: dict[str, Any]


def read_first_request(checked_file: Path) -> FirstRequest:
    """Return the first request. Raises RequestsUnreadable, OSError."""
    try:
        with checked_file.open("rb") as lines:
            return msgspec.json.decode(lines.readline(), type=FirstRequest)
    except msgspec.DecodeError as error:
        raise RequestsUnreadable(checked_file, str(error)) from error


def split_sample(
    checked_file: Path, count: int, sample: Path, rest: Path, chance: random.Random, digest: str | None = None
) -> SplitCounts:
    """Write `count` randomly chosen requests to `sample` and all others to `rest`, both in the original order.

    Each request is in exactly one of the two. A file without requests is written too, empty.

    `digest`: the SHA-256 that the checked file must have.

    Raises:
        RequestsUnreadable: the checked file is missing, or another one.
        OSError: the disk does not take the files.
    """
    total = sum(1 for _ in read_requests(checked_file))
    chosen = set(chance.sample(range(total), min(count, total)))
    indices = iter(range(total))
    return _split(checked_file, lambda _: next(indices) in chosen, sample, rest, digest)


def select_requests(checked_file: Path, custom_ids: Container[str], target: Path) -> SplitCounts:
    """Write the requests with these `custom_id`s to `target`, in the original order.

    Raises:
        RequestsUnreadable: the checked file is missing.
        OSError: the disk does not take the file.
    """
    return _split(checked_file, lambda line: read_custom_id(line) in custom_ids, target, None)


def sample_params(
    checked_file: Path, totals: Mapping[str, int], each: int, chance: random.Random, *, attached: int = 0
) -> dict[str, list[dict[str, Any]]]:
    """Return, by model, the params of up to `each` randomly chosen requests; `totals` has the requests of each model.

    The first `attached` requests that may refer to documents or images are added. The samples have at most
    `MAX_SAMPLE_BYTES` together; a request that does not fit is left out.

    Raises:
        RequestsUnreadable: the checked file is missing.
    """
    chosen = {model: set(chance.sample(range(total), min(each, total))) for model, total in totals.items()}
    seen = dict.fromkeys(totals, 0)
    samples: dict[str, list[dict[str, Any]]] = {model: [] for model in totals}
    left = MAX_SAMPLE_BYTES
    for line in read_requests(checked_file):
        model = _MODEL_DECODER.decode(line).params.model
        if (index := seen.get(model)) is None:
            continue
        seen[model] = index + 1
        is_attached = attached > 0 and any(mark in line for mark in _ATTACHED)
        if (index in chosen[model] or is_attached) and len(line) <= left:
            left -= len(line)
            attached -= is_attached
            samples[model].append(json.loads(line)["params"])  # json accepts numbers too large for a float
    return samples


def count_by_model(checked_file: Path) -> Counter[str]:
    """Return the number of requests of each model.

    Raises:
        RequestsUnreadable: the checked file is missing.
    """
    return Counter(_MODEL_DECODER.decode(line).params.model for line in read_requests(checked_file))


def names_requests(message: str) -> bool:
    """Return whether the API's message against a create names a place in its requests, and so blames them."""
    return bool(_REQUEST_INDEX.search(message) or _REQUESTS.match(message))


def find_refused_id(checked_file: Path, message: str, start: int = 0) -> str | None:
    """Return the `custom_id` of the request that the API's message against a create names by its index.

    `start`: the byte of the file that the body began with. None if the message names no request; its wording is the
    API's own and may change.

    Raises:
        RequestsUnreadable: the checked file is missing.
    """
    named = _REQUEST_INDEX.search(message)
    if not named:
        return None
    line = next(islice(read_requests(checked_file, start), int(named["index"]), None), None)
    return read_custom_id(line) if line else None


def read_requests(checked_file: Path, start: int = 0) -> Iterator[bytes]:
    """Yield the lines from the byte `start` on, each with its newline.

    Raises:
        RequestsUnreadable: the checked file is missing.
    """
    try:
        with checked_file.open("rb") as file:
            file.seek(start)
            yield from file
    except OSError as error:
        raise RequestsUnreadable.from_os_error(checked_file, error) from error


def make_private_folder(folder: Path) -> None:
    """Make a folder that only this user may enter, or take the rights of others away if it exists.

    Raises:
        PermissionError: it belongs to another user, or is a temporary folder that all users share.
        OSError: it cannot be made.
    """
    if not folder.parent.exists():
        make_private_folder(folder.parent)
    folder.mkdir(mode=0o700, exist_ok=True)
    if problem := find_folder_problem(folder):
        raise PermissionError(errno.EPERM, problem, str(folder))
    found = folder.stat()
    if found.st_uid == os.geteuid() and found.st_mode & _OTHERS:
        folder.chmod(0o700)


def find_folder_problem(folder: Path) -> str | None:
    """Return why a folder that exists cannot be made private, or None. Raises OSError."""
    link, found = folder.lstat(), folder.stat()
    if not {link.st_uid, found.st_uid} <= {os.geteuid(), 0}:
        return "the folder belongs to another user"
    is_mine = found.st_uid == os.geteuid()
    if found.st_mode & stat.S_ISVTX or (not is_mine and found.st_mode & _OTHERS_WRITE):
        return "the folder is shared with other users"
    return None


_OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


@contextmanager
def write_whole(path: Path, *, durable: bool = False) -> Iterator[BinaryIO]:
    """Open a file to write, readable by this user only, that appears at `path` once all of it is written.

    If the block raises, nothing appears. A `durable` file is flushed to the disk first, which is slow, and survives a
    loss of power.
    """
    part = path.with_name(f"{path.name}{PART_SUFFIX}")
    try:
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            yield file
            if durable:
                file.flush()
                os.fsync(file.fileno())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def hash_file(checked_file: Path) -> str:
    """Return the SHA-256 of a checked file. Raises RequestsUnreadable if it is missing."""
    try:
        with checked_file.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise RequestsUnreadable.from_os_error(checked_file, error) from error


def hash_parts(checked_file: Path, lengths: Iterable[int]) -> tuple[str, ...]:
    """Return the SHA-256 of each part of a checked file; the parts have these lengths.

    Raises RequestsUnreadable if it is missing, or longer or shorter than its parts.
    """
    digests = []
    try:
        with checked_file.open("rb") as file:
            for length in lengths:
                part, left = hashlib.sha256(), length
                while left and (piece := file.read(min(_PIECE, left))):
                    part.update(piece)
                    left -= len(piece)
                if left:
                    raise RequestsUnreadable.from_change(checked_file)
                digests.append(part.hexdigest())
            if file.read(1):
                raise RequestsUnreadable.from_change(checked_file)
    except OSError as error:
        raise RequestsUnreadable.from_os_error(checked_file, error) from error
    return tuple(digests)


def _split(
    checked_file: Path, is_chosen: Callable[[bytes], bool], chosen: Path, rest: Path | None, digest: str | None = None
) -> SplitCounts:
    counts = [0, 0]
    seen = hashlib.sha256()
    with ExitStack() as stack:
        # The stack closes in reverse, so the rest appears first: if the chosen ones exist after a crash, both do.
        outputs = [stack.enter_context(write_whole(path)) if path else None for path in (chosen, rest)]
        for line in read_requests(checked_file):
            part = 0 if is_chosen(line) else 1
            counts[part] += 1
            if (output := outputs[part]) is not None:
                output.write(line)
            seen.update(line)
        if digest is not None and seen.hexdigest() != digest:  # before anything appears
            raise RequestsUnreadable.from_change(checked_file)
    return SplitCounts(*counts)
