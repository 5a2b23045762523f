"""Events as they are read from the bus."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any

from .attributes import Attributes
from .errors import JambusError


@dataclass(frozen=True)
class Event:
    """What jambonz said about a call, or jambus itself."""

    call_sid: str
    #: The same however often the event comes.
    id: str
    #: Counts the events of the call, from 1 and without gaps.
    sequence: int
    #: Counts the websockets that the call has had.
    epoch: int
    time: datetime
    #: As jambonz has it: `verb:hook`.
    type: str
    #: The message of jambonz as it is. `jambus.contract` has a type for each.
    message: dict[str, Any] = field(repr=False)
    #: The id of the command behind it.
    causation_id: str | None = None
    #: The path of the websocket.
    application: str | None = None
    traceparent: str | None = None

    @property
    def data(self) -> dict[str, Any]:
        """`data` of the message; empty when it has none."""
        data = self.message.get("data")
        return data if isinstance(data, dict) else {}

    @property
    def msgid(self) -> str | None:
        """What an answer names; None when jambonz wants no answer."""
        msgid = self.message.get("msgid")
        return msgid if isinstance(msgid, str) else None


def read_event(call_sid: str, attributes: Attributes, payload: bytes) -> Event:
    """Reads one record of the events channel. Raises JambusError for what jambus does not publish."""
    event_id = attributes.get("id")
    if event_id is None:
        raise JambusError("bad_message", f"an event of call {call_sid} without id")
    return Event(
        call_sid=call_sid,
        id=event_id,
        sequence=_count(event_id, "sequence", attributes),
        epoch=_count(event_id, "epoch", attributes),
        time=_time(event_id, attributes),
        causation_id=attributes.get("causationid"),
        application=attributes.get("application"),
        traceparent=attributes.get("traceparent"),
        **_message(event_id, payload),
    )


def utc_now() -> str:
    """The time in the form of the contract."""
    return to_rfc3339(datetime.now(timezone.utc))


def to_rfc3339(time: datetime) -> str:
    return time.astimezone(timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _message(event_id: str, payload: bytes) -> dict[str, Any]:
    try:
        message = json.loads(payload)
    except ValueError as error:
        raise JambusError("bad_message", f"event {event_id} is not JSON") from error
    if not isinstance(message, dict) or not isinstance(message.get("type"), str):
        raise JambusError("bad_message", f"event {event_id} has no type")
    return {"type": message["type"], "message": message}


def _count(event_id: str, name: str, attributes: Attributes) -> int:
    text = attributes.get(name, "")
    if not (text.isascii() and text.isdigit() and len(text) <= 15):
        raise JambusError("bad_message", f"event {event_id}: its {name} is {text[:100]!r}")
    return int(text)


def _time(event_id: str, attributes: Attributes) -> datetime:
    text = attributes.get("time", "")
    try:
        time = datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError as error:
        raise JambusError("bad_message", f"event {event_id}: its time is {text[:100]!r}") from error
    return time if time.tzinfo is not None else time.replace(tzinfo=timezone.utc)
