"""The bus on NATS with JetStream."""

from .connect import connect_nats

__all__ = ["connect_nats"]
