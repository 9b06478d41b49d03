"""``python -m torch_impl``: the command line where no script is installed."""
import sys

from twinformer.commands.main import main

sys.exit(main())
