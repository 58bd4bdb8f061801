"""Backs up where no file may grow beyond a size (EFBIG, as a quota would give). A process of its own."""

import resource
import sys

from callcenter.cli import main

SIZE_MAX, DATA_DIR, TARGET = int(sys.argv[1]), sys.argv[2], sys.argv[3]
resource.setrlimit(resource.RLIMIT_FSIZE, (SIZE_MAX, SIZE_MAX))
sys.exit(main(["backup", TARGET, "--data-dir", DATA_DIR]))
