"""What messages of jambonz say, for those who wait for it."""

from __future__ import annotations

from dataclasses import dataclass

from .event import Event

_TERMINAL = frozenset({"completed", "failed", "busy", "no-answer"})


@dataclass(frozen=True)
class CallStatus:
    """What a `call:status` says."""

    call_sid: str
    status: str
    #: The leg is the session's own, and not a party that was dialled.
    own_leg: bool

    @property
    def terminal(self) -> bool:
        return self.status in _TERMINAL


def call_status_of(event: Event) -> CallStatus | None:
    if event.type != "call:status":
        return None
    status = event.data.get("call_status")
    if not isinstance(status, str):
        return None
    own = event.message.get("call_sid") or event.call_sid
    leg = event.data.get("call_sid")
    call_sid = leg if isinstance(leg, str) else own
    return CallStatus(call_sid=call_sid, status=status, own_leg=call_sid == own)


def end_of_call(event: Event) -> str | None:
    """How the call ended, when the event tells that."""
    status = call_status_of(event)
    if status is not None and status.terminal and status.own_leg:
        return status.status
    if event.type == "jambus:lost":
        return "its websocket is gone, and jambonz has not come back"
    if event.type == "jambus:omitted" and event.data.get("ended") is True:
        return str(event.data.get("call_status", "ended"))
    return None


def finished_verb(event: Event) -> str | None:
    """The id of the verb that has ended, well or not."""
    if event.type != "verb:status":
        return None
    verb_id = event.data.get("id")
    over = event.data.get("event") == "finished" or event.data.get("status") == "end"
    return verb_id if over and isinstance(verb_id, str) else None


def failed_verb(event: Event) -> tuple[str, str] | None:
    """The id of the verb that jambonz could not run, and why. Its end is told by another event."""
    if event.type != "jambonz:error":
        return None
    verb_id = event.data.get("id")
    if not isinstance(verb_id, str):
        return None
    parts = [part for part in (event.data.get("msg"), event.data.get("details")) if isinstance(part, str) and part]
    return verb_id, ": ".join(parts)[:500] or "jambonz gave no reason"
