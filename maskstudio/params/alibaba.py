"""Alibaba Cloud's parameters: its mask refinement, which has none, and the account."""

from dataclasses import dataclass
from typing import ClassVar

from maskstudio.params.services import address_param, ask_param, cap_param
from maskstudio.params.spec import Params, param


@dataclass(frozen=True)
class AlibabaRefineParams(Params):
    """Alibaba Cloud RefineMask: it has no parameters."""

    title: ClassVar[str] = "Refine edge at Alibaba Cloud"


@dataclass(frozen=True)
class AlibabaAccount(Params):
    """How Alibaba Cloud's imageseg is reached, and what it may cost."""

    title: ClassVar[str] = "Alibaba Cloud"

    base_url: str = address_param("https://imageseg.cn-shanghai.aliyuncs.com/")
    plain_results: bool = param(
        False, "plainResults", "Results over plain http",
        "Allows a result to be fetched without encryption where the service offers no other way.",
    )  # fmt: skip
    monthly_cap: float = cap_param(10.0)
    ask_first: bool = ask_param()
