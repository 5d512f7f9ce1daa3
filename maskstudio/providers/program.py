"""Other programs, run to their end while a token may still stop them. Knows none of them."""

import os
import signal
import subprocess
from collections.abc import Callable, Mapping, Sequence
from itertools import count
from pathlib import Path
from typing import BinaryIO

_LOOK = 0.1  # s between two looks


def run(
    command: Sequence[str], folder: Path, environment: Mapping[str, str], said: BinaryIO, look: Callable[[int], None]
) -> int:
    """Run a program in ``folder`` and return its exit status; ``said`` takes all that it says.

    ``look(number)`` is called between looks at it, ten times a second; what that raises ends the program and whatever
    it has started.
    """
    process = subprocess.Popen(  # noqa: S603 - the callers name the program, no user and no file does
        command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=said, stderr=said,
        close_fds=True, start_new_session=True,
    )  # fmt: skip
    try:
        for number in count():
            if process.poll() is not None:
                break
            look(number)
            try:
                process.wait(_LOOK)
            except subprocess.TimeoutExpired:
                continue
    finally:
        _end(process)
    return process.returncode


def _end(process: "subprocess.Popen[bytes]") -> None:
    """End the process, with whatever it has started, if it still runs."""
    if process.poll() is None:
        if os.name == "nt":
            process.kill()
        else:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
