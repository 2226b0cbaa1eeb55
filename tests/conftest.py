"""Hypothesis profiles: `HYPOTHESIS_PROFILE=nightly make test` looks longer. And the sums of `make faults`."""

import os
import signal

from hypothesis import HealthCheck, settings

from support.tally import pytest_addoption, pytest_terminal_summary

__all__ = ["pytest_addoption", "pytest_terminal_summary"]

SLOW_MACHINES = [HealthCheck.too_slow]
"""How fast examples are drawn says something about the machine, not about the code."""

settings.register_profile("dev", deadline=None, suppress_health_check=SLOW_MACHINES)
settings.register_profile("ci", parent=settings.get_profile("dev"), derandomize=True, print_blob=True)
settings.register_profile("nightly", parent=settings.get_profile("dev"), max_examples=2000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE") or ("ci" if os.environ.get("CI") else "dev"))

# A shell has what it starts in the background ignore Ctrl-C, which servers of tests would inherit.
signal.signal(signal.SIGINT, signal.default_int_handler)
