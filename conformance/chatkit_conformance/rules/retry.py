"""Retry: a message is answered again."""
