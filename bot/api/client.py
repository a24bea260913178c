"""The client of the Message Batches API: its six operations, each with what it promises and raises."""

import json
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
from pydantic import ValidationError

from bot.api.calls import Call, CallSender
from bot.api.create_body import open_create_body
from bot.api.errors import BatchNotFound, ResultsBroken
from bot.api.http import CallObserver, ObservedClient, build_headers, build_transport, find_proxy
from bot.api.ids import BatchId, check_batch_id
from bot.api.json_lines import JsonLine, read_lines
from bot.api.models import BatchPage, DeletedBatch, MessageBatch
from bot.api.rate_limits import RateLimitHint
from bot.api.responses import parse_model, translate_failure
from bot.api.retry_policy import Repeatable, RetryPolicy
from bot.api.transports import LazyTransport

if TYPE_CHECKING:
    from bot.api.result_models import BatchResult

PUBLIC_API = "https://api.anthropic.com"
_BATCHES = "/v1/messages/batches"


def open_http(
    api_key: str,
    *,
    base_url: str = PUBLIC_API,
    betas: Sequence[str] = (),
    workspace_id: str | None = None,
    timeouts: httpx.Timeout | None = None,
    observe: CallObserver | None = None,
) -> httpx.AsyncClient:
    """The one HTTP client of the process, with one TLS context; whoever opens it closes it (`aclose`, or `async with`).

    `betas` and `workspace_id` are sent with every call where given. Redirects are not followed: the key goes to
    `base_url` and nowhere else.

    Raises:
        ValueError: the key cannot stand in an HTTP header. The message does not repeat it.
    """
    if not (api_key.isascii() and api_key.isprintable() and api_key.strip() == api_key != ""):
        raise ValueError("the API key is empty, or holds a character that cannot stand in an HTTP header")
    proxy = find_proxy(base_url)
    return ObservedClient(
        observe,
        base_url=base_url,
        headers=build_headers(api_key, betas, workspace_id),
        timeout=timeouts or httpx.Timeout(connect=5.0, read=30.0, write=60.0, pool=5.0),
        transport=LazyTransport(lambda: build_transport(proxy)),
    )


