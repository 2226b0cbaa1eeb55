"""Guardrails: an answer is taken back."""
