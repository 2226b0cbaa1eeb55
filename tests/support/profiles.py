"""How long a property looks: a share of what the Hypothesis profile says, so that `nightly` makes all look longer."""

from hypothesis import HealthCheck, settings


def share(part: float) -> settings:
    """Look at a part of the profile's examples, because each takes long."""
    examples = max(5, round(settings().max_examples * part))
    return settings(max_examples=examples, deadline=None, suppress_health_check=list(HealthCheck))
