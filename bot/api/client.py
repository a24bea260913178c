"""The client of the Message Batches API: its six operations."""

import json
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
from pydantic import ValidationError

from bot.api.access_tokens import (
    API_BETA,
    TOKEN_PREFIX,
    AccessTokenAuth,
    AccessTokens,
    BearerToken,
    Credential,
    Federation,
)
from bot.api.calls import Call, CallSender
from bot.api.create_body import FileSpan, open_create_body
from bot.api.errors import ApiUnavailable, BatchNotFound, ResultsBroken
from bot.api.http import CallObserver, HttpClient, build_headers, check_key, open_client
from bot.api.identity import ApiIdentity
from bot.api.ids import BatchId, check_batch_id
from bot.api.json_lines import NumberedLine, read_result_lines
from bot.api.models import BatchPage, DeletedBatch, MessageBatch
from bot.api.rate_limits import RateLimitHint
from bot.api.responses import parse_model, parse_page, translate_failure
from bot.api.retry_policy import Repeatable, RetryPolicy
from bot.api.workspace_check import ExpectedWorkspace, WorkspaceCheck
from bot.proxies import Proxies

if TYPE_CHECKING:
    from bot.api.result_models import BatchResult

PUBLIC_API = "https://api.anthropic.com"
_BATCHES = "/v1/messages/batches"
_CHEAP_CALL = Call("GET", "/v1/models", params={"limit": 1})
"""A call whose answer names the workspace."""


def open_http(
    credential: Credential,
    *,
    base_url: str = PUBLIC_API,
    betas: Sequence[str] = (),
    workspace_id: str | None = None,
    timeouts: httpx.Timeout | None = None,
    observe: CallObserver | None = None,
    proxies: Proxies = Proxies(),  # noqa: B008 - it is frozen
) -> HttpClient:
    """Return an HTTP client of the API; the caller must close it.

    `betas` and `workspace_id`, if given, are sent with every call. A federation names its workspace at the exchange
    instead, because its tokens are for one. Redirects are not followed, so the credential goes only to `base_url`.
    `observe` receives every call.

    Raises:
        ValueError: the address is malformed, or the credential is not valid in an HTTP header. The message does not
            repeat it.
    """
    timeouts = timeouts or httpx.Timeout(connect=5.0, read=30.0, write=60.0, pool=5.0)
    match credential:
        case Federation():
            headers = build_headers((*betas, API_BETA), None)
            client = open_client(base_url, headers, timeouts, proxies, observe)
            client.auth = AccessTokenAuth(AccessTokens(credential, client))
            return client
        case BearerToken(value):
            check_key(value)
            needed = (API_BETA,) if value.startswith(TOKEN_PREFIX) else ()
            headers = build_headers((*betas, *needed), workspace_id) | {"authorization": f"Bearer {value}"}
        case api_key:
            check_key(api_key)
            headers = build_headers(betas, workspace_id) | {"x-api-key": api_key}
    return open_client(base_url, headers, timeouts, proxies, observe)


