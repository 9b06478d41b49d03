"""``python -m twinformer``: the command line where no script is installed."""
import sys

from .commands.main import main

sys.exit(main())
