"""What models are called in sentences for people. Forms, files and services use their names."""

from maskstudio.providers.local import mediapipe_models
from maskstudio.providers.weights import catalogue


def title(name: str) -> str:
    """A model's title in plain words; one that the user has added is called by its name."""
    known = mediapipe_models.MODELS.get(name) or catalogue.BY_NAME.get(name)
    return known.title if known is not None else name
