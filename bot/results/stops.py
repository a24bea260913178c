"""Why answers stopped, and which of them are unfinished or refused (docs.anthropic.com, Handling stop reasons)."""

from collections import Counter
from collections.abc import Iterable, Sequence

from bot.results.causes import MAX_SAMPLES, MAX_WORD_LENGTH
from bot.results.lines import MessagePart, MessageT, ResultLine, Succeeded
from bot.results.summary import StopReason, TextlessAnswers

PAUSE_TURN = "pause_turn"
MAX_TOKENS = "max_tokens"
CONTEXT_WINDOW = "model_context_window_exceeded"
COMPACTION = "compaction"
REFUSAL = "refusal"
TOOL_USE = "tool_use"
INCOMPLETE_STOPS = (PAUSE_TURN, MAX_TOKENS, CONTEXT_WINDOW, COMPACTION, REFUSAL)
"""Answers that stopped for these succeeded and are billed, and are not what was asked for."""
RETRYABLE_STOPS = (*INCOMPLETE_STOPS, TOOL_USE)
"""What a retry may be asked for by name. `tool_use` is an answer, or waits for the result of the tool."""
_MAX_REASONS = 2_000


class AnswerTally:
    """Count answers by their stop reason, and those without text; keep some custom_ids of what needs attention."""

    def __init__(self) -> None:
        self._reasons = Counter[str | None]()
        self._samples: dict[str | None, list[str]] = {reason: [] for reason in RETRYABLE_STOPS}
        self._unsampled = set(self._samples)  # those with room for more samples
        self._textless = 0
        self._tool_calls = 0
        self._textless_samples: list[str] = []

    def count_stops(self, messages: Sequence[MessagePart]) -> bool:
        """Count why answers stopped, some hundred at a time; return whether their lines are wanted as samples."""
        reasons = Counter([message.stop_reason for message in messages])
        self._reasons.update(reasons)
        if len(self._reasons) > _MAX_REASONS:
            self._reasons = Counter(dict(self._reasons.most_common(_MAX_REASONS)))
        return not self._unsampled.isdisjoint(reasons)

    def add_samples(self, lines: Iterable[ResultLine[MessageT]]) -> None:
        """Keep the custom_ids of answers that need attention, as far as there is room."""
        for line in lines:
            if isinstance(line.result, Succeeded) and (reason := line.result.message.stop_reason) in self._unsampled:
                samples = self._samples[reason]
                samples.append(line.custom_id[:MAX_WORD_LENGTH])
                if len(samples) == MAX_SAMPLES:
                    self._unsampled.remove(reason)

    def add_textless(self, custom_id: str, stop_reason: str | None) -> None:
        """Count an answer as one without text."""
        self._textless += 1
        if stop_reason == TOOL_USE:
            self._tool_calls += 1
        elif len(self._textless_samples) < MAX_SAMPLES:
            self._textless_samples.append(custom_id[:MAX_WORD_LENGTH])

    def list_stop_reasons(self) -> tuple[StopReason, ...]:
        """Return why the answers stopped, most frequent first."""
        return tuple(
            StopReason(reason, count, tuple(self._samples.get(reason, ())))
            for reason, count in self._reasons.most_common()
        )

    def count_textless(self) -> TextlessAnswers:
        """Return how many answers have no text."""
        return TextlessAnswers(self._textless, self._tool_calls, tuple(self._textless_samples))
