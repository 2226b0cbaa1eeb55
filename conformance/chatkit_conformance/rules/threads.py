"""Threads: how they begin, change and end."""
