"""Run our bot so that it acks and answers nothing, to measure what a command costs until its ack."""

import asyncio
import gc
from collections.abc import Coroutine

from bot.app import Part, run_bot
from bot.settings.loading import load_settings
from bot.slack.in_flight import InFlight


class AnswerDropper(InFlight):
    """Drop every answer before it begins."""

    def start(self, work: Coroutine[None, None, None]) -> None:
        """Close the work without running it."""
        work.close()


async def serve() -> None:
    """Run the bot of `python -m bot web` without its answers."""
    async with run_bot(load_settings(env_file=None), part=Part.WEB) as bot:
        bot.in_flight.__class__ = AnswerDropper
        gc.freeze()
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(serve())
