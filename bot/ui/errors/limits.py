"""The words for work that did not start because too much of it runs, or too many drafts are kept."""

from bot.commands.discard import Discard
from bot.operations.find_batch import PREFIX
from bot.operations.work_limits import GB, RunningWork, TooManyDrafts, TooMuchWork
from bot.store.records.drafts import Draft
from bot.ui.components.progress import subject_words
from bot.ui.components.text import code, file_size, quantity, section
from bot.ui.reply import Message, Placement


def render_too_much_work(error: TooMuchWork) -> Message:
    """Return what of the caller's runs, and when to try again."""
    own = "\n".join(map(_work_line, error.own))
    if error.is_own:
        words = f"You have {quantity(len(error.own), 'long job')} running. Nothing was started. "
        can_stop = any(work.subject.startswith(PREFIX) for work in error.own)
        step = "Press *Stop* in the message of one of them, or try again" if can_stop else "Try again"
        return _message(f"{words}{step} when one of them has ended.\n{own}")
    running = quantity(error.total, "long job is", "long jobs are")
    words = f"I'm busy: {running} running. Nothing was started. Try again in a minute."
    return _message(f"{words}\nYours:\n{own}" if own else words)


def _work_line(work: RunningWork) -> str:
    """Return what is read; the command for work whose subject is not known yet."""
    if not work.subject:
        return f"Running {code(f'/batch {work.command}', 80)}" if work.command else "Reading"
    return f"Reading {subject_words(work.subject)}"


def render_too_many_drafts(error: TooManyDrafts) -> Message:
    """Return how many drafts the caller has, and how to discard the largest."""
    kept = f"{quantity(error.found.count, 'unsent file')} ({file_size(error.found.size)})"
    largest = "\n".join(map(_draft_line, error.found.largest))
    limit = f"{quantity(error.limits.count, 'file')} or {error.limits.size // GB} GB"
    if error.is_own:
        words = f"You have {kept}, and the limit is {limit}. Nothing was read. Send or discard some."
    else:
        yours = "Send or discard some of yours." if error.found.count else "Try again when others have sent theirs."
        words = f"All unsent files together have reached the limit of {limit}. Nothing was read. {yours}"
    return _message(f"{words}\nThe largest:\n{largest}" if largest else words)


def _draft_line(draft: Draft) -> str:
    discard = code(f"/batch {Discard(draft.reference).spell()}")
    return f"{code(draft.name, 80)} · {file_size(draft.size)} · {discard}"


def _message(words: str) -> Message:
    return Message(words, (section(words),), placement=Placement.BELOW)
