"""Rich text: sections, lists, quotes and preformatted runs (docs.slack.dev, rich text block)."""

from bot.playground.slack_simulator.block_kit.objects import BLOCK_ID
from bot.playground.slack_simulator.block_kit.rules import Rule, boolean, by_type, items, number, one_of, shape, string

_LONG = string(1_000_000)
_STYLE = shape(
    {},
    dict.fromkeys(
        ("bold", "italic", "strike", "underline", "code", "highlight", "client_highlight", "unlink"), boolean
    ),
)
_STYLED: dict[str, Rule] = {"style": _STYLE}
_TEXT = shape({"text": string(1_000_000, 1)}, _STYLED)
_LINK = shape({"url": string(100_000, 1)}, {**_STYLED, "text": _LONG, "unsafe": boolean})

_RUNS: dict[str, Rule] = {
    "text": _TEXT,
    "link": _LINK,
    "emoji": shape({"name": string(255, 1)}, {**_STYLED, "unicode": _LONG, "url": _LONG, "skin_tone": number}),
    "user": shape({"user_id": string(255, 1)}, _STYLED),
    "channel": shape({"channel_id": string(255, 1)}, _STYLED),
    "usergroup": shape({"usergroup_id": string(255, 1)}, _STYLED),
    "team": shape({"team_id": string(255, 1)}, _STYLED),
    "broadcast": shape({"range": one_of("here", "channel", "everyone")}, _STYLED),
    "color": shape({"value": string(255, 1)}, _STYLED),
    "date": shape({"timestamp": number, "format": string(255, 1)}, {**_STYLED, "url": _LONG, "fallback": _LONG}),
}
_RUN_LIST = items(by_type(_RUNS), 100_000, low=0)
_SECTION = shape({"elements": _RUN_LIST})
_BORDER: dict[str, Rule] = {"border": one_of(0, 1)}

_PARTS: dict[str, Rule] = {
    "rich_text_section": _SECTION,
    "rich_text_quote": shape({"elements": _RUN_LIST}, _BORDER),
    "rich_text_preformatted": shape(
        {"elements": items(by_type({"text": _TEXT, "link": _LINK}), 100_000, low=0)},
        {**_BORDER, "language": string(100)},
    ),
    "rich_text_list": shape(
        {"elements": items(by_type({"rich_text_section": _SECTION}), 100_000), "style": one_of("bullet", "ordered")},
        {**_BORDER, "indent": number, "offset": number},
    ),
}

RICH_TEXT = shape({"elements": items(by_type(_PARTS), 100_000)}, {"block_id": BLOCK_ID})
