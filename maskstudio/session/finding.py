"""Verbs that find the subject: detection and background removal."""

from collections.abc import Callable
from pathlib import Path

from maskstudio.core.document import Layer
from maskstudio.jobs import Job, Owes
from maskstudio.names import shown
from maskstudio.params.local import CutoutParams, DetectParams, MaskParams
from maskstudio.providers.local import families
from maskstudio.providers.provider import ModelState
from maskstudio.providers.weights import store
from maskstudio.session import operations
from maskstudio.session.desk import Desk


class FindingVerbs(Desk):
    """What a model contributes becomes layers."""

    def models(self) -> list[ModelState]:
        """Every model of the provider with its state."""
        return self.provider.models()

    def detect(self, params: DetectParams, shape: MaskParams) -> Job:
        """Find objects; each becomes a layer with ``shape``. Unrefined finds of the same model make room for them."""
        document = self._required()
        label = f"Detect: {families.title(params.model)}"

        def done(layers: list[Layer]) -> None:
            if layers:
                self._take(layers, params.model, label, params.to_wire())
            else:
                self.told(f"{families.title(params.model)}: nothing found above a confidence of {params.confidence:g}.")

        return self._start(
            label,
            lambda token: operations.detect(document.image, self.provider, params, shape, token),
            done,
            lane="detect",
        )

    def remove_background(self, params: CutoutParams) -> Job:
        """Find the subject as a whole; it becomes one layer."""
        document = self._required()

        def done(layer: Layer) -> None:
            if layer.mask.tiles:
                self._take([layer], params.model, "Remove background", params.to_wire())
            else:
                self.told(f"{families.title(params.model)}: no subject found.")

        return self._start(
            "Remove background",
            lambda token: operations.remove_background(document.image, self.provider, params, token),
            done,
            lane="detect",
        )

    def pull_model(self, name: str, done: Callable[[], None]) -> Job:
        """Download a model's file, because the user asked for it."""
        return self._start(
            f"Download {name}",
            lambda token: families.pull(name, token),
            lambda _: done(),
            lane=f"download {name}",
            owes=Owes(name),
        )

    def add_model(self, path: Path, *, trust: bool, done: Callable[[str], None]) -> Job:
        """Copy a weight file into the user's folder; ``trust`` is the user's word that it may be loaded."""
        return self._start(
            f"Add {path.name}",
            lambda _token: families.add(path, trust=trust),
            done,
            lane=f"add {path}",
            owes=Owes(shown(path.name)),
        )

    def remove_model(self, name: str) -> None:
        """Delete a model's file from the user's folder."""
        store.remove(name)

    def _take(self, layers: list[Layer], model: str, label: str, params: dict[str, object]) -> None:
        """Put what ``model`` found in the place of what it found before and nobody has worked on."""
        document = self._required()
        origin = self.origin("detection", model=model, version=families.version(model), params=params)
        document = self._without_stale(document, lambda layer: layer.source is not None and layer.source.model == model)
        self.commit(document.add([layer.changed(origin=origin).as_found() for layer in layers]), label)
