"""The simulated API as a program: one line when it is ready, and an end at a signal."""

import asyncio
import signal
import sys
from pathlib import Path

import httpx
import pytest

_PROGRAM = """
import asyncio
from bot.playground.api_simulator.serve import serve_api
asyncio.run(serve_api(0, 'sk-served', 1.0))
"""
_ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_it_prints_its_address_serves_a_seeded_workspace_and_stops_at_a_signal(number: signal.Signals) -> None:
    program = await asyncio.create_subprocess_exec(
        sys.executable, "-W", "error", "-c", _PROGRAM, stdout=asyncio.subprocess.PIPE, cwd=_ROOT
    )
    assert program.stdout is not None
    line = (await asyncio.wait_for(program.stdout.readline(), 20)).decode()
    address = line.split()[-1]
    headers = {"x-api-key": "sk-served", "anthropic-version": "2023-06-01"}

    async with httpx.AsyncClient(base_url=address, headers=headers) as client:
        page = await client.get("/v1/messages/batches")
        program.send_signal(number)
        code = await asyncio.wait_for(program.wait(), 20)

    assert line.startswith("Simulated Message Batches API: http://127.0.0.1:")
    assert len(page.json()["data"]) >= 12
    assert code == 0
    assert await program.stdout.read() == b""
