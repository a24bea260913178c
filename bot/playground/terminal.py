"""Run one command in the simulation, and draw its reply in the terminal."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.panel import Panel
from rich.rule import Rule
from rich.text import Text

from bot.app import Part
from bot.errors import ExpectedError
from bot.playground.simulation import CHANNEL, PEOPLE, run_simulation
from bot.playground.slack_simulator.records import Json, SlackMessage

_DATE = re.compile(r"<!date\^(\d+)\^[^|>]*\|[^>]*>")
_REFERENCE = re.compile(r"<([@#!])([A-Z0-9a-z^-]+)(?:\|([^>]*))?>")
_LINK = re.compile(r"<(https?://[^|>]+)(?:\|([^>]*))?>")
_STYLED = re.compile(r"`([^`]+)`|\*([^*\n]+)\*|_([^_\n]+)_|~([^~\n]+)~")
_STYLES = ("cyan", "bold", "italic", "strike")


@dataclass(eq=False)
class UnknownPerson(ExpectedError):
    """The simulated workspace has no such person."""

    exit_status = 2

    name: str

    def _fact(self) -> str:
        return f"There is no {self.name} in the simulation. Choose {', '.join(PEOPLE)}."


@dataclass(eq=False)
class NotACommand(ExpectedError):
    """The line is no command of the bot."""

    exit_status = 2

    line: str

    def _fact(self) -> str:
        return f'A line begins with /batch, for example: try "/batch {self.line}"'


@dataclass(eq=False)
class FormNotDrawn(ExpectedError):
    """The command opens a form, which a terminal cannot show. Nothing was done."""

    exit_status = 2

    line: str
    title: str

    def _fact(self) -> str:
        return (
            f"{self.line} opens the form “{self.title}”, which a terminal can't show. "
            "Run `batchdesk demo` and type it on the page."
        )


async def try_command(line: str, user: str, console: Console) -> bool:
    """Run a command as `user` (a name in PEOPLE, or an id) and draw what they see.

    Return whether the bot acked it.

    Raises:
        UnknownPerson: the simulated workspace has no such person.
        NotACommand: the line does not begin with a slash command.
        FormNotDrawn: the command opens a form.
    """
    if not line.lstrip().startswith("/"):
        raise NotACommand(line)
    person = PEOPLE.get(user.lower(), user)
    if person not in PEOPLE.values():
        raise UnknownPerson(user)
    async with run_simulation(part=Part.WEB) as simulation:  # the worker has nothing to do after one answer
        delivery = await simulation.slack.slash(person, CHANNEL, line)
        await simulation.bot.in_flight.drain()
        for channel in (CHANNEL, simulation.slack.world.open_direct_message(person).id):
            for message in simulation.slack.messages(channel, person):
                console.print(draw_message(message))
        for notice in simulation.slack.notices(person):
            console.print(Text(notice, style="red"))
        if (form := simulation.slack.modal(person)) is not None:
            raise FormNotDrawn(line.strip(), form.title)
    return delivery.acked


def draw_message(message: SlackMessage) -> RenderableType:
    """Return a message as a panel. A block that cannot be drawn is shown as an error."""
    others = "in a direct message" if message.channel.startswith("D") else "visible to everyone"
    seen_by = "only visible to you" if message.ephemeral_to else others
    parts = [part for block in message.blocks for part in _block(block)] or [_mrkdwn(message.text)]
    parts += [Text(f"file: {file['name']} ({file['size']:,} bytes)") for file in message.files]
    return Panel(Group(*parts), title="Batchdesk", subtitle=seen_by, title_align="left", subtitle_align="right")


def _block(block: Json) -> Iterator[RenderableType]:
    match block["type"]:
        case "header":
            yield Text(block["text"]["text"], style="bold")
        case "section":
            if "text" in block:
                yield _text(block["text"])
            yield from (_text(field) for field in block.get("fields", []))
            if "accessory" in block:
                yield _buttons([block["accessory"]])
        case "context":
            yield Text(" ").join(_text(element) for element in block["elements"])
        case "actions":
            yield Padding(_buttons(block["elements"]), (1, 0, 0, 0))
        case "divider":
            yield Rule(style="dim")
        case "data_visualization" if "series" in block["chart"]:
            yield Text(block["title"], style="bold")
            yield from _bars(block["chart"]["series"][0]["data"])
        case unknown:
            yield Text(f"a block of type {unknown} can't be drawn here", style="bold red")


def _bars(points: list[Json]) -> Iterator[RenderableType]:
    most = max(point["value"] for point in points) or 1
    for point in points:
        yield Text(f"{point['label']:>8} {'█' * round(30 * point['value'] / most)} {point['value']:,.2f}")


def _buttons(elements: list[Json]) -> Text:
    drawn = []
    for element in elements:
        style = "bold white on red" if element.get("style") == "danger" else "reverse"
        drawn.append(Text(f" {_element_words(element)} ", style=style))
    return Text("  ").join(drawn)


def _element_words(element: Json) -> str:
    match element["type"]:
        case "overflow":
            return f"⋯ {' · '.join(option['text']['text'] for option in element['options'])}"
        case "static_select":
            return f"{element['placeholder']['text']} ▾"
        case _:
            return str(element["text"]["text"])


def _text(text: Json) -> Text:
    return Text(text["text"]) if text["type"] == "plain_text" else _mrkdwn(text["text"])


def _mrkdwn(source: str) -> Text:
    """Return mrkdwn as styled text: dates in this machine's zone, mentions with @ and #, entities decoded."""
    source = _DATE.sub(lambda found: f"{datetime.fromtimestamp(int(found[1])).astimezone():%d %b %Y at %H:%M}", source)
    source = _LINK.sub(lambda found: found[2] or found[1], source)
    source = _REFERENCE.sub(lambda found: f"{'#' if found[1] == '#' else '@'}{found[3] or found[2]}", source)
    text = Text()
    end = 0
    for found in _STYLED.finditer(source):
        text.append(_decode_entities(source[end : found.start()]))
        style = next(style for style, group in zip(_STYLES, found.groups(), strict=True) if group is not None)
        text.append(_decode_entities(found[found.lastindex or 0]), style=style)
        end = found.end()
    return text.append(_decode_entities(source[end:]))


def _decode_entities(text: str) -> str:
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
