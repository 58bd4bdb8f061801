"""A router whose lease outlasts whatever else this machine does; what is tested here is not how fast it is taken over.

A router that was kept from its work for as long as its lease lasts ends, as it should, and nobody starts it again here. How
long a take-over takes with the lease that operators get is measured by `make take-over`.
"""

import sys

from callcenter.cli import main
from callcenter.cluster import lease

PATIENT_MS = 6_000

lease.LEASE_MS = PATIENT_MS  # type: ignore[attr-defined]
lease.LEASE_MISSING_S = PATIENT_MS / 1000  # type: ignore[attr-defined]
sys.exit(main())
