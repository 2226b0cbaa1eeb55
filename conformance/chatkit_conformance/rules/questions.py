"""Structured input: questions and their answers."""
