"""The demo: both worlds and the real bot, with a page to use them in the browser."""

import asyncio
import sys

from bot.playground.stage import staged

GREETING = """\
Everything is simulated, on this machine; nothing costs anything.
Try /batch, then /batch status last, then /batch delete last. Ctrl-C ends it.
"""


async def demo(port: int, stopped: asyncio.Event) -> None:
    """Serve the page until `stopped` is set; prints its address when it is ready. Raises OSError: the port is taken."""
    async with staged(port=port) as stage:
        sys.stdout.write(f"Batchdesk demo: {stage.slack.url}\n{GREETING}")
        sys.stdout.flush()
        await stopped.wait()
