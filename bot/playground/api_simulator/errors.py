"""The API's refusals: one exception that carries everything an error answer needs."""

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

_FINAL = frozenset({400, 401, 403, 404})  # those whose recorded answers tell the client not to try again


class ApiError(Exception):
    """A refusal: the status, the error type that belongs to it, and the words."""

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

    def body(self, request_id: str) -> dict[str, Any]:
        """The error envelope (docs.anthropic.com, Errors)."""
        error: dict[str, Any] = {"type": self.type, "message": self.message}
        if self.details is not None:
            error["details"] = self.details
        return {"type": "error", "error": error, "request_id": request_id}


def batch_not_found(batch_id: str) -> ApiError:
    """The 404 for an id that is unknown, deleted, or another workspace's."""
    return ApiError(404, f"Message Batch {batch_id} not found.")
