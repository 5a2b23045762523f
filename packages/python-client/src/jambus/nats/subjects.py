"""Subjects of records."""

from __future__ import annotations

from ..names import BusNames


def events_subject(names: BusNames, call_sid: str = "*", kind: str | None = None) -> str:
    """Events of one call or all, of one type or all."""
    return f"{names.events}.{call_sid}.{'>' if kind is None else kind.replace(':', '.')}"


def call_sid_of(channel: str, subject: str) -> str | None:
    """The call that a record is about. None for a subject that is none of the channel's."""
    before = f"{channel}."
    return subject[len(before) :].split(".", 1)[0] if subject.startswith(before) else None
