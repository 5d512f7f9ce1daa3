"""Untrained networks that are asked in words, and text encoders for them, made with Ultralytics' own descriptions."""

import warnings

import torch

from maskstudio.providers.local.networks import ultralytics_quiet

WIDE = 512  # numbers in a direction
KINDS = {
    "yolov8n-worldv2": ("WorldModel", "yolov8n-worldv2.yaml"),
    "yoloe-v8n-seg": ("YOLOESegModel", "yoloe-v8n-seg.yaml"),
    "yoloe-11n-seg": ("YOLOESegModel", "yoloe-11n-seg.yaml"),
    "yoloe-26n-seg": ("YOLOESegModel", "yoloe-26n-seg.yaml"),
}


def network(name):
    """An untrained network of one of ``KINDS``."""
    ultralytics_quiet.ready()
    from ultralytics.nn import tasks

    kind, description = KINDS[name]
    torch.manual_seed(3)
    made = getattr(tasks, kind)(description, verbose=False).eval()
    made.task = "segment" if "seg" in name else "detect"
    made.names = {number: f"thing {number}" for number in range(80)}
    made.args = {"imgsz": 640, "task": made.task}
    return made


def saved(path, made):
    """Write a network as Ultralytics does."""
    path.parent.mkdir(parents=True, exist_ok=True)
    torch.save({"model": made.float(), "train_args": {"task": made.task, "imgsz": 640}}, path)
    return path


class Directions(torch.nn.Module):
    """An encoder like MobileCLIP's: the length of what it gives is 1."""

    def __init__(self):
        super().__init__()
        self.table = torch.nn.Embedding(49408, WIDE)

    def forward(self, numbers):
        found = self.table(numbers).mean(dim=1)
        return found / found.norm(dim=-1, keepdim=True)


class ClipText(torch.nn.Module):
    """The text half of CLIP as its paper describes it, with torch's own attention."""

    def __init__(self, layers=2, wide=128):
        super().__init__()
        self.token_embedding = torch.nn.Embedding(49408, wide)
        self.positional_embedding = torch.nn.Parameter(torch.randn(77, wide) * 0.01)
        self.transformer = torch.nn.Module()
        self.transformer.resblocks = torch.nn.ModuleList(ClipBlock(wide) for _ in range(layers))
        self.ln_final = torch.nn.LayerNorm(wide)
        self.text_projection = torch.nn.Parameter(torch.randn(wide, WIDE) * 0.05)

    def forward(self, numbers):
        values = self.token_embedding(numbers) + self.positional_embedding
        for block in self.transformer.resblocks:
            values = block(values)
        last = self.ln_final(values)[torch.arange(len(numbers)), numbers.argmax(dim=-1)]
        return last @ self.text_projection


class ClipBlock(torch.nn.Module):
    def __init__(self, wide):
        super().__init__()
        self.attn = torch.nn.MultiheadAttention(wide, wide // 64, batch_first=True)
        self.ln_1, self.ln_2 = torch.nn.LayerNorm(wide), torch.nn.LayerNorm(wide)
        self.mlp = torch.nn.Module()
        self.mlp.c_fc, self.mlp.c_proj = torch.nn.Linear(wide, 4 * wide), torch.nn.Linear(4 * wide, wide)

    def forward(self, values):
        later = torch.full((77, 77), float("-inf")).triu_(1)
        inner = self.ln_1(values)
        values = values + self.attn(inner, inner, inner, need_weights=False, attn_mask=later)[0]
        inner = self.mlp.c_fc(self.ln_2(values))
        return values + self.mlp.c_proj(inner * torch.sigmoid(1.702 * inner))


def saved_encoder(path, module):
    """Write an encoder as a TorchScript archive."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with torch.no_grad(), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch's attention compares sizes, which a trace takes as fixed
        torch.jit.trace(module.eval(), torch.ones(1, 77, dtype=torch.int32)).save(str(path))
    return path
