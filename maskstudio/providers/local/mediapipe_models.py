"""The models that MediaPipe brings along, by the services' names, turned into detections. Knows no weight files."""

from dataclasses import dataclass

from maskstudio.core.document import Detection
from maskstudio.core.image import Image
from maskstudio.core.mask import Mask
from maskstudio.core.seen import visible
from maskstudio.jobs import Token
from maskstudio.params.local import DetectParams
from maskstudio.providers.local import facemesh, faces, graphs, hands, selfie
from maskstudio.providers.local.shapes import Box, box_mask, strokes_mask
from maskstudio.providers.provider import ModelState

_MISSING = "MediaPipe is not installed; install it with: pip install mediapipe==0.10.14"


@dataclass(frozen=True, slots=True)
class Known:
    """A model's title, and for face meshes the parts they outline."""

    title: str
    parts: tuple[str, ...] = ()


MODELS = {
    "mediapipe_face_full": Known("Faces, near and far"),
    "mediapipe_face_short": Known("Faces, near"),
    "mediapipe_face_mesh": Known("Faces, outlined", ("face",)),
    "mediapipe_face_mesh_eyes_only": Known("Eyes only, outlined", ("eyes",)),
    "eyes_mesh_mediapipe": Known("Eyes, outlined", ("eyes",)),
    "nose_mesh_mediapipe": Known("Nose, outlined", ("nose",)),
    "lips_mesh_mediapipe": Known("Lips, outlined", ("lips",)),
    "eyes_lips_mesh": Known("Eyes and lips, outlined", ("eyes", "lips")),
    "nose_eyes_mesh": Known("Nose and eyes, outlined", ("nose", "eyes")),
    "nose_lips_mesh": Known("Nose and lips, outlined", ("nose", "lips")),
    "mediapipe_hands": Known("Hands, outlined"),
    "mediapipe_selfie": Known("People, cut out softly"),
}


def states() -> list[ModelState]:
    """Every model with its state; ready wherever MediaPipe is installed, for it carries them inside."""
    here = graphs.installed()
    return [
        ModelState(
            name, known.title, frozenset({"detect", "cutout"} if name == "mediapipe_selfie" else {"detect"}),
            "ready" if here else "unavailable", "" if here else _MISSING,
        )
        for name, known in MODELS.items()
    ]  # fmt: skip


def detect(image: Image, params: DetectParams, token: Token) -> list[Detection]:
    """Detections of one of ``MODELS`` scored above ``params.confidence``, best first."""
    if params.model == "mediapipe_hands":
        return _hands(image, params, token)
    if params.model == "mediapipe_selfie":
        found = cut_out(image, token)
        return [found] if found.mask.tiles and (found.score or 0) > params.confidence else []
    rgb = visible(image)
    seen = faces.find(rgb, token, near=params.model == "mediapipe_face_short")
    seen = [face for face in seen if face.score > params.confidence]
    parts = MODELS[params.model].parts
    if not parts:
        return [_boxed(image, face, params) for face in seen[: params.max_detections]]
    return _meshes(image, seen, parts, params, token)


def cut_out(image: Image, token: Token) -> Detection:
    """The people in the photo as one soft mask; empty if there are none."""
    mask, score = selfie.person(visible(image), token)
    return _detection("person", score, mask, "mediapipe_selfie")


def _boxed(image: Image, face: faces.Face, params: DetectParams) -> Detection:
    mask = box_mask(image.width, image.height, face.box, params.box_shape)
    return Detection("face", face.score, face.box, mask, params.model)


def _meshes(
    image: Image, seen: list[faces.Face], parts: tuple[str, ...], params: DetectParams, token: Token
) -> list[Detection]:
    """One detection a face: its parts in one mask. Faces on which no mesh can be laid are left out."""
    found: list[Detection] = []
    for number, face in enumerate(seen):
        token.step(0.8 + 0.2 * number / len(seen), "Drawing outlines")
        mesh = facemesh.points(visible(image), face)
        if mesh is None or len(found) == params.max_detections:
            continue
        curves = [curve for part in parts for curve in facemesh.outlines(mesh, part)]
        mask = strokes_mask(image.width, image.height, curves)
        if mask.tiles:
            found.append(_detection(" and ".join(parts), face.score, mask, params.model))
    return found


def _hands(image: Image, params: DetectParams, token: Token) -> list[Detection]:
    seen = [hand for hand in hands.find(visible(image), token) if hand.score > params.confidence]
    masks = [(hand, hands.mask(hand, image.width, image.height)) for hand in seen[: params.max_detections]]
    return [_detection("hand", hand.score, mask, params.model) for hand, mask in masks if mask.tiles]


def _detection(label: str, score: float, mask: Mask, model: str) -> Detection:
    edges = mask.bounds
    box: Box = (float(edges.x), float(edges.y), float(edges.right), float(edges.bottom))
    return Detection(label, score, box, mask, model)
