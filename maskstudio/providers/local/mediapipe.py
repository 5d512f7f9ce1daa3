"""MediaPipe: faces, parts of faces, hands and people, under the services' names. Its models are inside its package."""

from collections.abc import Mapping
from itertools import islice

from maskstudio.core.image import Image
from maskstudio.core.layer import Detection, Subject, box_around
from maskstudio.core.mask import Mask
from maskstudio.core.seen import visible
from maskstudio.jobs import Token
from maskstudio.params.local import CutoutParams, DetectParams
from maskstudio.providers.local import fullsize
from maskstudio.providers.local.people import facemesh, faces, graphs, hands, looking
from maskstudio.providers.local.shapes import box_mask, strokes_mask
from maskstudio.providers.local.wording import refuse_words
from maskstudio.providers.provider import Model, ModelState, Operation
from maskstudio.providers.weights.weightfile import About, WeightFile
from maskstudio.subject import finder
from maskstudio.subject.finder import Sighting
from maskstudio.subject.subject import judged

_MISSING = "MediaPipe is not installed; install it with: pip install mediapipe==0.10.14"
_DETECT: frozenset[Operation] = frozenset({"detect"})
_SELFIE = "mediapipe_selfie"
_HANDS = "mediapipe_hands"
_APACHE = "Apache-2.0"
_DATA = "Google's own pictures, not published"


def _about(purpose: str) -> About:
    """What Google states of all of them."""
    return About(purpose, _APACHE, _APACHE, _DATA)


_FACES = _about("Finds faces and boxes them.")
_PEOPLE = _about("Cuts out people near the camera, with a soft edge.")
_MESHES = _about("Draws the outline of faces or of their parts.")

MODELS: Mapping[str, Model] = {
    model.name: model
    for model in (
        Model("mediapipe_face_full", "Faces, near and far", _DETECT, outlines=False, about=_FACES),
        Model("mediapipe_face_short", "Faces, near", _DETECT, outlines=False, about=_FACES),
        Model("mediapipe_face_mesh", "Faces, outlined", _DETECT, about=_MESHES),
        Model("mediapipe_face_mesh_eyes_only", "Eyes only, outlined", _DETECT, about=_MESHES),
        Model("eyes_mesh_mediapipe", "Eyes, outlined", _DETECT, about=_MESHES),
        Model("nose_mesh_mediapipe", "Nose, outlined", _DETECT, about=_MESHES),
        Model("lips_mesh_mediapipe", "Lips, outlined", _DETECT, about=_MESHES),
        Model("eyes_lips_mesh", "Eyes and lips, outlined", _DETECT, about=_MESHES),
        Model("nose_eyes_mesh", "Nose and eyes, outlined", _DETECT, about=_MESHES),
        Model("nose_lips_mesh", "Nose and lips, outlined", _DETECT, about=_MESHES),
        Model(_HANDS, "Hands, outlined", _DETECT, about=_about("Finds hands and draws their outline.")),
        Model(_SELFIE, "People, cut out softly", frozenset({"detect", "cutout"}), about=_PEOPLE),
    )
}
_PARTS = {
    "mediapipe_face_mesh": ("face",),
    "mediapipe_face_mesh_eyes_only": ("eyes",),
    "eyes_mesh_mediapipe": ("eyes",),
    "nose_mesh_mediapipe": ("nose",),
    "lips_mesh_mediapipe": ("lips",),
    "eyes_lips_mesh": ("eyes", "lips"),
    "nose_eyes_mesh": ("nose", "eyes"),
    "nose_lips_mesh": ("nose", "lips"),
}  # what the face meshes outline


class MediaPipe:
    """The family of MediaPipe's models. Its graphs stay loaded between calls."""

    name = "MediaPipe"
    libraries = ("mediapipe",)
    weights: Mapping[str, WeightFile] = {}

    def models(self) -> Mapping[str, Model]:
        """The models inside MediaPipe's package."""
        return MODELS

    def state(self, name: str) -> ModelState:
        """Ready if MediaPipe is installed."""
        model = MODELS[name]
        return model.now("ready") if graphs.installed() else model.now("unavailable", _MISSING)

    def detect(self, image: Image, params: DetectParams, token: Token) -> list[Detection]:
        """Find faces, their parts, hands or people. Raises ``BadParameter`` if it is asked in words."""
        refuse_words(params)
        if params.model == _HANDS:
            return _hands(image, params, token)
        if params.model == _SELFIE:
            found = _people(image, token)
            return (
                [found] if found.mask.tiles and found.label == "person" and found.confidence > params.confidence else []
            )
        seen = faces.find(visible(image), token, near=params.model == "mediapipe_face_short")
        seen = [face for face in seen if face.score > params.confidence]
        parts = _PARTS.get(params.model, ())
        if not parts:
            return [_boxed(image, face, params) for face in seen[: params.max_detections]]
        return _meshes(image, seen, parts, params, token)

    def cutout(self, image: Image, params: CutoutParams, token: Token) -> Subject:
        """The people in the photo as one soft mask; without people, what the model takes for one, and says so."""
        return _people(image, token)


def _people(image: Image, token: Token) -> Subject:
    """Whatever stands out as people do, called a person only where there is evidence of one."""
    rgb = visible(image)
    small = fullsize.reduced(rgb)
    sight = looking.look(small, token.part(0.0, 0.4))
    best = finder.find(small, token.part(0.4, 0.7), [Sighting(_SELFIE, sight.coverage)], only=_SELFIE)
    mask = fullsize.carried(rgb, small, best.coverage, token.part(0.7, 1.0))
    if sight.people:
        return judged(mask, best.confidence, _SELFIE, way="Person, by MediaPipe", label="person")
    return judged(mask, best.confidence, _SELFIE, way="No person, but what stands out, by MediaPipe")


def _boxed(image: Image, face: faces.Face, params: DetectParams) -> Detection:
    mask = box_mask(image.width, image.height, face.box, params.box_shape)
    return Detection("face", face.score, face.box, mask, params.model)


def _meshes(
    image: Image, seen: list[faces.Face], parts: tuple[str, ...], params: DetectParams, token: Token
) -> list[Detection]:
    """One detection per face, with its parts in one mask. Faces without a mesh are left out."""
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
    masks = ((hand, hands.mask(hand, image.width, image.height)) for hand in seen)
    found = (_detection("hand", hand.score, mask, params.model) for hand, mask in masks if mask.tiles)
    return list(islice(found, params.max_detections))


def _detection(label: str, score: float, mask: Mask, model: str) -> Detection:
    return Detection(label, score, box_around(mask), mask, model)
