"""However reading results ends, the connection is closed immediately and not by the garbage collector."""

from collections.abc import AsyncIterator, Callable

import httpx
import pytest

from bot.api.client import BatchesClient
from bot.api.errors import ApiUnavailable, ResultsBroken
from bot.api.ids import BatchId

Talk = Callable[..., tuple[BatchesClient, list[httpx.Request], list[float]]]
ID = BatchId("msgbatch_1")
LINE = b'{"custom_id":"a","result":{"type":"expired"}}\n'


class Body(httpx.AsyncByteStream):
    """A body that yields its pieces, raises the exceptions among them, and remembers whether it was closed."""

    def __init__(self, *pieces: bytes | Exception) -> None:
        self.pieces = pieces
        self.is_closed = False

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for piece in self.pieces:
            if isinstance(piece, Exception):
                raise piece
            yield piece

    async def aclose(self) -> None:
        self.is_closed = True


async def test_stopping_early_closes_the_answer(talk: Talk) -> None:
    body = Body(LINE, LINE)
    client, _, _ = talk(httpx.Response(200, stream=body))

    results = client.results(ID)
    await anext(results)
    await results.aclose()

    assert body.is_closed


@pytest.mark.parametrize("fault", [httpx.ReadError("cut"), b"<html>\n"])
async def test_a_broken_file_closes_the_answer(fault: bytes | Exception, talk: Talk) -> None:
    body = Body(LINE, fault, LINE)
    client, _, _ = talk(httpx.Response(200, stream=body))

    with pytest.raises(ResultsBroken):
        _ = [result async for result in client.results(ID)]

    assert body.is_closed


async def test_an_answer_that_breaks_before_its_first_byte_is_closed(talk: Talk) -> None:
    body = Body(httpx.ReadError("cut"))
    client, _, _ = talk(httpx.Response(200, stream=body), tries=1)

    with pytest.raises(ApiUnavailable):
        await anext(client.results(ID))

    assert body.is_closed
