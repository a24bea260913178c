"""`python -m bench.door`: 10,000 requests that Slack did not sign, while Slack's own commands are acked."""

import asyncio
import os
import random
import time
from collections import Counter

from bench.contenders import EVENTS_PATH
from bench.load import SlashCommand, measure_ack, open_connections
from bench.memory import read_resident_bytes
from bench.programs import LOG_FILE, Program, World, run_program, run_world, wait_for_port
from bench.table import find_percentile, format_ratio, format_table

REQUESTS = 10_000
AT_ONCE = 32
ACKS = 500
WITHIN = 10.0
"""Times the idle p50; one core serves the flood too."""
_SIGNATURES = (b"", b"v0=", b"v0=" + b"0" * 64, b"v0=" + b"f" * 64, b"\x1b[2J", b"v1=" + b"0" * 64)
_TYPES = (b"application/json", b"application/x-www-form-urlencoded", b"multipart/form-data", b"\xff", b"")
_BODIES = (b"", b"x", b"{}", b"[]", b"payload={}", b"ssl_check=1&token=x", b"[" * 50_000, b"response_url=" * 50_000)


def make_request(dice: random.Random) -> bytes:
    """Return one request: sometimes malformed HTTP, mostly well-formed and unsigned."""
    kind = dice.random()
    if kind < 0.05:
        return dice.randbytes(dice.randrange(1, 200)) + b"\r\n\r\n"
    body = dice.choice(_BODIES) if kind < 0.8 else dice.randbytes(dice.randrange(2_000))
    moment = dice.choice((str(int(time.time())).encode(), b"0", b"-1", b"soon", b"9" * 40, b""))
    headers = [
        b"Host: x",
        b"Connection: close",
        b"Content-Length: %d" % len(body),
        b"Content-Type: " + dice.choice(_TYPES),
        b"X-Slack-Request-Timestamp: " + moment,
        b"X-Slack-Signature: " + dice.choice(_SIGNATURES),
        *([b"Content-Encoding: gzip"] if dice.random() < 0.05 else []),
        *([b"X-Slack-Bolt-Lazy-Only: 1"] if dice.random() < 0.05 else []),
    ]
    method = dice.choice((b"POST", b"POST", b"POST", b"POST", b"GET", b"PUT"))
    path = EVENTS_PATH.encode() if dice.random() < 0.9 else b"/" + dice.randbytes(4).hex().encode()
    return b"\r\n".join((b"%b %b HTTP/1.1" % (method, path), *headers, b"", body))


async def post(port: int, request: bytes) -> str:
    """Send one request on a connection of its own; return the status of the answer, or `closed`."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(request)
        line = await reader.readline()
        return line.split()[1].decode() if line.startswith(b"HTTP/") else "closed"
    except ConnectionError:
        return "closed"
    finally:
        writer.close()


async def attack(program: Program, seed: int) -> Counter[str]:
    """Send all requests, some at once; return how many got each status."""
    dice = random.Random(seed)
    requests = [make_request(dice) for _ in range(REQUESTS)]
    statuses: Counter[str] = Counter()

    async def send_share(share: list[bytes]) -> None:
        for request in share:
            statuses[await post(program.port, request)] += 1

    await asyncio.gather(*(send_share(requests[place::AT_ONCE]) for place in range(AT_ONCE)))
    return statuses


async def measure_acks(program: Program, world: World, until: asyncio.Future[Counter[str]] | None) -> list[float]:
    """Return the seconds to each ack of Slack's own commands, until the attack has ended."""
    acks: list[float] = []
    async with open_connections(program.port, 1) as [connection]:
        while len(acks) < ACKS if until is None else not until.done():
            acks.append(await measure_ack(connection, SlashCommand("help", world.slack).request()))
            await asyncio.sleep(0.01)
    return acks


def read_log(world: World) -> bytes:
    """Return the log of all programs so far."""
    return (world.folder / LOG_FILE).read_bytes()


async def run(program: Program, world: World) -> bool:
    """Print what the attack cost; return whether it was within the limits."""
    idle = await measure_acks(program, world, None)
    memory, logged = read_resident_bytes(program.pid), read_log(world)
    attacking = asyncio.ensure_future(attack(program, seed=1))
    beside = await measure_acks(program, world, attacking)
    statuses = attacking.result()
    added = read_log(world)[len(logged) :]
    ratio = find_percentile(beside, 0.5) / find_percentile(idle, 0.5)
    rows = [
        ["answers", ", ".join(f"{count:,} × {status}" for status, count in statuses.most_common())],
        ["answered with 200 or 5xx", str(sum(count for each, count in statuses.items() if each[0] in "25"))],
        ["acks of Slack's commands, p50", f"{find_percentile(idle, 0.5) * 1e3:.1f} ms idle"],
        ["p50 beside the attack, to idle", format_ratio(ratio, WITHIN)],
        ["longest ack beside the attack", f"{max(beside) * 1e3:.0f} ms of 3,000"],
        ["memory", f"{(read_resident_bytes(program.pid) - memory) / 1e6:+.1f} MB"],
        ["lines of log about refused requests", str(added.count(b"refused a request"))],
        ["tracebacks, bodies and control characters in the log", str(_count_leaks(added))],
    ]
    print(format_table([f"{REQUESTS:,} requests, {AT_ONCE} at once", ""], rows))
    return ratio <= WITHIN and not _count_leaks(added) and all(each[0] not in "25" for each in statuses)


def _count_leaks(log: bytes) -> int:
    return log.count(b"Traceback") + log.count(b"response_url=") + log.count(b"\x1b")


def main() -> int:
    """Run the bench. Return 1 if something was over its limit."""
    with run_world() as world, run_program(["-m", "bot", "web"], world) as program:
        wait_for_port(program.port)
        program.settled_cpu_seconds()
        return 0 if asyncio.run(run(program, world)) else 1


if __name__ == "__main__":
    os.nice(5)
    raise SystemExit(main())
