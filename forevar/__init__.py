"""raw files → tidy tables → scores → notebooks → one report.

A notebook needs one import::

    from forevar import open_edition
    view = open_edition("2026-1").substance("kokain")
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

# jsonschema imports this package when it is installed, and it then builds a parser for two
# seconds; all that is lost without it is the check of "iri" formats (jsonschema issue 1392).
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]

__version__ = "0.1.0"
__all__ = ["Period", "open_edition"]

if TYPE_CHECKING:
    from forevar.edition import open_edition
    from forevar.period import Period


def __getattr__(name: str) -> Any:
    """The two public names, imported when first asked for so that ``forevar --help`` is quick."""
    if name == "open_edition":
        from forevar.edition import open_edition

        return open_edition
    if name == "Period":
        from forevar.period import Period

        return Period
    raise AttributeError(f"module 'forevar' has no attribute {name!r}")
