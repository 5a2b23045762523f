"""Types of the messages on the bus. The modules beside this one are generated from the contract of jambus."""

from .command import Command
from .event import Event, SessionNewEvent, VerbHookEvent, VerbHookEventData
from .result import CommandResult

__all__ = ["Command", "CommandResult", "Event", "SessionNewEvent", "VerbHookEvent", "VerbHookEventData"]
