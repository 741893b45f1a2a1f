"""``python -m forevar``."""

from forevar.cli import main

raise SystemExit(main())
