"""What is accepted as a batch id, and that nothing else reaches the API."""

from collections.abc import Callable
from urllib.parse import unquote

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.api.client import BatchesClient
from bot.api.errors import ApiRejected
from bot.api.ids import BatchId, InvalidBatchId, check_batch_id

REFUSED = [
    ("", "is empty"),
    ("m" * 257, "has 257 characters, more than 256"),
    ("msgbatch_/x", "contains '/' at position 10"),
    ("../admin", "contains '/' at position 3"),
    ("msgbatch_..", "contains '..' at position 10"),
    (".", "contains '.' at position 1"),
    ("a?b", "contains '?' at position 2"),
    ("a#b", "contains '#' at position 2"),
    ("%2e%2e", "contains '%' at position 1"),
    ("a\\b", "contains '\\\\' at position 2"),
    ("a b", "contains a blank (U+0020) at position 2"),
    ("a\nb", "contains a blank (U+000A) at position 2"),
    ("a\u00a0b", "contains a blank (U+00A0) at position 2"),
    ("a\u2028b", "contains a blank (U+2028) at position 2"),
    ("a\x00b", "contains an invisible character (U+0000) at position 2"),
    ("a\u202eb", "contains an invisible character (U+202E) at position 2"),
    ("a\u200bb", "contains an invisible character (U+200B) at position 2"),
    ("a\ufeffb", "contains an invisible character (U+FEFF) at position 2"),
    ("a\ud800b", "contains an unprintable character (U+D800) at position 2"),
]


@pytest.mark.parametrize(("text", "reason"), REFUSED)
def test_a_refused_id_says_what_is_wrong_and_where(text: str, reason: str) -> None:
    with pytest.raises(InvalidBatchId) as caught:
        check_batch_id(text)

    assert (caught.value.text, caught.value.reason) == (text, reason)


@pytest.mark.parametrize("text", ["msgbatch_01HkcTjaV5uDC8jWR4ZsDV8d", "x", "m" * 256, "a.b", "a;b:c@d+e&f=g", "é"])
def test_an_id_of_another_form_is_accepted_because_ids_are_opaque(text: str) -> None:
    accepted = check_batch_id(text)

    assert accepted == text


def test_the_message_about_a_refused_id_stays_short() -> None:
    with pytest.raises(InvalidBatchId) as caught:
        check_batch_id("a" * 10_000)

    assert len(str(caught.value)) < 200


@given(text=st.text(max_size=20))
async def test_an_accepted_id_is_one_segment_of_the_path_and_nothing_else(text: str) -> None:
    urls: list[httpx.URL] = []

    def answer(request: httpx.Request) -> httpx.Response:
        urls.append(request.url)
        return httpx.Response(404)

    client = BatchesClient(httpx.AsyncClient(transport=httpx.MockTransport(answer), base_url="https://api.test"))

    with pytest.raises((InvalidBatchId, ApiRejected)):
        await client.retrieve(BatchId(text))

    assert [(url.host, unquote(url.raw_path.decode())) for url in urls] in (
        [],
        [("api.test", f"/v1/messages/batches/{text}")],
    )


@pytest.mark.parametrize("method", ["retrieve", "cancel", "delete"])
async def test_a_refused_id_is_never_sent(
    method: str, talk: Callable[..., tuple[BatchesClient, list[httpx.Request], list[float]]]
) -> None:
    client, sent, _ = talk()

    with pytest.raises(InvalidBatchId):
        await getattr(client, method)(BatchId("../models"))

    assert sent == []


async def test_a_refused_id_is_never_sent_for_results_or_as_a_cursor(
    talk: Callable[..., tuple[BatchesClient, list[httpx.Request], list[float]]],
) -> None:
    client, sent, _ = talk()

    with pytest.raises(InvalidBatchId):
        await anext(client.results(BatchId("a/b")))
    with pytest.raises(InvalidBatchId):
        await client.list(after_id=BatchId("a b"))

    assert sent == []
