"""Why a find is not kept, for those who show finds and say so. What is kept is decided in ``core.finds`` alone."""

from collections.abc import Sequence
from typing import Literal

from maskstudio.core.finds import Refusal, kept, refused
from maskstudio.core.layer import Detection
from maskstudio.params.kept import KeepParams
from maskstudio.params.local import DetectParams

LeftOut = Refusal | Literal["beyond"]


def left_out(finds: Sequence[Detection], params: DetectParams, keep: KeepParams) -> list[LeftOut | None]:
    """For each find the first of the filters that refuses it (see ``refused``), None where it is kept.

    beyond  it passes, and ``params.max_detections`` others come before it
    """
    staying = {id(find) for find in kept(finds, params, keep)}
    return [None if id(find) in staying else refused(find, params, keep) or "beyond" for find in finds]
