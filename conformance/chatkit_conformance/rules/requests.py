"""Requests: what is taken, and what is refused."""
