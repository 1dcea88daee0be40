"""`python -m cnn_core`: the command line."""

import os
import sys

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # before torch is imported: spinning beside others costs a lot

from cnn_core.cli import main

sys.exit(main(sys.argv[1:]))
