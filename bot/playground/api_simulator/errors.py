"""The API's refusals: one exception with everything that an error answer needs."""

from typing import Any

ERROR_TYPES = {
    400: "invalid_request_error",
    401: "authentication_error",
    402: "billing_error",
    403: "permission_error",
    404: "not_found_error",
    405: "invalid_request_error",
    408: "timeout_error",
    409: "conflict_error",
    413: "request_too_large",
    429: "rate_limit_error",
    500: "api_error",
    504: "timeout_error",
    529: "overloaded_error",
}
"""docs.anthropic.com, Errors; 405 and 408 are not in that table."""

_FINAL = frozenset({400, 401, 403, 404})  # recorded answers of these tell the client not to retry


class ApiError(Exception):
    """A refusal: a status, its error type, and a message."""

    def __init__(
        self,
        status: int,
        message: str,
        *,
        details: dict[str, Any] | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.type = ERROR_TYPES.get(status, "api_error" if status >= 500 else "invalid_request_error")
        self.message = message
        self.details = details
        self.headers = {**({"x-should-retry": "false"} if status in _FINAL else {}), **(headers or {})}

    def make_body(self, request_id: str) -> dict[str, Any]:
        """Return the error envelope (docs.anthropic.com, Errors)."""
        error: dict[str, Any] = {"type": self.type, "message": self.message}
        if self.details is not None:
            error["details"] = self.details
        return {"type": "error", "error": error, "request_id": request_id}


def make_not_found(batch_id: str) -> ApiError:
    """Return the 404 for an id that is unknown, deleted, or in another workspace."""
    return ApiError(404, f"Message Batch {batch_id} not found.")
