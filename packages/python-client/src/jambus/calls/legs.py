"""Parties that a call dials."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from ..contract import CommandResult, VerbHookEventData
from ..event import Event
from ..facts import call_status_of
from .steps import Steps, Verb, hook_of

#: Verbs that change nothing and take the place of those behind a question.
_STAY: Verb = {"verb": "config"}
_HANG_UP: Verb = {"verb": "hangup"}


@dataclass(frozen=True)
class Party:
    call_sid: str
    to: str | None


class Leg:
    """A party that was called, and has answered."""

    def __init__(self, steps: Steps, party: Party) -> None:
        self._steps = steps
        self.call_sid = party.call_sid
        self.to = party.to

    async def whisper(self, what: str | Sequence[Verb]) -> CommandResult:
        """Says it to this party alone, or plays verbs to it: `say` and `play` only."""
        verbs = [{"verb": "say", "text": what}] if isinstance(what, str) else [*what]
        return await self.command({"type": "command", "command": "whisper", "data": {"whisper": verbs}})

    async def command(self, command: Mapping[str, Any]) -> CommandResult:
        """Sends a command for this party, as it is. Raises CommandRejected."""
        addressed = {**command, "callSid": self.call_sid}
        return await self._steps.send_step(self._steps.name_of(addressed), addressed)


class AskedLeg:
    """A called party that has not been connected yet."""

    def __init__(self, steps: Steps, asked: Event, party: Party) -> None:
        self._steps = steps
        self._open = asked.msgid
        self._gathered = False
        self.call_sid = party.call_sid
        self.to = party.to

    async def gather(self, options: Mapping[str, Any]) -> VerbHookEventData:
        """Asks once: what jambonz takes in the middle of a question cannot decline any more."""
        if self._gathered:
            raise TypeError("a called party can be asked once: jambonz takes no hangup after that")
        self._gathered = True
        name = self._steps.name_of([self.call_sid, options])
        hook = hook_of(name)
        # Whoever is not answered in time runs into the hangup.
        await self._answer([{**options, "verb": "gather", "id": name, "actionHook": hook}, _HANG_UP])

        def pick(event: Event) -> VerbHookEventData | None:
            if event.type != "verb:hook" or event.message.get("hook") != hook:
                return None
            self._open = event.msgid
            return cast(VerbHookEventData, event.data)

        return await self._steps.find(pick, "the answer of the called party")

    async def _settle(self, accepted: bool) -> None:
        """Puts the party through, or declines it."""
        if self._gathered:
            await self._answer([_STAY] if accepted else [])
        else:
            await self._answer([] if accepted else [_HANG_UP])

    async def _answer(self, verbs: Sequence[Verb]) -> None:
        msgid, self._open = self._open, None
        if msgid is not None:
            message = {"type": "ack", "msgid": msgid, "data": [*verbs]}
            await self._steps.send_step(self._steps.name_of([msgid, verbs]), message)


Confirm = Callable[[AskedLeg], Awaitable[bool | VerbHookEventData]]
OnAnswer = Callable[[Leg], Awaitable[object]]


async def accepts(steps: Steps, asked: Event, party: Party, confirm: Confirm) -> bool:
    """Whether the party is put through."""
    leg = AskedLeg(steps, asked, party)
    said = await confirm(leg)
    accepted = said if isinstance(said, bool) else "digits" in said or "speech" in said
    await leg._settle(accepted)
    return accepted


def answered_by(event: Event) -> Party | None:
    """The party of another leg that has answered."""
    status = call_status_of(event)
    if status is None or status.own_leg or status.status != "in-progress":
        return None
    return Party(status.call_sid, event.data.get("to"))
