"""Captures of the wire, in whatever form they come, read as transcripts."""

from chatkit_conformance.captures.read import CaptureError, read_capture

__all__ = ["CaptureError", "read_capture"]
