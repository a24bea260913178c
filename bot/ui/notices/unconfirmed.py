"""The words for people whose message may have arrived, and cannot be looked up."""

from bot.store.records.labels import BatchNames
from bot.ui.components.first_line import bold_id_name
from bot.ui.components.text import code


def unconfirmed_words(channel: str, batch_id: str | None, names: BatchNames | None = None) -> str:
    """Return where the message may be, that it was not sent again, and what to look at."""
    is_direct = channel.startswith(("U", "W", "D"))
    place = "our direct messages" if is_direct else f"<#{channel}>"
    about = f" about {bold_id_name(batch_id, names)}" if batch_id else ""
    scope = "`im:history`" if is_direct else "`channels:history` or `groups:history`"
    look = f" {code(f'/batch status {batch_id}')} shows the batch." if batch_id else ""
    return (
        f"A message{about} may be missing in {place}, because Slack didn't confirm it. "
        f"I can't check, because the app lacks the scope {scope}. I won't send it again.{look}"
    )
