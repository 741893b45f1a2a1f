"""papermill engine ``inprocess``: runs a notebook without a kernel process (``papermill --engine inprocess``).

papermill imports this module while it is imported itself; who wants it by hand imports papermill first.
"""

from __future__ import annotations

from typing import Any

from papermill.engines import Engine


class InProcessEngine(Engine):
    """papermill's door to ``forevar.kernel``."""

    @classmethod
    def execute_managed_notebook(cls, nb_man: Any, kernel_name: str, **_: object) -> None:
        """Run the notebook that papermill has prepared.

        Args:
            nb_man: papermill's manager, which holds the notebook.
            kernel_name: Ignored; the kernel is the Python that runs this.
        """
        from forevar.kernel import InProcessClient

        InProcessClient(nb_man).execute()  # type: ignore[no-untyped-call]
