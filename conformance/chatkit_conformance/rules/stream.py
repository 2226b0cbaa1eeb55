"""Streams: what comes where in an answer."""
