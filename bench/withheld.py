"""Our bot as a process that acks and begins no answer: what a command costs until its ack, told from its answer."""

import asyncio
import gc
from collections.abc import Coroutine

from bot.app import Part, running
from bot.settings.loading import load_settings
from bot.slack.in_flight import InFlight


class Withheld(InFlight):
    """Takes answers and begins none."""

    def start(self, work: Coroutine[None, None, None]) -> None:
        """Drop the work."""
        work.close()


async def serve() -> None:
    """Run the bot that `python -m bot web` runs, but for its answers."""
    async with running(load_settings(env_file=None), part=Part.WEB) as bot:
        bot.in_flight.__class__ = Withheld
        gc.freeze()
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(serve())
