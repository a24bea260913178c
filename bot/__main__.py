"""The command line: run, web, worker, migrate, move-store, demo, try, simulate-api, doctor."""

import argparse
import asyncio
import gc
import logging
import signal
import sys
from collections.abc import Sequence
from difflib import get_close_matches
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import NoReturn

from bot.errors import ExpectedError
from bot.observability.logs import TEXT_FORMAT, configure_log

HEAD_START = 0.5
"""Seconds in which commands are answered before the worker loads."""
_HIGHEST_PORT = 65_535
_HIGHEST_SPEED = 1_000_000


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit status: 0 done, 1 failed, 2 not understood."""
    try:
        options = _read_arguments(sys.argv[1:] if arguments is None else arguments)
    except _NotUnderstood as error:
        print(error, file=sys.stderr)
        return 2
    logging.basicConfig(level=logging.WARNING, format=TEXT_FORMAT)
    try:
        return asyncio.run(_COMMANDS[options.command](options))
    except ExpectedError as error:
        print(error.describe(), file=sys.stderr)
        return error.exit_status
    except OSError as error:
        print(f"batchdesk {options.command} couldn't start: {_explain(error)}", file=sys.stderr)
    finally:
        gc.enable()  # a start that failed left it off
    return 1


async def _run(options: argparse.Namespace) -> int:
    gc.disable()  # collecting during the start takes a tenth of it and frees nothing
    from bot.api.httpx_import import import_httpx

    import_httpx()
    from bot.app import Part, find_start_problems, run_bot
    from bot.settings.checks import (
        load_for_run,
        warn_about_clear_text,
        warn_about_odd_secrets,
        warn_about_unused_credentials,
    )
    from bot.settings.loading import unknown_settings

    settings = load_for_run(find_start_problems)
    configure_log(settings.log_format, settings.log_level)
    for warning in [
        *unknown_settings(),
        *warn_about_clear_text(settings),
        *warn_about_odd_secrets(settings),
        *warn_about_unused_credentials(settings),
    ]:
        logging.getLogger("bot").warning(warning)
    stopped = _stop_signals()
    async with run_bot(settings, part=Part[options.part], head_start=HEAD_START):
        gc.freeze()  # loaded modules stay, and a full collection over them takes 50 ms
        gc.enable()
        logging.getLogger("bot").info("started: %s", options.command)
        await stopped.wait()
        logging.getLogger("bot").info("stopping: finishing the answers in progress")
    return 0


async def _migrate(options: argparse.Namespace) -> int:
    from bot.app import find_store_problems, migrate
    from bot.settings.checks import load_store_url

    await migrate(load_store_url(find_store_problems))
    return 0


async def _move_store(options: argparse.Namespace) -> int:
    from datetime import UTC, datetime

    from bot.settings.loading import read_store_address
    from bot.store.db.database import Database, StoreUnavailable
    from bot.store.db.transfer import MoveRefused, move_store

    try:
        source, target = (Database(read_store_address(given)) for given in (options.source, options.target))
    except StoreUnavailable as error:
        raise MoveRefused(
            "Write FROM and TO as sqlite:///path/to/file, postgresql://…, env:NAME or file:PATH. Nothing was copied."
        ) from error
    try:
        move_store(
            source,
            target,
            datetime.now(UTC),
            lambda moved: print(f"{moved.table}: {moved.rows} rows, {moved.checksum}"),
        )
    except StoreUnavailable as error:
        raise MoveRefused(f"One of the stores is not usable: {error.reason}. Nothing was copied.") from error
    finally:
        await source.close()
        await target.close()
    print("Done: all rows were copied and compared. Set DATABASE_URL to TO and start the bot.")
    return 0


async def _demo(options: argparse.Namespace) -> int:
    from bot.playground.demo import run_demo
    from bot.settings.loading import load_limits

    await run_demo(options.port, _stop_signals(), load_limits())
    return 0


async def _try(options: argparse.Namespace) -> int:
    from rich.console import Console

    from bot.playground.terminal import try_command

    return 0 if await try_command(options.line, options.as_user, Console()) else 1


async def _simulate_api(options: argparse.Namespace) -> int:
    from bot.playground.api_simulator.serve import serve_api

    await serve_api(options.port, options.key, options.speed)
    return 0


async def _doctor(options: argparse.Namespace) -> int:
    from bot.doctor import examine
    from bot.settings.loading import read_settings

    logging.getLogger("bot").setLevel(logging.ERROR)  # the findings say it
    findings = [finding async for finding in examine(*read_settings())]
    for finding in findings:
        print("FAIL" if not finding.ok else "WARN" if finding.is_warning else "OK  ", finding.message)
    return 0 if all(finding.ok for finding in findings) else 1


_COMMANDS = {
    "run": _run,
    "web": _run,
    "worker": _run,
    "migrate": _migrate,
    "move-store": _move_store,
    "demo": _demo,
    "try": _try,
    "simulate-api": _simulate_api,
    "doctor": _doctor,
}


def _stop_signals() -> asyncio.Event:
    stopped = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    return stopped


class _NotUnderstood(Exception):
    """An argument that means nothing, in a sentence."""


class _Parser(argparse.ArgumentParser):
    """A parser whose errors are sentences, without a usage of several lines before them."""

    def error(self, message: str) -> NoReturn:
        """Raise _NotUnderstood."""
        usage = " ".join(self.format_usage().removeprefix("usage: ").split())
        raise _NotUnderstood(f"{message[0].upper()}{message[1:]}. Usage: {usage}")


def _read_arguments(arguments: Sequence[str]) -> argparse.Namespace:
    """Read the command line. Raises _NotUnderstood."""
    parser = _parser()
    command = next((word for word in arguments if not word.startswith("-")), None)
    if command is not None and command not in _COMMANDS:
        near = get_close_matches(command, _COMMANDS, n=1)
        hint = f"Did you mean {near[0]}?" if near else f"Commands: {', '.join(_COMMANDS)}."
        raise _NotUnderstood(f"There is no command {command}. {hint}")
    if command is None and not {"-h", "--help", "--version"} & {*arguments}:
        raise _NotUnderstood(f"Name a command: {', '.join(_COMMANDS)}. `batchdesk --help` explains them.")
    options, unknown = parser.parse_known_args(arguments)
    if unknown:
        raise _NotUnderstood(f"I didn't understand {' '.join(unknown)}. `batchdesk {command} --help` has the options.")
    return options


def _explain(error: OSError) -> str:
    """Return why the system refused, as a person can fix it."""
    if isinstance(error, FileNotFoundError) and error.filename is None:  # from tempfile, with every folder it tried
        return "no folder for temporary files is writable. Set TMPDIR to one that is."
    where = f"{error.filename}: " if error.filename is not None else ""
    return f"{where}{error.strerror or error}"


def _find_version() -> str:
    try:
        return version("batchdesk")
    except PackageNotFoundError:  # run from its source
        import tomllib

        source = Path(__file__).parent.parent / "pyproject.toml"
        return str(tomllib.loads(source.read_text(encoding="utf-8"))["project"]["version"])


def _speed(text: str) -> float:
    try:
        speed = float(text)
    except ValueError:
        speed = -1.0
    if 0 <= speed <= _HIGHEST_SPEED:
        return speed
    raise _NotUnderstood(f"--speed {text} is not a speed. Write a number from 0 to {_HIGHEST_SPEED:,}.")


def _port(text: str) -> int:
    if text.isascii() and text.isdigit() and int(text) <= _HIGHEST_PORT:
        return int(text)
    raise _NotUnderstood(f"--port {text} is not a port. Write a number from 0 to {_HIGHEST_PORT}.")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="batchdesk", description="Operate Anthropic Message Batches from Slack.")
    parser.add_argument("--version", action="version", version=f"batchdesk {_find_version()}")
    commands = parser.add_subparsers(dest="command", required=True)
    run = commands.add_parser("run", help="run the bot with the Slack app and the API key in the settings")
    run.set_defaults(part="BOTH")
    web = commands.add_parser("web", help="run only the part that answers commands")
    web.set_defaults(part="WEB")
    worker = commands.add_parser("worker", help="run only the part that watches batches and notifies people")
    worker.set_defaults(part="WORKER")
    commands.add_parser("migrate", help="update the store to this version, before its parts start")
    move = commands.add_parser("move-store", help="copy a store into an empty one and compare them; stop the bot first")
    move.add_argument("source", metavar="FROM", help="for example sqlite:///batchdesk.sqlite3")
    move.add_argument("target", metavar="TO", help="the same; an address with a password only as env:NAME or file:PATH")
    demo = commands.add_parser(
        "demo",
        help="run the bot between a simulated Slack and a simulated API, in the browser",
        description="Run the bot between a simulated Slack and a simulated API, with a page to use it in the browser. "
        "The API has two workspaces: #batch-jobs is about production, and #batch-dev about development, whose access "
        "tokens end every five minutes.",
    )
    demo.add_argument("--port", type=_port, default=8321, help="port of the page (default 8321; 0: any free port)")
    one = commands.add_parser("try", help="run one command against the simulators and print its reply")
    one.add_argument("line", help='what to type, for example "/batch status last"')
    one.add_argument(
        "--as", dest="as_user", default="ada", metavar="USER", help="ada (an operator, default), ben or cora"
    )
    api = commands.add_parser("simulate-api", help="run only the simulated Message Batches API")
    api.add_argument("--port", type=_port, default=0, help="port to listen on (default: any free port)")
    api.add_argument("--key", help="the only key to accept (default: any)")
    api.add_argument("--speed", type=_speed, default=1.0, help="simulated seconds per second (default 1)")
    commands.add_parser("doctor", help="check the settings against the real services")
    return parser


if __name__ == "__main__":
    sys.exit(main())
