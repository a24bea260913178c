"""The `limit` of a list's query. A wrong one is refused in the API's words."""

import re

from bot.playground.api_simulator.errors import ApiError


def read_limit(text: str | None) -> int:
    """Return the page size: 20 unless the query gives one.

    Raises:
        ApiError: 400, unless it is a number from 1 to 1,000.
    """
    if text is None:
        return 20
    if not re.fullmatch(r"[+-]?[0-9]{1,9}", text):
        raise ApiError(400, "limit: Input should be a valid integer, unable to parse string as an integer")
    if (limit := int(text)) < 1:
        raise ApiError(400, "limit: Input should be greater than or equal to 1")
    if limit > 1000:
        raise ApiError(400, "limit: Input should be less than or equal to 1000")
    return limit
