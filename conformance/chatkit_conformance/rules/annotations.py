"""Annotations: sources of what was said."""
