"""The size of a create body of checked requests."""

BODY_HEAD = b'{"requests":['
BODY_TAIL = b"]}"


def measure_body(requests: int, characters: int) -> int:
    """Return the bytes of a create body of `requests` requests that take `characters` bytes as JSON in all."""
    return len(BODY_HEAD) + characters + max(0, requests - 1) + len(BODY_TAIL)
