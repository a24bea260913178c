"""The demo: the real bot between both simulators, with a page to use it in the browser."""

import asyncio
import sys
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from bot.playground.simulation import run_simulation

GREETING = """\
Everything is simulated on this machine and costs nothing.
Try /batch, then /batch status last, then /batch delete last. Ctrl-C stops it.
#batch-jobs is about the workspace production of the API, #batch-dev about development, whose access tokens end every
five minutes.
"""


def explain_time(api: str) -> str:
    """Return the text that explains how to advance the simulated time, to see what watching does."""
    return (
        "Watch a running batch (/batch watch ID). Then let an hour pass, at the lower left of the page or with\n"
        f"curl -X POST -H 'content-type: application/json' -d '{{\"seconds\": 3600}}' {api}/_simulator/advance\n"
    )


async def run_demo(port: int, stopped: asyncio.Event, limits: Mapping[str, Any] = MappingProxyType({})) -> None:
    """Serve the page until `stopped` is set, and print its address. Raises OSError if the port is in use.

    `limits` are settings that replace those of the demo.
    """
    async with run_simulation(port=port, limits=limits, two_workspaces=True) as simulation:
        sys.stdout.write(f"Batchdesk demo: {simulation.slack.url}\n{GREETING}{explain_time(simulation.api.base_url)}")
        sys.stdout.flush()
        await stopped.wait()
