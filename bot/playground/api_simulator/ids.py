"""Identifiers that look like the real ones, and fractions that look random. Both follow from a seed."""

import hashlib

_BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"


def make_id(prefix: str, *seed: object, length: int = 22) -> str:
    """Return an id such as `msgbatch_01…`: the prefix, `01`, and `length` base58 characters from the seed."""
    number = int.from_bytes(_digest(seed, 20), "big")
    tail = []
    for _ in range(length):
        number, digit = divmod(number, 58)
        tail.append(_BASE58[digit])
    return f"{prefix}_01{''.join(tail)}"


def draw_fraction(*seed: object) -> float:
    """Return a number from 0 up to, but not including, 1, from the seed alone."""
    return int.from_bytes(_digest(seed, 6), "big") / 2**48


def _digest(seed: tuple[object, ...], size: int) -> bytes:
    return hashlib.blake2b("\x1f".join(map(str, seed)).encode("utf-8", "surrogatepass"), digest_size=size).digest()
