"""Split the words after a verb into positional words and options."""

from collections.abc import Sequence

from msgspec import Struct

from bot.commands.language.errors import MissingReference, MissingValue, UnexpectedWord, UnknownOption


class OptionSpec(Struct, frozen=True):
    """An option of a verb: its name without dashes, what to call its value (empty for a flag), and its help.

    The help leaves out an option without a `meaning`; only buttons use it. `former_name`: what it was called before; it
    keeps working, typed and in buttons. `is_alternative`: it is typed instead of the arguments.
    """

    name: str
    value: str
    meaning: str = ""
    example: str = ""
    former_name: str | None = None
    is_alternative: bool = False

    @property
    def takes_value(self) -> bool:
        """Whether a value follows it."""
        return bool(self.value)

    @property
    def usage(self) -> str:
        """Return `--label TEXT`, or `--errors` for a flag."""
        return f"--{self.name} {self.value}".strip()


class Arguments(Struct, frozen=True):
    """What follows a verb: positional words in order, options by name. The value of a flag is an empty string."""

    verb: str
    words: tuple[str, ...]
    options: dict[str, str]

    def flag(self, name: str) -> bool:
        """Return whether the option was given."""
        return name in self.options

    def only(self) -> str:
        """Return the one word that is required. Raises MissingReference, UnexpectedWord."""
        if not self.words:
            raise MissingReference(self.verb)
        return self.at_most(1).words[0]

    def at_most(self, count: int) -> "Arguments":
        """Return self, or raise UnexpectedWord for the first word beyond `count`."""
        if len(self.words) > count:
            raise UnexpectedWord(self.verb, self.words[count])
        return self


def read_arguments(verb: str, words: Sequence[str], specs: Sequence[OptionSpec]) -> Arguments:
    """Split words from options, `--name value` or `--name=value`.

    Raises:
        UnknownOption: the verb does not know it.
        MissingValue: nothing follows an option that needs a value, or a flag was given one.
    """
    known = {spec.name: spec for spec in specs}
    accepted = known | {spec.former_name: spec for spec in specs if spec.former_name}
    known_to_people = [spec.name for spec in specs if spec.meaning]
    plain: list[str] = []
    options: dict[str, str] = {}
    rest = iter(words)
    for word in rest:
        if not word.startswith("--") or word == "--":
            plain.append(word)
            continue
        name, equals, value = word[2:].partition("=")
        spec = accepted.get(name.lower())
        if spec is None:
            raise UnknownOption(verb, name, tuple(known_to_people))
        if spec.takes_value and not equals:
            value = next(rest, "")
        if spec.takes_value != bool(value):
            raise MissingValue(verb, spec.name, needs_value=spec.takes_value)
        options[spec.name] = value
    return Arguments(verb, tuple(plain), options)
