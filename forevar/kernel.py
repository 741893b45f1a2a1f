"""A kernel without sockets: ipykernel's own code and nbclient's own bookkeeping, in one process.

A notebook run by it has the outputs, counts, ids and errors of a real kernel. Isolation is the caller's
part: one fresh process per notebook (``forevar.jobs``).
"""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import io
import logging
import os
import sys
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

from ipykernel.ipkernel import IPythonKernel
from ipykernel.zmqshell import ZMQInteractiveShell
from IPython.core.interactiveshell import InteractiveShell
from jupyter_client.session import Session
from papermill.clientwrap import PapermillNotebookClient
from traitlets.config import Config

# A kernel keeps what was typed in a database; a report has no use for it.
QUIET = Config({"HistoryManager": {"enabled": False}})
Message = dict[str, Any]


class Wire(Session):
    """What a kernel believes to be its socket: every message is packed as JSON, unpacked and handed over."""

    def __init__(self, deliver: Callable[[Message], None]) -> None:
        super().__init__()
        self.deliver = deliver

    def send(  # type: ignore[override]  # noqa: D102
        self,
        stream: object,
        msg_or_type: Message | str,
        content: Message | None = None,
        parent: Message | None = None,
        ident: object = None,
        buffers: list[bytes] | None = None,
        track: bool = False,
        header: Message | None = None,
        metadata: Message | None = None,
    ) -> Message:
        message: Message = (
            msg_or_type
            if isinstance(msg_or_type, dict)
            else self.msg(msg_or_type, content, parent, header=header, metadata=metadata)
        )
        message = {**message, "content": self.unpack(self.pack(message["content"])), "buffers": buffers or []}
        self.deliver(message)
        return message


class Stream(io.TextIOBase):
    """``sys.stdout`` or ``sys.stderr`` of a cell; like a kernel's, it keeps text until it is flushed.

    Args:
        name: ``stdout`` or ``stderr``.
        wire: Where the text goes.
    """

    encoding = "utf-8"
    errors = "replace"

    def __init__(self, name: str, wire: Wire) -> None:
        self.name, self._wire, self._kept = name, wire, io.StringIO()

    def writable(self) -> bool:  # noqa: D102
        return True

    def write(self, text: str) -> int:  # noqa: D102
        return self._kept.write(text)

    def flush(self) -> None:  # noqa: D102
        if text := self._kept.getvalue():
            self._kept = io.StringIO()
            self._wire.send(None, "stream", {"name": self.name, "text": text})


class InProcessClient(PapermillNotebookClient):
    """nbclient's notebook client with the kernel in this very process."""

    def execute(self, **_: object) -> Any:
        """Run all cells, until one fails.

        Returns:
            The notebook, with outputs.
        """
        self.reset_execution_trackers()
        with asyncio.Runner() as self._runner, kernel(self._deliver) as self._kernel:
            self.papermill_execute_cells()  # type: ignore[no-untyped-call]
            self.nb.metadata["language_info"] = self._kernel.language_info
            self.set_widgets_metadata()
        return self.nb

    def execute_cell(self, cell: Any, cell_index: int) -> Any:
        """Run one cell and put its outputs into it.

        Raises:
            CellExecutionError: The cell failed and is not tagged ``raises-exception``.
        """
        if cell.cell_type != "code" or not cell.source.strip():
            return cell
        cell.outputs, cell.execution_count = [], self._kernel.shell.execution_count
        self.clear_before_next_output = False
        self._cell, self._cell_index = cell, cell_index
        reply = self._runner.run(self._kernel.do_execute(cell.source, silent=False, allow_stdin=False))
        sys.stdout.flush()
        sys.stderr.flush()
        self._runner.run(self._check_raise_for_error(cell, cell_index, {"content": reply}))
        return cell

    def _deliver(self, message: Message) -> None:
        self.process_message(message, self._cell, self._cell_index)  # type: ignore[no-untyped-call]


@contextlib.contextmanager
def kernel(deliver: Callable[[Message], None]) -> Iterator[Any]:
    """A kernel without sockets, as this process's IPython; what it changed in ``sys`` is put back afterwards.

    Raises:
        RuntimeError: This process has an IPython already (a notebook that runs a notebook).
    """
    if InteractiveShell.initialized():
        raise RuntimeError("this process runs a notebook already: run the other one in a process of its own")
    wire = Wire(deliver)
    main, path, environment = sys.modules["__main__"], sys.path[:], dict(os.environ)
    os.environ.setdefault("MPLBACKEND", "module://matplotlib_inline.backend_inline")
    sys.path.insert(0, os.getcwd())
    debugger = "debugpy" in sys.modules
    sys.modules.setdefault("debugpy", None)  # type: ignore[arg-type]  # a third of a second, and nobody debugs here
    one: Any = IPythonKernel(  # type: ignore[no-untyped-call]
        config=QUIET,
        session=wire,
        log=logging.getLogger(__name__),
        shell_channel_thread=SimpleNamespace(parent_thread=None),
    )
    if not debugger:
        del sys.modules["debugpy"]
    try:
        with contextlib.redirect_stdout(Stream("stdout", wire)), contextlib.redirect_stderr(Stream("stderr", wire)):
            yield one
    finally:
        atexit.unregister(one.shell.atexit_operations)
        one.shell.atexit_operations()
        one.shell.restore_sys_module_state()
        ZMQInteractiveShell.clear_instance()
        IPythonKernel.clear_instance()
        sys.modules["__main__"], sys.path[:] = main, path
        os.environ.clear()
        os.environ.update(environment)
