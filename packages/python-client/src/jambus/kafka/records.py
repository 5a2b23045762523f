"""Records of the brokers."""

from __future__ import annotations

from typing import Any

from ..attributes import from_headers


def key_of(record: Any) -> str | None:
    """The call that a record is about."""
    try:
        return record.key.decode() if record.key else None
    except UnicodeDecodeError:
        return None


def attributes_of(record: Any) -> dict[str, str]:
    return from_headers(((name, value.decode()) for name, value in record.headers if value is not None), "ce_")
