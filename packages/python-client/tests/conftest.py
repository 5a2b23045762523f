"""What tests of calls are made of: no bus, and jambonz played by hand."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta, timezone
from typing import Any

from jambus import Call, CommandResult, Event
from jambus.calls.log import CallLog
from jambus.event import utc_now

CALL_SID = "a-call"
BEGUN = datetime(2026, 1, 1, tzinfo=timezone.utc)


def event_of(sequence: int, kind: str, data: Mapping[str, Any], *, after: float | None = None, **more: Any) -> Event:
    """`after` is how many seconds after the beginning of the call it happened."""
    message: dict[str, Any] = {"type": kind, "data": dict(data)}
    message.update({name: more[name] for name in ("msgid", "hook") if name in more})
    return Event(
        call_sid=CALL_SID,
        id=f"{CALL_SID}/1/{sequence}",
        sequence=sequence,
        epoch=1,
        time=BEGUN + timedelta(seconds=sequence if after is None else after),
        type=kind,
        message=message,
        causation_id=more.get("causation_id"),
    )


def session_new() -> Event:
    return event_of(1, "session:new", {"from": "+15550101", "to": "+15550102"}, msgid="first")


class Scene:
    """A call without a bus. It is its own claim."""

    def __init__(self, *, resumed: bool = False) -> None:
        self.session = session_new()
        self.log = CallLog(self.session)
        self.resumed = resumed
        self.sent: list[tuple[str, Mapping[str, Any]]] = []
        self.outcome: dict[str, Any] = {"status": "delivered"}
        self.left: str | None = None
        self._sequence = 1

    def say(self, kind: str, data: Mapping[str, Any], **more: Any) -> None:
        """jambonz says it."""
        self._sequence += 1
        self.log.take(event_of(self._sequence, kind, data, **more))

    def call(self) -> Call:
        return Call(self, self.send, 3.5)

    async def send(self, call_sid: str, message: Mapping[str, Any], *, id: str) -> CommandResult:
        self.sent.append((id, message))
        result: Any = {"commandId": id, "callSid": call_sid, "at": utc_now(), **self.outcome}
        return result  # type: ignore[no-any-return]

    async def prepared(self) -> None: ...

    async def done(self) -> None:
        self.left = "done"

    async def give_back(self) -> None:
        self.left = "given back"

    async def until(self, holds: Callable[[], bool]) -> None:
        for _ in range(200):
            if holds():
                return
            await asyncio.sleep(0.01)
        raise AssertionError("it did not come to that")

    async def verbs(self, count: int) -> list[Mapping[str, Any]]:
        """The verbs of the latest message, once so many were sent."""
        await self.until(lambda: len(self.sent) >= count)
        verbs: list[Mapping[str, Any]] = self.sent[count - 1][1]["data"]
        return verbs
