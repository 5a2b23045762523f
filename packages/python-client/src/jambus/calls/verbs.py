"""How verbs are run, and how they tell what became of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, cast

from ..contract import VerbHookEventData
from ..errors import VerbFailed
from ..event import Event
from ..facts import failed_verb, finished_verb
from .steps import Steps, hook_of

#: Verbs that have an `actionHook` and tell by it how they went.
TELLING_VERBS = frozenset(
    {
        "agent",
        "conference",
        "dequeue",
        "dial",
        "dialogflow",
        "enqueue",
        "gather",
        "lex",
        "listen",
        "llm",
        "message",
        "rasa",
        "sip-refer",
        "sip-request",
        "sip:refer",
        "sip:request",
        "stream",
    }
)


@dataclass(frozen=True)
class Outcome:
    """How a verb went. `data` is what its hook told."""

    data: VerbHookEventData | None


async def run_verb(
    steps: Steps, name: str, verb: str, options: Mapping[str, Any], timeout: float | None = None
) -> Outcome:
    """Runs a verb to its end. Raises VerbFailed when jambonz could not."""
    hook = hook_of(name) if verb in TELLING_VERBS else None
    told = {} if hook is None else {"actionHook": hook}
    await steps.send_verbs(name, [{**options, "verb": verb, "id": name, **told}])
    return await steps.find(_outcome_of(steps, name, verb, hook), f"the end of {verb}", timeout)


def _outcome_of(steps: Steps, name: str, verb: str, hook: str | None) -> Callable[[Event], Outcome | None]:
    """How a verb went: by its hook, where it has one, or by its end."""
    failure: str | None = None

    def pick(event: Event) -> Outcome | None:
        nonlocal failure
        if hook is not None and event.type == "verb:hook" and event.message.get("hook") == hook:
            steps.asked(event)
            return Outcome(cast(VerbHookEventData, event.data))
        failed = failed_verb(event)
        if failed is not None and failed[0] == name:
            failure = failed[1]
        if finished_verb(event) != name:
            return None
        if failure is not None:
            raise VerbFailed(steps.call_sid, verb, failure)
        return Outcome(None)

    return pick
