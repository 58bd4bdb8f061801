"""`python -m callcenter`."""

import gc
import sys

# Nothing that is imported is ever garbage, and looking for it takes a sixth of a start.
gc.disable()

from callcenter.cli import main  # noqa: E402 - after the collector is off

gc.freeze()
gc.enable()
sys.exit(main())
