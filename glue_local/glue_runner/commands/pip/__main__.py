"""`python -m pip`."""

import sys

from glue_runner.commands.pip import main

sys.exit(main())
