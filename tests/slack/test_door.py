"""The HTTP door: whatever is not signed by Slack is refused at no cost, and leaves one short line in the log."""

import asyncio
import json
import logging
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import aiohttp
import pytest
from aiohttp import web
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult

from bot.observability.http_server import HttpLimits
from bot.observability.logs import TEXT_FORMAT, TextFormatter
from bot.playground.slack_simulator.http_delivery import sign_request
from bot.slack.door import Door, DoorLimits
from bot.slack.transports import make_bolt_app, open_port
from tests.conftest import OpenDesk
from tests.desk import ADA, Desk

SECRET = "5" * 32
MIB = 1024 * 1024
AUTHORIZED = AuthorizeResult(enterprise_id=None, team_id="T0HERE", bot_user_id="U0BOT", bot_id="B0BOT", bot_token="x")
FORM = "application/x-www-form-urlencoded"


def logged(caplog: pytest.LogCaptureFixture) -> str:
    """Return what the log would hold, as the bot formats it."""
    formatter = TextFormatter(TEXT_FORMAT)
    return "\n".join(formatter.format(record) for record in caplog.records if record.levelno >= logging.INFO)


def sign(body: bytes, secret: str = SECRET, content_type: str = FORM) -> dict[str, str]:
    """Return the headers that Slack would send with this body."""
    at = str(int(time.time()))
    signature = sign_request(secret, at, body)
    return {"Content-Type": content_type, "X-Slack-Request-Timestamp": at, "X-Slack-Signature": signature}


