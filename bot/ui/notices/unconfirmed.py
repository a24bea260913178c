"""The words for people whose message may have arrived, and cannot be looked up."""

from bot.store.records.labels import BatchNames
from bot.ui.components.first_line import bold_id_name
from bot.ui.components.text import code


def unconfirmed_words(channel: str, batch_id: str | None, names: BatchNames | None = None) -> str:
    """Return where the message may be, that it was not sent again, and what to look at."""
    place = f"<#{channel}>" if not channel.startswith(("U", "W")) else "direct messages"
    about = f" about {bold_id_name(batch_id, names)}" if batch_id else ""
    look = f" See {code(f'/batch status {batch_id}')}." if batch_id else ""
    return (
        f"Slack did not confirm my message{about} in {place}. It may be missing there. "
        f"I did not send it again, because I may not look for it (scope `channels:history`).{look}"
    )
