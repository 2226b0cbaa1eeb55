"""Workflows and their tasks."""
