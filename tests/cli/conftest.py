"""A test bed that the tests of a module share."""

from collections.abc import Iterator

import pytest

from cli.processes import Served


@pytest.fixture(scope="module")
def testbed() -> Iterator[Served]:
    served = Served("testbed", "--port", "0")
    yield served
    served.close()
