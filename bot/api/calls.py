"""One call to the API: made, logged, and made again where that is safe."""

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
from bot.api.ids import BatchId
from bot.api.rate_limits import RateLimitHint, read_hint
from bot.api.responses import translate_failure, translate_refusal
from bot.api.retry_policy import Repeatable, RetryPolicy

log = logging.getLogger(__name__)

AnswerT = TypeVar("AnswerT")

# The API looked at the batch as it stands now and said no: an earlier try did not do it either.
_REFUSED_ON_ITS_MERITS = "invalid_request_error"


class Call(Struct, frozen=True):
    """What is to be sent. `batch_id` is the batch a 404 speaks of; a `CreateBody` is read from disk for each try."""

    method: str
    path: str
    repeatable: Repeatable = Repeatable.FREELY
    batch_id: BatchId | None = None
    params: Mapping[str, str | int | tuple[str, ...]] = {}
    body: bytes | CreateBody | None = None


class OpenBody(Struct, frozen=True):
    """A body that has begun to arrive; whoever holds it closes `response`."""

    response: httpx.Response
    first: bytes
    rest: AsyncIterator[bytes]


class CallSender:
    """Makes calls through one httpx client under one retry policy."""

    def __init__(self, http: httpx.AsyncClient, retries: RetryPolicy) -> None:
        self._http = http
        self._retries = retries
        self.hint = RateLimitHint()

    async def send(self, call: Call) -> httpx.Response:
        """The successful answer, read whole.

        Raises:
            ApiError: the subclass says which kind of failure; raised after the last try that was worth making.
        """
        return await self._retry(call, lambda: self._try_once(call))

    async def open_stream(self, call: Call) -> OpenBody:
        """The successful answer with the first piece of its body; until that came, failures are retried.

        Raises:
            ApiError: as `answer`.
        """
        return await self._retry(call, lambda: self._open(call))

    async def _retry(self, call: Call, attempt: Callable[[], Awaitable[AnswerT]]) -> AnswerT:
        """Make attempts until one succeeds, is not worth repeating, or the budget would be overspent."""
        budget = self._retries.budget if call.body is None else self._retries.upload_budget
        deadline = asyncio.get_running_loop().time() + budget
        tries_made, in_doubt = 0, False
        while True:
            try:
                async with asyncio.timeout_at(deadline):
                    return await attempt()
            except TimeoutError:
                raise ApiUnavailable("timeout", f"no whole answer within {budget:g} s") from None
            except ApiError as error:
                tries_made += 1
                pause = self._retries.choose_pause(call.repeatable, error, tries_made)
                if pause is None or asyncio.get_running_loop().time() + pause >= deadline:
                    raise _with_doubt(error, call, in_doubt) from error.__cause__
                in_doubt = in_doubt or (isinstance(error, ApiUnavailable) and error.may_have_happened)
            await self._retries.sleep(pause)

    async def _try_once(self, call: Call, *, stream: bool = False) -> httpx.Response:
        """Try once; the error of an answer that is no success is raised."""
        request = self._request(call)
        with _logged(call) as logged, _failures_translated(request):
            response = await self._http.send(request, stream=stream)
            logged.outcome = f"{response.status_code} {response.headers.get('request-id', '-')}"
            if not response.is_success:
                await response.aread()
                raise translate_refusal(response, call.batch_id)
            self.hint = read_hint(response.headers)
            return response

    def _request(self, call: Call) -> httpx.Request:
        headers = {} if call.body is None else {"content-type": "application/json"}
        content: bytes | AsyncIterator[bytes] | None
        if isinstance(call.body, CreateBody):
            headers["content-length"] = str(call.body.length)  # or it would be sent in chunks, without a length
            content = call.body.chunks()
        else:
            content = call.body
        return self._http.build_request(call.method, call.path, params=call.params, content=content, headers=headers)

    async def _open(self, call: Call) -> OpenBody:
        response = await self._try_once(call, stream=True)
        try:
            with _failures_translated(response.request):
                # Without a size: pieces as they come from the network, up to 64 KiB, which is the fastest way to read.
                pieces = response.aiter_bytes()
                return OpenBody(response, await anext(pieces, b""), pieces)
        except BaseException:
            await response.aclose()
            raise


@contextmanager
def _failures_translated(request: httpx.Request) -> Iterator[None]:
    try:
        yield
    except httpx.RequestError as error:
        raise translate_failure(error, request) from error


def _with_doubt(error: ApiError, call: Call, in_doubt: bool) -> ApiError:
    """The last try's error, told in the light of an earlier try of a change that may have reached the server."""
    if not in_doubt or call.method == "GET":
        return error
    if isinstance(error, BatchNotFound):
        error.after_lost_answer = True
        return error
    if error.kind == _REFUSED_ON_ITS_MERITS:
        return error
    # Turned away on the way (429, 401, a proxy's page, no connection): that says nothing of what the earlier try did.
    return ApiUnavailable(error.kind, error.message, error.status, error.request_id, error.retry_after)


class _Logged(Struct):
    outcome: str = "no answer"


@contextmanager
def _logged(call: Call) -> Iterator[_Logged]:
    """One log line a try, whatever becomes of it; never headers, parameters or bodies."""
    logged, started = _Logged(), time.monotonic()
    try:
        yield logged
    finally:
        log.info("%s %s %s %.0f ms", call.method, call.path, logged.outcome, (time.monotonic() - started) * 1000)
