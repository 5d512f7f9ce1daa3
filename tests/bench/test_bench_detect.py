"""Detection against a raw Ultralytics predict at the same size, in one run: at most 1.1 times its time."""

import time

import numpy as np
import pytest

from maskstudio.core.cv import cv2
from maskstudio.core.image import Image
from maskstudio.jobs import Token
from maskstudio.params.local import DetectParams
from maskstudio.providers.local.local import Local
from maskstudio.providers.local.networks import ultralytics_quiet

ROUNDS = 7


@pytest.mark.parametrize("zoom", [1, 3])
def test_detect_costs_no_more_than_raw_predict(shared_data, shared_models, monkeypatch, zoom):
    monkeypatch.setenv("MASKSTUDIO_MODELS", str(shared_models))
    data = np.fromfile(shared_data / "photos/ultralytics_assets/bus.jpg", np.uint8)
    bgr = cv2.resize(cv2.imdecode(data, 1), None, fx=zoom, fy=zoom, interpolation=cv2.INTER_CUBIC)
    image = Image(np.ascontiguousarray(bgr[..., ::-1]))
    local, params, predict = Local(), DetectParams(model="yolov8n-seg"), raw(shared_models / "yolov8n-seg.pt")

    def ours():
        return local.detect(image, params, Token())

    def theirs():
        return predict(bgr, conf=0.25, retina_masks=True, verbose=False)

    assert len(ours()) == len(theirs()[0].boxes) == 6
    mine, peer = [], []
    for _ in range(ROUNDS):  # alternating, so that a busy machine slows both
        mine.append(timed(ours))
        peer.append(timed(theirs))
    print(f"zoom {zoom}: ours {min(mine):.3f} s, raw predict {min(peer):.3f} s, ratio {min(mine) / min(peer):.2f}")
    assert min(mine) <= 1.1 * min(peer)


def timed(work):
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def raw(weight):
    """Ultralytics' own predict, told not to warm up where torchvision does not load."""
    ultralytics_quiet.ready()
    from ultralytics import YOLO
    from ultralytics.models.yolo.segment import SegmentationPredictor

    class Cold(SegmentationPredictor):
        def setup_model(self, model, verbose=True):
            super().setup_model(model, verbose)
            self.done_warmup = True

    model = YOLO(weight)
    return lambda picture, **options: model.predict(picture, predictor=Cold, **options)
