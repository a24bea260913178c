"""The body of a create. A mistake in it refuses the whole batch at once."""

import json
import re
from typing import Any, NamedTuple, NoReturn

from bot.playground.api_simulator.errors import ApiError
from bot.playground.api_simulator.params_rules import CreateHeaders, read_params
from bot.playground.api_simulator.requests import Request


class CreateLimits(NamedTuple):
    """docs.anthropic.com, Message Batches: 256 MB. They don't name the unit, so it is the smaller one."""

    requests: int = 100_000
    body_bytes: int = 256_000_000


LIMITS = CreateLimits()
_PATTERN = "^[a-zA-Z0-9_-]{1,64}$"


def read_create_body(body: bytes, headers: CreateHeaders, limits: CreateLimits = LIMITS) -> tuple[Request, ...]:
    """Return the requests of a create. A large body takes a while, so call it in a thread.

    Raises:
        ApiError: 400 for the first mistake, in the live API's words if they were captured.
    """
    requests = _list_of_requests(_parsed(body), limits.requests)
    seen: set[str] = set()
    read = []
    for index, line in enumerate(requests):
        custom_id, params = _read_line(f"requests.{index}", line)
        if custom_id in seen:
            _refuse(f"requests: custom_id's must be unique within a batch. Duplicate custom_id found: {custom_id}")
        seen.add(custom_id)
        read.append(read_params(custom_id, params, headers))
    return tuple(read)


def _parsed(body: bytes) -> Any:
    try:
        return json.loads(body.decode("utf-8"), parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise ApiError(400, f"The request body is not valid JSON: {error}") from None


def _no_constant(word: str) -> NoReturn:
    raise ValueError(f"unexpected {word}")


def _list_of_requests(envelope: Any, most: int) -> list[Any]:
    if not isinstance(envelope, dict):
        _refuse("Input should be a valid dictionary")
    for key in envelope.keys() - {"requests"}:
        _refuse(f"{key}: Extra inputs are not permitted")
    if "requests" not in envelope:
        _refuse("requests: Field required")
    requests = envelope["requests"]
    if not isinstance(requests, list):
        _refuse("requests: Input should be a valid list")
    if not requests:
        _refuse("requests: List should have at least 1 item after validation, not 0")
    if len(requests) > most:
        _refuse(f"requests: List should have at most {most} items after validation, not {len(requests)}")
    return requests


def _read_line(place: str, line: Any) -> tuple[str, dict[str, Any]]:
    if not isinstance(line, dict):
        _refuse(f"{place}: Input should be a valid dictionary")
    for key in ("custom_id", "params"):
        if key not in line:
            _refuse(f"{place}.{key}: Field required")
    for key in line.keys() - {"custom_id", "params"}:
        _refuse(f"{place}.{key}: Extra inputs are not permitted")
    _check_custom_id(f"{place}.custom_id", line["custom_id"])
    if not isinstance(line["params"], dict):
        _refuse(f"{place}.params: Input should be a valid dictionary")
    return line["custom_id"], line["params"]


def _check_custom_id(place: str, custom_id: Any) -> None:
    if not isinstance(custom_id, str):
        _refuse(f"{place}: Input should be a valid string")
    if not custom_id:
        _refuse(f"{place}: String should have at least 1 character")
    if len(custom_id) > 64:
        _refuse(f"{place}: String should have at most 64 characters")
    if not re.fullmatch(_PATTERN[1:-1], custom_id):
        _refuse(f"{place}: String should match pattern '{_PATTERN}'")


def _refuse(message: str) -> NoReturn:
    raise ApiError(400, message)
