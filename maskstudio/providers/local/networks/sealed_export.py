"""The script that a sealed process runs to make an .onnx file of a YOLO .pt file. Imports nothing of maskstudio.

Loading a .pt file can run code. So before it is loaded this process gives up the network (a namespace of its own, where
the system permits that), processor time, memory and size of files above limits, and all calls that open connections,
start programs or change files outside its own temporary folder. Python's audit hooks, which refuse those calls, cannot
be taken off again; they hold Python code, not machine code, which is why the user's trust is asked for first.
"""

import ctypes
import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

_NEW_USER, _NEW_NET = 0x10000000, 0x40000000
_SECONDS = 900  # of processor time
_MEMORY = 24 << 30  # bytes of address space; torch reserves far more than it uses
_LARGEST = 4 << 30  # bytes of a file
_REFUSED = (
    "socket.connect", "socket.bind", "socket.sendto", "socket.sendmsg", "socket.getaddrinfo", "socket.gethostbyname",
    "subprocess.Popen", "os.system", "os.exec", "os.spawn", "os.posix_spawn", "os.fork", "os.forkpty", "pty.spawn",
    "os.kill", "os.killpg", "os.chown", "ftplib.connect", "smtplib.connect", "urllib.Request", "http.client.connect",
)  # fmt: skip
_CHANGES = ("os.remove", "os.rename", "os.rmdir", "os.mkdir", "os.link", "os.symlink", "os.truncate", "os.chmod")
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


def limit() -> None:
    """Give up the network and what is above the limits, as far as the system can."""
    if sys.platform == "linux":
        with suppress(OSError, AttributeError):
            ctypes.CDLL(None).unshare(_NEW_USER | _NEW_NET)  # refused on some systems; the audit hook is left then
    if sys.platform != "win32":
        import resource

        for kind, most in (
            (resource.RLIMIT_CPU, _SECONDS),
            (resource.RLIMIT_AS, _MEMORY),
            (resource.RLIMIT_FSIZE, _LARGEST),
            (resource.RLIMIT_CORE, 0),
        ):
            with suppress(ValueError, OSError):
                resource.setrlimit(kind, (most, most))


def seal(folder: Path) -> None:
    """Refuse connections, programs, and changes of files outside ``folder`` from now on."""
    inside = str(folder.resolve()) + os.sep

    def own(name: object) -> bool:
        """Whether a path, or an open file, is our own."""
        if isinstance(name, int):
            return True
        try:
            return os.path.realpath(os.fsdecode(name)).startswith(inside)  # type: ignore[arg-type]
        except (TypeError, ValueError):
            return False

    def listen(event: str, words: tuple[Any, ...]) -> None:
        """Called by Python before each of the calls that it audits."""
        if event in _REFUSED:
            raise PermissionError(f"{event} is refused here")
        if event in _CHANGES and not all(own(each) for each in words[: 2 if event == "os.rename" else 1]):
            raise PermissionError(f"{event} is refused here")
        if event == "open" and words[0] != os.devnull and not own(words[0]):
            mode, flags = words[1], words[2]
            if (isinstance(mode, str) and set(mode) & set("wax+")) or (mode is None and flags & _WRITING):
                raise PermissionError("writing is refused here")

    sys.addaudithook(listen)


def main(source: str, target: str) -> None:
    """Export ``source`` to ``target``, both in the present folder."""
    limit()
    from ultralytics import YOLO

    seal(Path.cwd())
    made = YOLO(source).export(format="onnx", simplify=False, device="cpu", verbose=False)
    if Path(made).resolve() != Path(target).resolve():
        Path(made).replace(target)


if __name__ == "__main__":
    main(*sys.argv[1:])
