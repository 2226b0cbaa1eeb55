"""Errors: how a failure is told."""
