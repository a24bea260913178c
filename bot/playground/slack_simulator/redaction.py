"""Remove secrets from what the page shows."""

import re
from typing import Any

_SECRETS = (
    (re.compile(r"\b(xox[a-z]|xoxe\.xox[a-z]|xapp)-[\w.-]+"), r"\1-…"),
    (re.compile(r"\bsk-ant-[\w-]+"), "sk-ant-…"),
    (re.compile(r"(/(?:commands|actions)/\w+/\d+)/\w+"), r"\1/…"),
    (re.compile(r"(/upload/v1)/\w+"), r"\1/…"),
    (re.compile(r"(ticket=)[\w-]+"), r"\1…"),
)
_SECRET_KEYS = frozenset({"token", "authorization", "x-api-key", "x-slack-signature"})


def redact(value: Any) -> Any:
    """Return a copy of a JSON value without tokens, keys, signatures and the secret parts of addresses."""
    match value:
        case str():
            for pattern, replacement in _SECRETS:
                value = pattern.sub(replacement, value)
            return value
        case dict():
            return {key: "…" if str(key).lower() in _SECRET_KEYS else redact(item) for key, item in value.items()}
        case list() | tuple():
            return [redact(item) for item in value]
        case _:
            return value
