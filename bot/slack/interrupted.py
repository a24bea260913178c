"""What was under way when the bot was stopped: said to whoever asked, and never begun again by itself."""

from collections.abc import Callable
from datetime import datetime

from bot.slack.outbound import Outbound
from bot.store.database import Database
from bot.store.drafts import Draft, settle_interrupted
from bot.ui.drafts import render_interrupted


async def find_interrupted(database: Database, now: Callable[[], datetime]) -> list[Draft]:
    """Settle what another process left behind, before this one begins anything. Raises StoreUnavailable."""
    return await database.run(lambda connection: settle_interrupted(connection, now()))


async def tell_interrupted(found: list[Draft], outbound: Outbound) -> None:
    """Tell each asker in his messages with the bot; raises nothing."""
    for draft in found:
        await outbound.post(render_interrupted(draft), draft.user_id)
