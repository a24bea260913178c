"""The frame of a modal, and what it shows until its content is known."""

WAITING_BLOCK: dict[str, object] = {"type": "section", "text": {"type": "plain_text", "text": "One moment…"}}
APP_NAME = "Batchdesk"


def make_modal(blocks: list[dict[str, object]], title: str = APP_NAME) -> dict[str, object]:
    """Return a modal view with these blocks."""
    return {
        "type": "modal",
        "title": {"type": "plain_text", "text": title},
        "close": {"type": "plain_text", "text": "Close"},
        "blocks": blocks,
    }
