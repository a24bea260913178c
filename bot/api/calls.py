"""Send calls to the API, log each try, and retry where that is safe."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TypeVar

import httpx
from msgspec import Struct

from bot.api.create_body import CreateBody
from bot.api.errors import ApiError, ApiUnavailable, BatchNotFound
from bot.api.identity import ApiIdentity
from bot.api.ids import BatchId
from bot.api.rate_limits import RateLimitHint, read_hint
from bot.api.responses import translate_failure, translate_refusal
from bot.api.retry_policy import Repeatable, RetryPolicy

log = logging.getLogger(__name__)

AnswerT = TypeVar("AnswerT")

# The API examined the batch in its present state and refused, so an earlier try did not succeed either.
_REFUSED_BY_STATE = "invalid_request_error"


class Call(Struct, frozen=True):
    """A call to send. `batch_id` is the batch that a 404 refers to; a `CreateBody` is read from disk for each try."""

    method: str
    path: str
    repeatable: Repeatable = Repeatable.FREELY
    batch_id: BatchId | None = None
    params: Mapping[str, str | int | tuple[str, ...]] = {}
    body: bytes | CreateBody | None = None


class OpenBody(Struct, frozen=True):
    """A response body that has begun to arrive; its holder must close `response`."""

    response: httpx.Response
    first: bytes
    rest: AsyncIterator[bytes]


class CallSender:
    """Send calls through one httpx client under one retry policy.

    `hint` is what the newest success said on pacing, `identity` whose key it is.
    """

    def __init__(
        self,
        http: httpx.AsyncClient,
        policy: RetryPolicy,
        read_headers: Callable[[Mapping[str, str]], None] | None = None,
    ) -> None:
        """Take the client and the policy. `read_headers` receives the headers of every success."""
        self._http = http
        self._read_headers = read_headers
        self._base = str(http.base_url).rstrip("/")
        self._timeouts = {"timeout": http.timeout.as_dict()}
        self._policy = policy
        self.hint = RateLimitHint()
        self.identity = ApiIdentity()

    async def send(self, call: Call) -> httpx.Response:
        """Send a call and return the successful answer, read whole.

        Raises:
            ApiError: the last try failed and no further one is allowed; the subclass says how.
        """
        return await self._retry(call, lambda: self._try_once(call))

    async def open_stream(self, call: Call) -> OpenBody:
        """Send a call and return the successful answer with the first piece of its body.

        Failures are retried until that piece has come.

        Raises:
            ApiError: as for `send`.
        """
        return await self._retry(call, lambda: self._open(call))

    async def _retry(self, call: Call, attempt: Callable[[], Awaitable[AnswerT]]) -> AnswerT:
        """Repeat `attempt` until it succeeds, must not be repeated, or would exceed the time budget."""
        budget = self._policy.budget if call.body is None else self._policy.upload_budget
        deadline = asyncio.get_running_loop().time() + budget
        tries_made = 0
        in_doubt = False
        while True:
            try:
                async with asyncio.timeout_at(deadline):
                    return await attempt()
            except TimeoutError:
                raise ApiUnavailable("timeout", f"no whole answer within {budget:g} s") from None
            except ApiError as error:
                tries_made += 1
                pause = self._policy.choose_pause(call.repeatable, error, tries_made)
                if pause is None or asyncio.get_running_loop().time() + pause >= deadline:
                    raise _add_doubt(error, call, in_doubt) from error.__cause__
                in_doubt = in_doubt or (isinstance(error, ApiUnavailable) and error.may_have_happened)
            await self._policy.sleep(pause)

    async def _try_once(self, call: Call, *, stream: bool = False) -> httpx.Response:
        """Send the call once. Raises ApiError for any answer but a success."""
        request = self._request(call)
        with _log_try(call) as line, _translate_failures(request):
            response = await self._http.send(request, stream=stream)
            line.outcome = f"{response.status_code} {response.headers.get('request-id', '-')}"
            line.is_routine = response.is_success and call.method == "GET"
            if not response.is_success:
                await response.aread()
                raise translate_refusal(response, call.batch_id)
            self.hint = read_hint(response.headers)
            self.identity = self.identity.update(response.headers)
            if self._read_headers is not None:
                self._read_headers(response.headers)
            return response

    def _request(self, call: Call) -> httpx.Request:
        headers = self._http.headers.copy()
        if call.body is not None:
            headers["content-type"] = "application/json"
        if isinstance(call.body, CreateBody):
            headers["content-length"] = str(call.body.length)  # else httpx sends chunks without a length
        # Not `build_request`, which parses and joins the address three times.
        return httpx.Request(
            call.method,
            self._base + call.path,
            params=call.params or None,
            content=call.body,
            headers=headers,
            extensions=self._timeouts,
        )

    async def _open(self, call: Call) -> OpenBody:
        response = await self._try_once(call, stream=True)
        try:
            with _translate_failures(response.request):
                # Without a size, pieces come as the network delivers them, up to 64 KiB; that is the fastest.
                pieces = response.aiter_bytes()
                return OpenBody(response, await anext(pieces, b""), pieces)
        except BaseException:
            await response.aclose()
            raise


@contextmanager
def _translate_failures(request: httpx.Request) -> Iterator[None]:
    try:
        yield
    except httpx.RequestError as error:
        raise translate_failure(error, request) from error


def _add_doubt(error: ApiError, call: Call, in_doubt: bool) -> ApiError:
    """Return the last error of a call; if an earlier try may have changed something, the error says so."""
    if not in_doubt or call.method == "GET":
        return error
    if isinstance(error, BatchNotFound):
        error.after_lost_answer = True
        return error
    if error.kind == _REFUSED_BY_STATE:
        return error
    # 429, 401, a proxy's page or no connection: this try did not reach the batch, so the earlier one may have.
    return ApiUnavailable(error.kind, error.message, error.status, error.request_id, error.retry_after)


class _LogLine(Struct):
    outcome: str = "no answer"
    is_routine: bool = False


@contextmanager
def _log_try(call: Call) -> Iterator[_LogLine]:
    """Log one line for a try, also when it fails; never headers, parameters or bodies.

    A read that succeeds is logged for debugging alone: the metrics count it, and a line takes as long as a statement.
    """
    line = _LogLine()
    started = time.monotonic()
    try:
        yield line
    finally:
        level = logging.DEBUG if line.is_routine else logging.INFO
        spent = (time.monotonic() - started) * 1000
        log.log(level, "%s %s %s %.0f ms", call.method, call.path, line.outcome, spent)
