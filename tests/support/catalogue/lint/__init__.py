"""Checks that a transcript alone decides, by area. Raw JSON and bytes only: an oracle of its own, not our codec."""
