"""Names on the bus, and what can be one."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

from .errors import JambusError

DEFAULT_PREFIX = "jambonz"
_DURABLE = re.compile(r"[A-Za-z0-9_-]{1,64}")
_NOT_IN_A_TOKEN = re.compile("[\t\n\f\r .*>\x7f\ufffd\ud800-\udfff]")
_MOST_CALL_SID_BYTES = 256
_MOST_ID_CHARACTERS = 512
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f]")


@dataclass(frozen=True)
class BusNames:
    """Names of the channels: subjects on NATS, topics on Kafka."""

    commands: str
    events: str
    results: str


def bus_names(prefix: str = DEFAULT_PREFIX, names: Mapping[str, str] | None = None) -> BusNames:
    """The names of a prefix; `names` has those that are other than `<prefix>.<channel>`."""
    given = names or {}
    return BusNames(*(given.get(channel, f"{prefix}.{channel}") for channel in ("commands", "events", "results")))


def is_call_sid(text: str) -> bool:
    return text != "" and _NOT_IN_A_TOKEN.search(text) is None and len(text.encode()) <= _MOST_CALL_SID_BYTES


def check_call_sid(call_sid: str) -> None:
    """Raises JambusError when the text cannot be the address of a call."""
    if not is_call_sid(call_sid):
        raise _refused("call_sid", 'up to 256 bytes without dots, spaces, line breaks, "*" and ">"', call_sid)


def check_durable(durable: str) -> None:
    """Raises JambusError when no bus takes a consumer of this name."""
    if _DURABLE.fullmatch(durable) is None:
        raise _refused("durable", "up to 64 letters, digits, dashes and underscores", durable)


def check_header(name: str, text: str) -> None:
    """Raises JambusError when a header cannot carry the text."""
    if not 0 < len(text.encode()) <= _MOST_ID_CHARACTERS or text.strip() != text or _CONTROL.search(text):
        raise _refused(name, "1 to 512 bytes without control characters and without spaces around", text)


def _refused(name: str, expected: str, got: str) -> JambusError:
    return JambusError("bad_message", f"{name}: expected {expected}, got {json.dumps(got[:100])}")
