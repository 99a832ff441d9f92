"""The client: a shop's own programs ask the service, with the same words as in Python."""

from penchant.client.client import Client

__all__ = ["Client"]
