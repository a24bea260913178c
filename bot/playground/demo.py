"""The demo: both worlds and the real bot, with a page to use them in the browser."""

import asyncio
import sys

from bot.playground.simulation import run_simulation

GREETING = """\
Everything is simulated, on this machine; nothing costs anything.
Try /batch, then /batch status last, then /batch delete last. Ctrl-C ends it.
"""


def explain_time(api: str) -> str:
    """Return how to let simulated time pass, which is how one sees what watching does."""
    return (
        "Watch a batch that is running (/batch watch ID), and let an hour pass, at the lower left of the page or by\n"
        f"curl -X POST -H 'content-type: application/json' -d '{{\"seconds\": 3600}}' {api}/_simulator/advance\n"
    )


async def run_demo(port: int, stopped: asyncio.Event) -> None:
    """Serve the page until `stopped` is set; prints its address when it is ready. Raises OSError: the port is taken."""
    async with run_simulation(port=port) as stage:
        sys.stdout.write(f"Batchdesk demo: {stage.slack.url}\n{GREETING}{explain_time(stage.api.base_url)}")
        sys.stdout.flush()
        await stopped.wait()