class OpenDoor:
    """A door that is open at `port`: what was refused, and the commands that came through."""

    def __init__(self, port: int, refused: list[str], commands: list[str]) -> None:
        self.port = port
        self.refused = refused
        self.commands = commands
        self.writers: list[asyncio.StreamWriter] = []

    @property
    def url(self) -> str:
        """The address that Slack calls."""
        return f"http://127.0.0.1:{self.port}/slack/events"

    async def post(self, body: bytes, headers: dict[str, str]) -> int:
        """Post a body; return the status of the answer."""
        async with aiohttp.ClientSession() as outside, outside.post(self.url, data=body, headers=headers) as answer:
            return answer.status

    async def begin(self, sent: bytes) -> asyncio.StreamReader:
        """Open a connection, send these bytes and nothing more; return what reads the answer."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        writer.write(sent)
        self.writers.append(writer)
        return reader


@asynccontextmanager
async def open_door(limits: DoorLimits = DoorLimits(), http: HttpLimits = HttpLimits()) -> AsyncIterator[OpenDoor]:
    """Open a door, with a Bolt app behind it that takes any command."""
    app: AsyncApp = make_bolt_app("http://127.0.0.1:9/", AUTHORIZED)
    refused: list[str] = []
    commands: list[str] = []

    @app.command("/batch")
    async def take(ack, command) -> None:  # type: ignore[no-untyped-def] # Bolt looks at the names
        commands.append(command["text"])
        await ack()

    async def healthz(_: web.Request) -> web.Response:
        return web.json_response({"ok": True})

    ended = asyncio.Event()

    async def wait(_: web.Request) -> web.Response:
        await ended.wait()
        return web.Response()

    def add_pages(application: web.Application) -> None:
        application.router.add_get("/healthz", healthz)
        application.router.add_get("/slow", wait)

    async with AsyncExitStack() as stack:
        door = Door(app, SECRET, limits, refused.append)
        port = await stack.enter_async_context(open_port(door, 0, "127.0.0.1", add_pages, http))
        opened = OpenDoor(port, refused, commands)
        try:
            yield opened
        finally:
            ended.set()
            for writer in opened.writers:
                writer.close()


async def test_what_slack_signed_goes_through() -> None:
    body = b"command=%2Fbatch&text=help&team_id=T0HERE&user_id=U0ADA"

    async with open_door() as door:
        assert await door.post(body, sign(body)) == 200

        assert (door.commands, door.refused) == (["help"], [])


async def test_a_hundred_unsigned_megabytes_are_refused_and_leave_one_line(
    http_desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    async with aiohttp.ClientSession() as outside:

        async def post() -> int:
            async with outside.post(http_desk.events_url, data=b"response_url=hooks" * (MIB // 18)) as answer:
                return answer.status

        statuses = await asyncio.gather(*(post() for _ in range(100)))

    assert statuses == [401] * 100
    assert len(logged(caplog)) < 2_000
    assert "response_url" not in logged(caplog)
    assert logged(caplog).count("not signed") == 1


@pytest.mark.parametrize("content_type", ["application/json", FORM, "text/plain", "multipart/form-data"])
async def test_an_unsigned_x_is_401_and_one_short_line(
    content_type: str, http_desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    headers = {"Content-Type": content_type}

    async with (
        aiohttp.ClientSession() as outside,
        outside.post(http_desk.events_url, data=b"x", headers=headers) as answer,
    ):
        assert answer.status == 401

    lines = [line for line in logged(caplog).splitlines() if "bot.slack.door" in line]
    assert len(lines) == 1
    assert len(lines[0]) < 200
    assert "Traceback" not in logged(caplog)


async def test_a_rotated_secret_puts_no_response_url_into_the_log(
    open_desk: OpenDesk, caplog: pytest.LogCaptureFixture
) -> None:
    desk = await open_desk("http")
    desk.slack.rotate_signing_secret()

    sent = await desk.slack.slash(ADA, "C0BATCHES", "/batch help")

    assert sent.error == "401"
    for secret in (sent.payload["response_url"], sent.payload["trigger_id"], sent.payload["token"]):
        assert secret not in logged(caplog)
    assert "does not match SLACK_SIGNING_SECRET" in logged(caplog)


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"x", "application/json"),
        (b"[]", "application/json"),
        (b"5", "application/json"),
        (b"[" * 100_000, "application/json"),
        (b"\xff\xfe", "application/json"),
        (b"{", FORM),
        (b"payload=", FORM),
        (b"payload=x", FORM),
        (b"payload=[]", FORM),
        (b"payload=" + b"[" * 100_000, FORM),
        (json.dumps({"authorizations": 5}).encode(), "application/json"),
        (json.dumps({"team": 5, "user": [], "event": "x"}).encode(), "application/json"),
    ],
)
async def test_a_signed_body_that_is_no_payload_is_401(
    body: bytes, content_type: str, caplog: pytest.LogCaptureFixture
) -> None:
    async with open_door() as door:
        status = await door.post(body, sign(body, content_type=content_type))

        assert (status, door.refused) == (401, ["malformed"])
    assert "Traceback" not in logged(caplog)


async def test_a_body_over_the_limit_is_413_and_logged_as_such(caplog: pytest.LogCaptureFixture) -> None:
    body = b"x" * 2_000

    async def stream() -> AsyncIterator[bytes]:
        yield body

    async with open_door(DoorLimits(body_bytes=1_999)) as door, aiohttp.ClientSession() as outside:
        assert await door.post(body, sign(body)) == 413
        async with outside.post(door.url, data=stream(), headers=sign(body)) as answer:  # without its length
            assert answer.status == 413

        assert door.refused == ["too_large", "too_large"]
    assert "its body is over the limit" in logged(caplog)


async def test_a_body_that_does_not_arrive_is_408() -> None:
    head = "".join(f"{name}: {value}\r\n" for name, value in sign(b"x").items())

    async with open_door(DoorLimits(body_seconds=0.05)) as door:
        slow = await door.begin(f"POST /slack/events HTTP/1.1\r\nHost: x\r\n{head}Content-Length: 9\r\n\r\nx".encode())
        answer = await slow.readline()

        assert b" 408 " in answer
        assert door.refused == ["too_slow"]


async def test_half_a_header_is_closed_while_the_health_page_answers() -> None:
    async with open_door(http=HttpLimits(header_seconds=0.5)) as door:
        silent = [await door.begin(b"POST /slack/events HTTP/1.1\r\nHost: x\r\nX-Sla") for _ in range(300)]

        async with aiohttp.ClientSession() as outside, outside.get(door.url.replace("slack/events", "healthz")) as page:
            assert page.status == 200

        ends = await asyncio.gather(*(one.read() for one in silent), return_exceptions=True)
        assert all(end == b"" or isinstance(end, ConnectionError) for end in ends)


async def test_one_connection_too_many_closes_the_oldest_that_waits() -> None:
    async with open_door(http=HttpLimits(connections=3)) as door:
        silent = [await door.begin(b"GET /healthz HTTP/1.1\r\n") for _ in range(3)]

        async with aiohttp.ClientSession() as outside, outside.get(door.url.replace("slack/events", "healthz")) as page:
            assert page.status == 200

        assert await silent[0].read() == b""


def write_request(headers: dict[str, str], length: int, body: bytes = b"") -> bytes:
    """Return a request with the length that it names, and with this much of its body."""
    lines = [f"{name}: {value}\r\n" for name, value in {"Host": "x", **headers, "Content-Length": str(length)}.items()]
    return f"POST /slack/events HTTP/1.1\r\n{''.join(lines)}\r\n".encode() + body


async def read_to_end(reader: asyncio.StreamReader) -> bytes:
    """Return what comes until the connection is closed or reset."""
    try:
        return await reader.read()
    except ConnectionError:
        return b""


@pytest.mark.parametrize(
    "lengths",
    [
        b"Content-Length: 0\r\nContent-Length: 5",
        b"Content-Length: 5, 5",
        b"Content-Length: +5",
        b"Content-Length: -1",
        b"Content-Length: 0x5",
        b"Content-Length: 5\x0b",
        b"Content-Length : 5",
        b"Content-Length: 5.0",
        b"Content-Length: " + b"9" * 40,
        b"Content-Length: 5\r\nTransfer-Encoding: chunked",
        b"Transfer-Encoding: chunked\r\nContent-Length: 5",
        b"Transfer-Encoding: xchunked",
        b"Transfer-Encoding: chunked, identity",
        b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked",
        b"Transfer-Encoding:\x0bchunked",
        b"Transfer-Encoding : chunked",
        b"X: y\nTransfer-Encoding: chunked",
        b"X: y\rTransfer-Encoding: chunked",
    ],
)
async def test_no_command_hides_in_a_request_of_doubtful_length(lengths: bytes) -> None:
    body = b"command=%2Fbatch&text=help&team_id=T0HERE&user_id=U0ADA"
    hidden = write_request(sign(body), len(body), body)
    head = b"POST /slack/events HTTP/1.1\r\nHost: x\r\n" + lengths + b"\r\n\r\n"

    async with open_door() as door:
        for opening in (b"", b"0\r\n\r\n", b"5\r\nhello\r\n0\r\n\r\n", b"hello"):
            answers = await door.begin(head + opening + hidden)
            door.writers[-1].write_eof()
            assert b" 200 " not in await read_to_end(answers)

        assert door.commands == []


async def test_those_who_were_refused_and_still_send_crowd_no_one_out() -> None:
    body = b"command=%2Fbatch&text=help&team_id=T0HERE&user_id=U0ADA"
    whole = write_request(sign(body), len(body), body)

    async with open_door(http=HttpLimits(connections=3)) as door:
        for refused in [await door.begin(write_request({}, 9)) for _ in range(3)]:
            assert b" 401 " in await refused.readline()
        slack = await door.begin(whole[:20])
        for refused in [await door.begin(write_request({}, 9)) for _ in range(2)]:
            assert b" 401 " in await refused.readline()
        door.writers[3].write(whole[20:])

        assert b" 200 " in await slack.readline()


async def test_a_connection_that_was_trusted_outlives_strangers_beyond_the_limit() -> None:
    body = b"command=%2Fbatch&text=help&team_id=T0HERE&user_id=U0ADA"
    whole = write_request(sign(body), len(body), body)

    async with open_door(http=HttpLimits(connections=3)) as door:
        slack = await door.begin(whole)
        await slack.readuntil(b"\r\n\r\n")
        silent = [await door.begin(b"GET /healthz HTTP/1.1\r\n") for _ in range(4)]
        assert await read_to_end(silent[0]) == b""
        door.writers[0].write(whole)

        assert b" 200 " in await slack.readline()


async def test_a_header_without_end_is_cut_off() -> None:
    async with open_door(http=HttpLimits(header_seconds=3600, header_bytes=10_000)) as door:
        flood = await door.begin(b"GET /healthz HTTP/1.1\r\n" + b"X-Y: %s\r\n" % (b"z" * 4_000) * 5)

        assert await read_to_end(flood) == b""


async def test_too_many_headers_are_refused() -> None:
    async with open_door(http=HttpLimits(header_seconds=3600)) as door:
        many = await door.begin(b"GET /healthz HTTP/1.1\r\n" + b"".join(b"X%d: y\r\n" % each for each in range(100)))

        assert b" 400 " in await many.readline()


async def test_what_is_sent_beyond_a_request_before_its_answer_is_not_kept() -> None:
    async with open_door() as door:
        upgrade = await door.begin(b"GET /slow HTTP/1.1\r\nHost: x\r\nConnection: upgrade\r\nUpgrade: h2c\r\n\r\n")
        door.writers[0].write(b"x" * MIB)

        assert await read_to_end(upgrade) == b""


async def test_slow_bodies_delay_no_large_body_of_slack() -> None:
    body = b"command=%2Fbatch&text=help&team_id=T0HERE&user_id=U0ADA&more=" + b"x" * 100_000

    async with open_door(DoorLimits(body_seconds=3600)) as door:
        for _ in range(20):
            await door.begin(write_request(sign(b"x"), 500_000, b"x"))

        assert await door.post(body, sign(body)) == 200
        assert door.refused == []


async def test_bodies_that_are_too_large_together_end_with_the_oldest() -> None:
    async with open_door(DoorLimits(bytes_at_once=1_000, body_seconds=3600)) as door:
        slow = [await door.begin(write_request(sign(b"x"), 500, b"x" * 400)) for _ in range(3)]

        assert b" 408 " in await slow[0].readline()
        assert door.refused == ["too_slow"]


async def test_what_is_no_http_leaves_one_line(caplog: pytest.LogCaptureFixture) -> None:
    async with open_door() as door:
        for _ in range(20):
            answer = await door.begin(b"POST /\x1b[2J\x00 HTTP/9\r\nnonsense\r\n\r\n")
            assert b" 400 " in await answer.readline()

    assert "Traceback" not in logged(caplog)
    assert logged(caplog).count("no HTTP") <= 1  # none if another test of the same minute left one
    assert "\x1b" not in logged(caplog)


HEADERS = st.dictionaries(
    st.sampled_from(
        ["X-Slack-Signature", "X-Slack-Request-Timestamp", "Content-Type", "X-Slack-Bolt-Lazy-Only", "Content-Encoding"]
    ),
    st.one_of(
        st.sampled_from(["v0=" + "0" * 64, "v0=", "application/json", FORM, "gzip", "1", str(int(time.time()))]),
        st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=80),
    ),
)
BODIES = st.one_of(
    st.binary(max_size=300),
    st.sampled_from([b"ssl_check=1&token=x", b"payload={}", b'{"type":"url_verification","challenge":"x"}', b"{" * 99]),
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(requests=st.lists(st.tuples(HEADERS, BODIES), min_size=1, max_size=4))
def test_nothing_unsigned_comes_through(
    requests: list[tuple[dict[str, str], bytes]], caplog: pytest.LogCaptureFixture
) -> None:
    async def attack() -> None:
        async with open_door() as door:
            statuses = [await door.post(body, headers) for headers, body in requests]

            assert set(statuses) <= {400, 401}
            assert door.commands == []

    caplog.clear()
    asyncio.run(attack())

    assert "Traceback" not in logged(caplog)
    assert len(logged(caplog)) < 2_000
