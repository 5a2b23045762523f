"""Dialling, and what is to be done with the called party meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from ..contract import VerbHookEventData
from ..event import Event
from .legs import Confirm, Leg, OnAnswer, Party, accepts, answered_by
from .log import LogReader
from .steps import Steps, Stop, hook_of
from .verbs import Outcome, run_verb


async def dial_with(
    steps: Steps,
    options: Mapping[str, Any],
    confirm: Confirm | None,
    on_answer: OnAnswer | None,
    timeout: float | None,
) -> VerbHookEventData:
    """Connects the caller to others. Returns when that is over."""
    name = steps.name_of(["dial", options])
    if confirm is None and on_answer is None:
        return (await run_verb(steps, name, "dial", options, timeout)).data or {}
    confirm_hook = hook_of(f"{name}.confirm")
    asking = {} if confirm is None else {"confirmHook": confirm_hook}
    over = Stop()
    # Where the function stands now: when it is run again, the dial may be over before anybody looks for the party.
    reader = steps.log.reader(steps.stand.position)
    dialled = asyncio.ensure_future(run_verb(steps, name, "dial", {**options, **asking}, timeout))
    meanwhile = asyncio.ensure_future(_meanwhile(steps, confirm_hook, confirm, on_answer, over, reader))
    try:
        return (await _first(dialled, meanwhile)).data or {}
    finally:
        over.stopped = True
        steps.log.wake()
        dialled.cancel()
        steps.leave(meanwhile)


async def _first(dialled: asyncio.Task[Outcome], meanwhile: asyncio.Task[None]) -> Outcome:
    await asyncio.wait({dialled, meanwhile}, return_when=asyncio.FIRST_COMPLETED)
    if not dialled.done():
        # What the function does with the party may fail, and the dial is not waited for then.
        meanwhile.result()
    return await dialled


async def _meanwhile(
    steps: Steps,
    confirm_hook: str,
    confirm: Confirm | None,
    on_answer: OnAnswer | None,
    over: Stop,
    reader: LogReader,
) -> None:
    party: Party | None = None
    if confirm is None:
        party = await steps.find(answered_by, "the answer", stop=over, reader=reader)
    else:
        party = await _accepted(steps, confirm_hook, confirm, over, reader)
    if on_answer is not None:
        await on_answer(Leg(steps, party))


async def _accepted(steps: Steps, confirm_hook: str, confirm: Confirm, over: Stop, reader: LogReader) -> Party:
    def is_asked(event: Event) -> Event | None:
        return event if event.type == "dial:confirm" and event.message.get("hook") == confirm_hook else None

    first: LogReader | None = reader
    # A dial may call several parties, one after the other or at once.
    while True:
        asked = await steps.find(is_asked, "the answer", stop=over, reader=first)
        first = None
        party = Party(str(asked.data.get("call_sid", "")), asked.data.get("to"))
        if await accepts(steps, asked, party, confirm):
            return party
