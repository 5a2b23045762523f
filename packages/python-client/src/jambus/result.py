"""Results of commands."""

from __future__ import annotations

import json
from typing import cast

from .contract import CommandResult
from .errors import JambusError
from .event import utc_now


def read_result(payload: bytes) -> CommandResult:
    """Reads one record of the results channel. Raises JambusError for what jambus does not publish."""
    try:
        value = json.loads(payload)
    except ValueError as error:
        raise JambusError("bad_message", f"a result that is not JSON ({len(payload)} bytes)") from error
    needed = ("commandId", "callSid", "status", "at")
    if not isinstance(value, dict) or not all(isinstance(value.get(name), str) for name in needed):
        raise JambusError("bad_message", "a result that is none")
    return cast(CommandResult, value)


def is_terminal(result: CommandResult) -> bool:
    """Whether it is the one outcome of its command, and not news about a verb."""
    return result["status"] in ("delivered", "rejected")


def delivered_before(call_sid: str, command_id: str) -> CommandResult:
    return {"commandId": command_id, "callSid": call_sid, "status": "delivered", "at": utc_now()}


def duplicate_of(call_sid: str, command_id: str) -> CommandResult:
    """The answer to a command whose id was there before."""
    return {
        "commandId": command_id,
        "callSid": call_sid,
        "status": "rejected",
        "code": "duplicate",
        "detail": "a command with this id has been sent to this call before",
        "at": utc_now(),
    }
