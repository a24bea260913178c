"""The query of a list: limits and cursors, refused in the API's words where they are wrong."""

import re

from bot.playground.api_simulator.errors import ApiError


def page_limit(text: str | None) -> int:
    """How many to a page: 20, or what the query says.

    Raises:
        ApiError: 400, for anything but a number from 1 to 1,000.
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