class BatchesClient:
    """The Message Batches API through `http` (see `open_http`).

    Every method raises a subclass of `ApiError`; a method that takes an id raises `InvalidBatchId` before any request.
    A change raises `WrongWorkspace` or `WorkspaceUnchecked` before it is sent, if a workspace is expected.
    Source: docs.anthropic.com, Message Batches.
    """

    def __init__(
        self,
        http: httpx.AsyncClient,
        *,
        policy: RetryPolicy = RetryPolicy(),  # noqa: B008 - it is frozen
        expected: ExpectedWorkspace | None = None,
    ) -> None:
        """Take the HTTP client. With an expected workspace, nothing is changed in another one."""
        self._check = None if expected is None else WorkspaceCheck(expected, self._ask_for_workspace)
        self._sender = CallSender(http, policy, self._check.read if self._check else None)

    @property
    def hint(self) -> RateLimitHint:
        """What the newest successful answer said about when to call again."""
        return self._sender.hint

    @property
    def identity(self) -> ApiIdentity:
        """The organization and the workspace that answers have named so far."""
        return self._sender.identity

    async def _ask_for_workspace(self) -> None:
        await self._sender.send(_CHEAP_CALL)

    async def _require_workspace(self) -> None:
        """Raise WrongWorkspace, WorkspaceUnchecked, or what the API refused, unless the key is for the expected one."""
        if self._check is not None:
            await self._check.require()

    async def create(self, requests: Sequence[Mapping[str, object]]) -> MessageBatch:
        """Create a batch of `requests`, each `{custom_id, params}`: at most 100,000, and 256,000,000 bytes in all.

        Retried only if the API certainly did not accept the call, because a second batch would be billed too.

        Raises:
            ApiUnavailable: with `may_have_happened`, a batch may exist: check the list before trying again.
            ValueError: `requests` contain what JSON cannot represent (NaN, half a surrogate pair).
        """
        await self._require_workspace()
        fields = {"requests": [dict(request) for request in requests]}
        body = json.dumps(fields, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
        call = Call("POST", _BATCHES, Repeatable.UNLESS_SENT, body=body)
        return parse_model(MessageBatch, await self._sender.send(call))

    async def create_from_file(
        self, checked_file: Path, digest: str | None = None, span: FileSpan | None = None
    ) -> MessageBatch:
        """Create a batch of a checked file (see `bot.requests.request_files`), or of a part of it, streamed from disk.

        `digest`: the SHA-256 that the file, or the part, must have.

        Retried as `create` is.

        Raises:
            ApiUnavailable: with `may_have_happened`, a batch may exist: check the list before trying again.
            RequestsUnreadable: the file is missing, or another one. No complete body was sent.
        """
        await self._require_workspace()
        with open_create_body(checked_file, digest, span) as body:
            call = Call("POST", _BATCHES, Repeatable.UNLESS_SENT, body=body)
            return parse_model(MessageBatch, await self._sender.send(call))

    async def retrieve(self, batch_id: BatchId) -> MessageBatch:
        """Return the present state of a batch.

        Raises:
            BatchNotFound: unknown, deleted, or in another workspace.
            ApiUnavailable: also if the answer is about another batch.
        """
        call = Call("GET", _batch_path(batch_id), batch_id=batch_id)
        batch = parse_model(MessageBatch, await self._sender.send(call))
        if batch.id != batch_id:  # a change of it would be a change of another batch than the one that was named
            raise ApiUnavailable("unexpected_shape", "the answer is about another batch", 200)
        return batch

    async def list(
        self, *, limit: int = 20, after_id: BatchId | None = None, before_id: BatchId | None = None
    ) -> BatchPage:
        """Return one page, newest first: `limit` (1 to 1,000) batches older than `after_id` or newer than `before_id`.

        A batch of another shape than documented is left out, and counts as unreadable.

        Raises:
            ValueError: both cursors were given.
        """
        if after_id is not None and before_id is not None:
            raise ValueError("one cursor at a time: what both together mean is not documented")
        cursors = {"after_id": after_id, "before_id": before_id}
        given = {name: check_batch_id(cursor) for name, cursor in cursors.items() if cursor is not None}
        call = Call("GET", _BATCHES, params={"limit": limit, **given})
        return parse_page(await self._sender.send(call))

    async def list_pages(
        self, *, limit: int = 100, after_id: BatchId | None = None, before_id: BatchId | None = None
    ) -> AsyncGenerator[BatchPage, None]:
        """Yield pages from newest to oldest, `limit` batches each, starting after `after_id`; no batch twice.

        With `before_id` the pages go toward newer batches instead; within each page the newest still comes first. If
        the API says there is more but gives no way to get it (an empty page, no cursor, or a repeated one), the last
        page is cut.
        """
        newer = before_id is not None
        cursors: set[BatchId] = set()
        seen: set[BatchId] = set()
        while True:
            page = await self.list(limit=limit, after_id=after_id, before_id=before_id)
            cursor = page.first_id if newer else page.last_id
            is_empty = not page.data and not page.unreadable
            is_cut = page.has_more and (is_empty or not cursor or cursor in cursors)
            new = tuple(batch for batch in page.data if batch.id not in seen)
            yield page.model_copy(update={"data": new, "is_cut": is_cut})
            if not page.has_more or is_cut or not cursor:
                return
            cursors.add(cursor)
            seen.update(batch.id for batch in new)
            after_id, before_id = (None, cursor) if newer else (cursor, None)

    async def list_all(
        self, *, limit: int = 100, after_id: BatchId | None = None, before_id: BatchId | None = None
    ) -> AsyncGenerator[MessageBatch, None]:
        """Yield every batch that `list_pages` shows."""
        async with aclosing(self.list_pages(limit=limit, after_id=after_id, before_id=before_id)) as pages:
            async for page in pages:
                for batch in page.data:
                    yield batch

    async def cancel(self, batch_id: BatchId) -> MessageBatch:
        """Cancel a batch; requests already running may still finish. Canceling twice has no further effect.

        Raises:
            BatchNotFound: unknown, deleted, or in another workspace.
            ApiRejected: it can no longer be canceled.
        """
        call = Call("POST", f"{_batch_path(batch_id)}/cancel", batch_id=batch_id)
        await self._require_workspace()
        return parse_model(MessageBatch, await self._sender.send(call))

    async def delete(self, batch_id: BatchId) -> DeletedBatch:
        """Delete an ended batch and its results permanently.

        A 404 on a retry after a lost answer means that the earlier try deleted the batch.

        Raises:
            BatchNotFound: it did not exist before the first try.
            ApiRejected: it has not ended, or someone else is changing it (409).
            ApiUnavailable: with `may_have_happened`, it may be deleted: retrieve it to find out.
        """
        call = Call("DELETE", _batch_path(batch_id), Repeatable.WHILE_UNCHANGED, batch_id)
        await self._require_workspace()
        try:
            return parse_model(DeletedBatch, await self._sender.send(call))
        except BatchNotFound as error:
            if error.after_lost_answer:
                return DeletedBatch(id=batch_id)
            raise

    async def results(self, batch_id: BatchId) -> AsyncGenerator["BatchResult", None]:
        """Yield the results of an ended batch, one a request, in no particular order and in flat memory.

        Raises:
            BatchNotFound: also if the batch has not ended, or its results are no longer available.
            ResultsBroken: the stream was cut off, or a line is no result; the results before it are valid.
        """
        lines_read = 0
        try:
            async with aclosing(self.result_bytes(batch_id)) as chunks:
                async for line in read_result_lines(chunks):
                    result = _parse_result(line)
                    lines_read = line.number
                    yield result
        except ResultsBroken as broken:
            if broken.lines_read is None:
                broken.lines_read = lines_read
            raise

    async def result_bytes(self, batch_id: BatchId) -> AsyncGenerator[bytes, None]:
        """Yield the bytes of the results file (JSON Lines) as they arrive, decompressed.

        A caller that stops early must close the generator (`contextlib.aclosing`), which closes the connection. The
        path is built from the id: `results_url` comes from outside and is never used.

        Raises:
            BatchNotFound: also if the batch has not ended, or its results are no longer available.
            ResultsBroken: the stream was cut off after it began. `lines_read` is None, because counting lines here
                would take an eighth of the CPU.
        """
        body = await self._sender.open_stream(Call("GET", f"{_batch_path(batch_id)}/results", batch_id=batch_id))
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


def _parse_result(line: NumberedLine) -> "BatchResult":
    from bot.api.result_models import BatchResult  # not at the top: the bot itself needs only bot.results.lines

    try:
        return BatchResult.model_validate_json(line.text)
    except ValidationError as error:
        not_json = error.errors(include_input=False, include_url=False)[0]["type"] == "json_invalid"
        reason = f"line {line.number} is not {'JSON' if not_json else 'a result'}"
        raise ResultsBroken(line.number - 1, line.start, reason) from None  # the validation error quotes the line


def _batch_path(batch_id: BatchId) -> str:
    return f"{_BATCHES}/{check_batch_id(batch_id)}"
