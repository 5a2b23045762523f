"""The bus on Kafka."""

from .connect import connect_kafka

__all__ = ["connect_kafka"]
