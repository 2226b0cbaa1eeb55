"""What several tests of the bridge are given."""

from collections.abc import Iterator

import pytest

from support.ears import Ears, listening


@pytest.fixture
def ears() -> Iterator[Ears]:
    with listening() as ears:
        yield ears
