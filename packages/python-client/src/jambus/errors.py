"""What can go wrong, for those who catch it."""

from __future__ import annotations

from typing import Literal

from .contract import CommandResult

ErrorCode = Literal["bad_message", "bad_config", "bus_refused", "bus_unavailable", "overloaded", "stopped"]


class JambusError(Exception):
    """The bus or the client could not do what was asked."""

    def __init__(self, code: ErrorCode, message: str) -> None:
        super().__init__(message)
        self.code = code


class CallEnded(Exception):
    """The call is over. What waited for something of it gets this."""

    def __init__(self, call_sid: str, how: str) -> None:
        super().__init__(f"call {call_sid} is over: {how}")
        self.call_sid = call_sid
        self.how = how


class CallHandedOver(Exception):
    """The call goes on in another process, which runs its function again."""

    def __init__(self, call_sid: str) -> None:
        super().__init__(f"call {call_sid} is handed over to another process")
        self.call_sid = call_sid


class CallTimeout(Exception):
    """What was waited for did not come in time."""

    def __init__(self, call_sid: str, what: str, seconds: float) -> None:
        super().__init__(f"call {call_sid}: {what} did not come within {seconds:g} s")
        self.call_sid = call_sid


class VerbFailed(Exception):
    """jambonz could not run a verb to its end."""

    def __init__(self, call_sid: str, verb: str, detail: str) -> None:
        super().__init__(f"call {call_sid}: the verb {verb} failed: {detail}")
        self.call_sid = call_sid
        self.verb = verb


class CommandRejected(Exception):
    """A command of the call was refused."""

    def __init__(self, result: CommandResult) -> None:
        super().__init__(
            f"call {result['callSid']}: a command was rejected, {result.get('code')}: {result.get('detail', '')}"
        )
        self.result = result
