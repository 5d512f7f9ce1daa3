"""The main job on the embedded default: detect, cut out and refine the sample photo, and show before and after."""

import json
import os
import subprocess
import sys
from pathlib import Path

from PIL import Image as Picture

ROOT = Path(__file__).resolve().parents[1]
SAMPLE = ROOT / "resources" / "samples" / "grace_hopper.jpg"
OUT = ROOT / "demo"
PROGRAM = Path(sys.executable).parent / "maskstudio"


def maskstudio(*words: str | Path) -> str:
    """Run the program as a user would; its own sentences explain a failure."""
    run = subprocess.run([PROGRAM, *map(str, words)], capture_output=True, text=True, check=False)
    if run.returncode:
        sys.exit(run.stderr.strip() or f"maskstudio {words[0]} failed")
    return run.stdout


def on_checker(cutout: Path) -> Picture.Image:
    """The cut-out on a grey checkerboard."""
    top = Picture.open(cutout).convert("RGBA")
    board = Picture.new("RGBA", top.size)
    for y in range(0, top.height, 16):
        for x in range(0, top.width, 16):
            board.paste((200, 200, 200, 255) if (x + y) // 16 % 2 else (240, 240, 240, 255), (x, y, x + 16, y + 16))
    return Picture.alpha_composite(board, top).convert("RGB")


def main() -> None:
    """Run everything; leave the files in demo/."""
    OUT.mkdir(exist_ok=True)
    face, mask = OUT / "face-mask.png", OUT / "subject-mask.png"
    rough, refined = OUT / "cutout-unrefined.png", OUT / "cutout.png"
    found = json.loads(maskstudio("detect", SAMPLE, "-o", face, "--json"))["detections"]
    scores = ", ".join(f"{one['label']} {one['score']:.2f}" for one in found)
    print(f"Detected    {scores}")
    maskstudio("cutout", SAMPLE, "-o", rough)
    maskstudio("cutout", SAMPLE, "-o", mask, "--return-only-mask")
    maskstudio("refine", SAMPLE, mask, "-o", refined)
    panels = [Picture.open(SAMPLE).convert("RGB"), on_checker(rough), on_checker(refined)]
    sheet = Picture.new("RGB", (sum(p.width for p in panels), panels[0].height))
    for number, panel in enumerate(panels):
        sheet.paste(panel, (number * panel.width, 0))
    sheet.save(OUT / "before-after.png")
    print(f"Cut-out     {refined}\nBefore and after (photo, cut-out, refined)\n            {OUT / 'before-after.png'}")
    if os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"):
        print("Opening the editor on the photo ...")
        subprocess.run([PROGRAM, SAMPLE], check=False)


if __name__ == "__main__":
    main()
