"""The parts of watching put together: what a worker does from its start to its end."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from bot.commands.base import Services
from bot.confirmations import EXECUTE
from bot.slack.posting import Posting
from bot.store.cards import DRAW
from bot.store.notices import DELIVER
from bot.store.outset import SWEEP
from bot.watching.announce import Announcer
from bot.watching.deliver import Deliver
from bot.watching.draw import Draw
from bot.watching.engine import Engine, Work
from bot.watching.explain import Explain
from bot.watching.follow_through import FollowThrough
from bot.watching.pace import Pace
from bot.watching.sweep import Sweep
from bot.watching.upkeep import Chore, Upkeep


@dataclass(frozen=True)
class Worker:
    """What a worker is made of; each part can also be called by itself."""

    services: Services
    posting: Posting
    engine: Engine
    pace: Pace
    feed_channel: str | None = None
    chores: Sequence[Chore] = ()
    user_id: str = ""
    """The bot's own, in whose name results are read for those who are told of an end."""

    @property
    def sweep(self) -> Sweep:
        """Return the sweep over the workspace."""
        announcer = Announcer(self.engine.enqueue)
        return Sweep(self.services.batches, self.services.database, announcer, self.services.now, self.feed_channel)

    @property
    def deliver(self) -> Deliver:
        """Return the delivery of notices."""
        services, engine = self.services, self.engine
        explain = Explain(services, self.user_id)
        return Deliver(self.posting, services.database, engine.enqueue, engine.worker_id, self.pace, explain)

    @property
    def draw(self) -> Draw:
        """Return the drawing of cards."""
        return Draw(self.posting, self.services.database, self.engine.enqueue, self.engine.worker_id, self.pace)

    @property
    def follow_through(self) -> FollowThrough:
        """Return the safety net under changes."""
        return FollowThrough(self.services)

    @property
    def upkeep(self) -> Upkeep:
        """Return the pulse."""
        return Upkeep(self.services.database, self.engine, self.services.now, self.chores)


@asynccontextmanager
async def working(worker: Worker) -> AsyncIterator[None]:
    """Do what is waiting, until the block is left; then let what is under way end, and leave the rest to others."""
    upkeep = worker.upkeep
    works: dict[str, Work] = {
        SWEEP: worker.sweep.run,
        DELIVER: worker.deliver.run,
        DRAW: worker.draw.run,
        EXECUTE: worker.follow_through.run,
    }
    await worker.engine.launch(works)
    pulse = asyncio.create_task(upkeep.run())
    try:
        yield
    finally:
        pulse.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await pulse
        await worker.engine.destroy()
        with contextlib.suppress(Exception):  # a store that fails now: others wait for a minute instead
            await upkeep.leave()
