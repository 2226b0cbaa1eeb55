"""`python -m chatkit_conformance.cli` is `chatkit-wire`."""

import sys

from chatkit_conformance.cli import main

sys.exit(main())
