"""Commands as records of the bus."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any, Literal

from .attributes import Attributes
from .errors import JambusError
from .event import to_rfc3339
from .names import check_header

DEFAULT_EXPIRES_IN = 30.0
_LONGEST_EXPIRES_IN = 24 * 60 * 60.0


@dataclass(frozen=True)
class OutgoingCommand:
    """A command that is ready for any bus."""

    call_sid: str
    id: str
    attributes: Attributes
    payload: bytes
    expires_in: float


def outgoing_command(
    source: str,
    call_sid: str,
    message: Mapping[str, Any],
    *,
    id: str | None = None,
    expires_in: float = DEFAULT_EXPIRES_IN,
    ifverbid: str | None = None,
    ifsequence: int | None = None,
    results: Literal["terminal"] | None = None,
    traceparent: str | None = None,
) -> OutgoingCommand:
    """Raises JambusError `bad_message` for what a header cannot carry, or jambus would refuse."""
    command_id = str(uuid.uuid4()) if id is None else id
    if not 0 < expires_in <= _LONGEST_EXPIRES_IN:
        raise JambusError("bad_message", f"expires_in: expected seconds, at most a day, got {expires_in}")
    now = datetime.now(timezone.utc)
    attributes = {
        "specversion": "1.0",
        "id": command_id,
        "type": "jambonz.ack" if message.get("type") == "ack" else "jambonz.command",
        "source": source,
        "subject": call_sid,
        "time": to_rfc3339(now),
        "expirytime": to_rfc3339(now + timedelta(seconds=expires_in)),
        "content-type": "application/json",
    }
    given = {
        "ifverbid": ifverbid,
        "ifsequence": None if ifsequence is None else str(ifsequence),
        "results": results,
        "traceparent": traceparent,
    }
    attributes.update({name: value for name, value in given.items() if value is not None})
    for name in ("id", "ifverbid", "traceparent"):
        if name in attributes:
            check_header(name, attributes[name])
    return OutgoingCommand(call_sid, command_id, attributes, _encode(message), expires_in)


def _encode(message: Mapping[str, Any]) -> bytes:
    try:
        return json.dumps(dict(message), ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
    except (TypeError, ValueError) as error:
        raise JambusError("bad_message", f"the command cannot be written as JSON: {error}") from error
