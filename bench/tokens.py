"""Send 10,000 calls while their access tokens end again and again: what fails, and what does it cost?"""

import asyncio
import base64
import json
import tempfile
import time
from pathlib import Path

from bench.table import format_table
from bot.api.access_tokens import Federation
from bot.api.client import BatchesClient, open_http
from bot.api.errors import ApiError
from bot.api.retry_policy import RetryPolicy
from bot.playground.api_simulator.access_tokens import TOKEN_PATH
from bot.playground.api_simulator.server import ApiSimulator

CALLS = 10_000
AT_ONCE = 32
EVERY = 1_000
"""Answers after which a token ends. Some calls wait as long as 150 others for a connection, with their token."""


def main() -> None:
    """Print the table."""
    asyncio.run(measure())


async def measure() -> None:
    """Send the calls with a key, with a token that holds, and with tokens that end."""
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for name, every in (
            ("an API key", None),
            ("a token that holds", 0),
            (f"tokens that end every {EVERY:,} answers", EVERY),
        ):
            seconds, failed, exchanges = await send(Path(folder), every)
            rows.append([name, f"{seconds:.2f}", str(failed), str(exchanges)])
    print(
        format_table([f"{CALLS:,} calls, {AT_ONCE} at once", "CPU s, simulator included", "failed", "exchanges"], rows)
    )


async def send(folder: Path, every: int | None) -> tuple[float, int, int]:
    """Return the CPU seconds, the calls that failed, and the exchanges."""
    exchanged = failed = sent = answered = 0
    async with ApiSimulator(speed=0) as api:
        identity = folder / "identity"
        identity.write_text(make_identity_token())
        rule = api.access_tokens.rule.id
        federation = Federation(rule, api.workspace.organization_id, identity_token_file=identity)
        api.on_request(lambda request: count(request.path))

        def count(path: str) -> None:
            nonlocal exchanged, answered
            if path == TOKEN_PATH:
                exchanged, answered = exchanged + 1, 0
            elif every and (answered := answered + 1) == every:
                api.access_tokens.end_all()

        async with open_http("sk-ant-key" if every is None else federation, base_url=api.base_url) as http:
            client = BatchesClient(http, policy=RetryPolicy(tries=1))

            async def work() -> None:
                nonlocal failed, sent
                while sent < CALLS:
                    sent += 1
                    try:
                        await client.list(limit=1)
                    except ApiError:
                        failed += 1

            started = time.process_time()
            await asyncio.gather(*(work() for _ in range(AT_ONCE)))
            return time.process_time() - started, failed, exchanged


def make_identity_token() -> str:
    """Return a JWT whose signature no one verifies."""
    now = int(time.time())
    parts = [{"alg": "RS256", "kid": "1"}, {"sub": "bench", "iat": now, "exp": now + 10**6}, "signature"]
    return ".".join(base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts)


if __name__ == "__main__":
    main()
