"""Dictation."""
