"""The known files of text encoders, which turn words into what an open YOLO model looks for. Only data."""

from maskstudio.providers.weights.weightfile import About, WeightFile

_ULTRALYTICS = "https://github.com/ultralytics/assets/releases/download/v8.4.0"
_CLIP = "https://openaipublic.azureedge.net/clip/models"
_CLIP_DIGEST = "40d365715913c9da98579312b702a82c18be219cc2a73407c4526f58eba950af"  # also a part of its address
MOBILE, MOBILE_2, CLIP = "mobileclip:blt", "mobileclip2:b", "clip:ViT-B/32"  # as networks call their encoders
_APPLE = "Apple's licence for research (AMLR)"


def _about(models: str, code: str, weights: str, data: str) -> About:
    return About(f"Reads the words with which {models} are asked; finds nothing by itself.", code, weights, data)


ENTRIES = (
    WeightFile(
        "mobileclip_blt", "Words for YOLOE (MobileCLIP)", _APPLE, f"{_ULTRALYTICS}/mobileclip_blt.ts", suffix=".ts",
        about=_about("YOLOE models of YOLOv8 and YOLO11", "MIT", _APPLE, "DataCompDR-1B, for research"),
    ),
    WeightFile(
        "mobileclip2_b", "Words for YOLOE-26 (MobileCLIP 2)", _APPLE, f"{_ULTRALYTICS}/mobileclip2_b.ts", suffix=".ts",
        about=_about("YOLOE models of YOLO26", "MIT", _APPLE, "DFNDR-2B, for research"),
    ),
    WeightFile(
        "ViT-B-32", "Words for YOLO-World (CLIP)", "MIT", f"{_CLIP}/{_CLIP_DIGEST}/ViT-B-32.pt", (_CLIP_DIGEST,),
        about=_about("YOLO-World models", "MIT", "MIT", "400 million pictures with texts from the internet, not named"),
    ),
)  # fmt: skip

BY_NAME = {entry.name: entry for entry in ENTRIES}
ENCODERS = {MOBILE: "mobileclip_blt", MOBILE_2: "mobileclip2_b", CLIP: "ViT-B-32"}  # the files of the encoders
