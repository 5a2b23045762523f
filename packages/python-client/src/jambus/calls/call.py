"""A call as its function sees it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from ..contract import CommandResult, VerbHookEventData
from ..errors import CallEnded
from ..event import Event
from .claim import Claim
from .dial import dial_with
from .legs import Confirm, OnAnswer
from .log import LogReader
from .steps import Send, Steps, Verb
from .verbs import run_verb


class Call:
    """One call.

    What waits raises CallEnded when the call is over, and CallHandedOver when it is another process's. Verbs replace
    those that run, as a `redirect` does, or answer the hook that jambonz waits in.
    """

    def __init__(self, claim: Claim, send: Send, answer_within: float) -> None:
        self._steps = Steps(claim, send)
        self._answer_within = answer_within
        #: The first event of the call.
        self.session: Event = claim.session
        #: This function may have been run before, in a process that has the call no more.
        self.resumed: bool = claim.resumed

    @property
    def call_sid(self) -> str:
        return self.session.call_sid

    @property
    def from_(self) -> str | None:
        """Who calls."""
        return self.session.data.get("from")

    @property
    def to(self) -> str | None:
        return self.session.data.get("to")

    @property
    def direction(self) -> str | None:
        return self.session.data.get("direction")

    @property
    def ended(self) -> Exception | None:
        """CallEnded when the call is over, CallHandedOver when it is another process's, and otherwise None."""
        return self._steps.log.ended

    @property
    def deadline(self) -> datetime | None:
        """By when jambonz wants to hear what comes next. None while it does not wait."""
        question = self._steps.question
        return None if question is None else question.asked_at + timedelta(seconds=self._answer_within)

    async def say(self, what: str | Mapping[str, Any]) -> None:
        """Says it. Returns when it was said. Raises VerbFailed when jambonz could not."""
        await self._told("say", {"text": what} if isinstance(what, str) else what)

    async def play(self, what: str | Mapping[str, Any]) -> None:
        """Plays the sound. Returns when it has been played. Raises VerbFailed when jambonz could not."""
        await self._told("play", {"url": what} if isinstance(what, str) else what)

    async def gather(self, options: Mapping[str, Any], timeout: float | None = None) -> VerbHookEventData:
        """Listens. Returns what was heard: `speech`, `digits`, and in any case `reason`."""
        return await self._told("gather", options, timeout) or {}

    async def dial(
        self,
        options: Mapping[str, Any],
        confirm: Confirm | None = None,
        on_answer: OnAnswer | None = None,
        timeout: float | None = None,
    ) -> VerbHookEventData:
        """Connects the caller to others. Returns when that is over: `dial_call_status` and more.

        `confirm` asks the called party. It accepts with True, or with what its `gather` has heard. Without it both are
        connected unasked. `on_answer` is run when the party has answered, and has accepted where it was asked.
        """
        return await dial_with(self._steps, options, confirm, on_answer, timeout)

    async def run(self, verb: Mapping[str, Any], timeout: float | None = None) -> VerbHookEventData | None:
        """Runs any one verb to its end. Returns what its `actionHook` told, if it has one. Raises VerbFailed."""
        options = {name: value for name, value in verb.items() if name != "verb"}
        return await self._told(verb["verb"], options, timeout)

    async def verbs(self, verbs: Sequence[Verb]) -> CommandResult:
        """Sends verbs as they are. Returns when they are on the websocket of the call. Raises CommandRejected."""
        return await self._steps.send_verbs(self._steps.name_of(verbs), verbs)

    async def command(self, command: Mapping[str, Any]) -> CommandResult:
        """Sends a command as it is. Returns when it is on the websocket of the call. Raises CommandRejected."""
        return await self._steps.send_step(self._steps.name_of(command), command)

    async def answer(self, event: Event, verbs: Sequence[Verb] = ()) -> CommandResult:
        """Answers an event that wants it: one of `next` or `events` with a `msgid`. Raises CommandRejected."""
        msgid = event.msgid
        if msgid is None:
            raise TypeError(f"event {event.id} wants no answer: it has no msgid")
        question = self._steps.question
        if question is not None and question.msgid == msgid:
            self._steps.question = None
        message = {"type": "ack", "msgid": msgid, "data": [*verbs]}
        return await self._steps.send_step(self._steps.name_of([msgid, verbs]), message)

    async def hangup(self) -> None:
        """Hangs up. Returns when the call is over."""
        try:
            await self._steps.send_verbs(self._steps.name_of("hangup"), [{"verb": "hangup"}])
            await self._steps.find(lambda _: None, "the end of the call")
        except CallEnded:
            pass

    async def next(self, fits: Callable[[Event], bool] = lambda _: True, timeout: float | None = None) -> Event:
        """The next event that fits, from where the function stands: behind the last one that a step has waited for."""
        return await self._steps.find(lambda event: event if fits(event) else None, "the event", timeout)

    def events(self) -> AsyncIterator[Event]:
        """All events from where the function stands until the call is over.

        Also those that steps beside the loop wait for.
        """
        return self._events(self._steps.log.reader(self._steps.stand.position))

    async def _events(self, reader: LogReader) -> AsyncIterator[Event]:
        try:
            while True:
                yield await self._steps.find(lambda event: event, "an event", reader=reader, keep=True)
        except CallEnded:
            return
        finally:
            reader.close()

    async def _told(
        self, verb: str, options: Mapping[str, Any], timeout: float | None = None
    ) -> VerbHookEventData | None:
        return (await run_verb(self._steps, self._steps.name_of([verb, options]), verb, options, timeout)).data