class BatchesClient:
    """The Message Batches API through `http` (see `open_http`).

    Every method raises `ApiError` in one of its kinds; what takes an id raises `InvalidBatchId` before any request.
    Source: docs.anthropic.com, Message Batches.
    """

    def __init__(self, http: httpx.AsyncClient, *, policy: RetryPolicy = RetryPolicy()) -> None:  # noqa: B008 - it is frozen
        self._sender = CallSender(http, policy)

    @property
    def hint(self) -> RateLimitHint:
        """What the newest successful answer said about when to come again."""
        return self._sender.hint

    async def create(self, requests: Sequence[Mapping[str, object]]) -> MessageBatch:
        """Submit `requests`, each `{custom_id, params}`: at most 100,000, and 256 MB in all.

        Tried again only when the request certainly was not taken, because a second batch would be paid for as well.

        Raises:
            ApiUnavailable: with `may_have_happened`, a batch may have been created: look at the list first.
            ValueError: `requests` hold what JSON cannot carry (NaN, half a surrogate pair).
        """
        fields = {"requests": [dict(request) for request in requests]}
        body = json.dumps(fields, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
        call = Call("POST", _BATCHES, Repeatable.UNLESS_SENT, body=body)
        return parse_model(MessageBatch, await self._sender.send(call))

    async def create_from_file(self, spool: Path) -> MessageBatch:
        """Submit the checked requests of a file (see `bot.requests.request_files`), streamed from disk with its length.

        Repeated no more than `create` is.

        Raises:
            ApiUnavailable: with `may_have_happened`, a batch may have been created: look at the list first.
            RequestsUnreadable: the spool is gone or was changed; no whole request was sent.
        """
        with open_create_body(spool) as body:
            call = Call("POST", _BATCHES, Repeatable.UNLESS_SENT, body=body)
            return parse_model(MessageBatch, await self._sender.send(call))

    async def retrieve(self, batch_id: BatchId) -> MessageBatch:
        """The batch as it stands now.

        Raises:
            BatchNotFound: unknown, deleted, or of another workspace.
        """
        call = Call("GET", _path_of(batch_id), batch_id=batch_id)
        return parse_model(MessageBatch, await self._sender.send(call))

    async def list(
        self, *, limit: int = 20, after_id: BatchId | None = None, before_id: BatchId | None = None
    ) -> BatchPage:
        """One page, newest first: `limit` (1 to 1,000) batches older than `after_id`, or newer than `before_id`.

        Raises:
            ValueError: both cursors were given.
        """
        if after_id is not None and before_id is not None:
            raise ValueError("one cursor at a time: what both together mean is not documented")
        cursors = {"after_id": after_id, "before_id": before_id}
        given = {name: check_batch_id(cursor) for name, cursor in cursors.items() if cursor is not None}
        call = Call("GET", _BATCHES, params={"limit": limit, **given})
        return parse_model(BatchPage, await self._sender.send(call))

    async def list_all(
        self, *, limit: int = 100, after_id: BatchId | None = None, before_id: BatchId | None = None
    ) -> AsyncGenerator[MessageBatch, None]:
        """Every batch from newest to oldest, `limit` to a call, starting after `after_id`.

        With `before_id` the pages go towards newer batches instead, each page in itself newest first. Ends also where
        the API says there is more but gives no way on: an empty page, no cursor, or one that was there before.
        """
        seen: set[BatchId] = set()
        while True:
            page = await self.list(limit=limit, after_id=after_id, before_id=before_id)
            for batch in page.data:
                yield batch
            cursor = page.last_id if before_id is None else page.first_id
            if not page.has_more or not page.data or not cursor or cursor in seen:
                return
            seen.add(cursor)
            after_id, before_id = (cursor, None) if before_id is None else (None, cursor)

    async def cancel(self, batch_id: BatchId) -> MessageBatch:
        """Ask for the batch to be canceled; requests that run may still finish. Twice is the same as once.

        Raises:
            BatchNotFound: unknown, deleted, or of another workspace.
            ApiRejected: it cannot be canceled any more.
        """
        call = Call("POST", f"{_path_of(batch_id)}/cancel", batch_id=batch_id)
        return parse_model(MessageBatch, await self._sender.send(call))

    async def delete(self, batch_id: BatchId) -> DeletedBatch:
        """Delete an ended batch and its results for good.

        A 404 on a repeat, after an answer was lost, means that the lost one had done it.

        Raises:
            BatchNotFound: it was not there to begin with.
            ApiRejected: it has not ended yet, or is being changed by somebody else (409).
            ApiUnavailable: with `may_have_happened`, it may be gone: retrieve it to find out.
        """
        call = Call("DELETE", _path_of(batch_id), Repeatable.WHILE_UNCHANGED, batch_id)
        try:
            return parse_model(DeletedBatch, await self._sender.send(call))
        except BatchNotFound as error:
            if error.after_lost_answer:
                return DeletedBatch(id=batch_id)
            raise

    async def results(self, batch_id: BatchId) -> AsyncGenerator["BatchResult", None]:
        """The results of an ended batch, one a request, in an order of the API's own; memory flat at any size.

        Raises:
            BatchNotFound: also when the batch has not ended, or its results are no longer kept.
            ResultsBroken: the stream was cut, or a line is no result; what was yielded before stays good.
        """
        lines_read = 0
        try:
            async with aclosing(self.result_bytes(batch_id)) as chunks:
                async for line in read_lines(chunks):
                    result, lines_read = _result_of(line), line.number
                    yield result
        except ResultsBroken as broken:
            if broken.lines_read is None:
                broken.lines_read = lines_read
            raise

    async def result_bytes(self, batch_id: BatchId) -> AsyncGenerator[bytes, None]:
        """The results file (JSON Lines) as its bytes arrive, decompressed.

        Whoever stops early closes the generator (`contextlib.aclosing`), and with it the connection. The path is
        built from the id: `results_url` comes from outside and is not dialled.

        Raises:
            BatchNotFound: also when the batch has not ended, or its results are no longer kept.
            ResultsBroken: the stream was cut after it began; its lines are not counted here, which would take an
                eighth of the CPU.
        """
        body = await self._sender.open_stream(Call("GET", f"{_path_of(batch_id)}/results", batch_id=batch_id))
        bytes_read = len(body.first)
        async with aclosing(body.response):
            if body.first:
                yield body.first
            try:
                async for chunk in body.rest:
                    bytes_read += len(chunk)
                    yield chunk
            except httpx.RequestError as error:
                reason = translate_failure(error, body.response.request).message
                raise ResultsBroken(None, bytes_read, reason) from error


def _result_of(line: JsonLine) -> "BatchResult":
    from bot.api.result_models import BatchResult  # here: the bot itself sums results up in parts (summary_reader)

    try:
        return BatchResult.model_validate_json(line.text)
    except ValidationError as error:
        not_json = error.errors(include_input=False, include_url=False)[0]["type"] == "json_invalid"
        reason = f"line {line.number} is not {'JSON' if not_json else 'a result'}"
        raise ResultsBroken(line.number - 1, line.start, reason) from None  # the error would show the line


def _path_of(batch_id: BatchId) -> str:
    return f"{_BATCHES}/{check_batch_id(batch_id)}"
