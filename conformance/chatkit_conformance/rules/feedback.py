"""Thumbs up and down."""
