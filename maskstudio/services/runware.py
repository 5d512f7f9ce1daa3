"""Runware: masks of faces, hands and people, and background removal. Pictures are sent inside the request."""

from maskstudio.params.runware import RunwareAccount, RunwareCutoutParams, RunwareMaskParams
from maskstudio.services.info import SecretField, ServiceInfo

RUNWARE = ServiceInfo(
    name="runware",
    account=RunwareAccount,
    secrets=(SecretField("apiKey", "API key", "RUNWARE_API_KEY"),),
    hosts=("api.runware.ai",),
    operations={"detect": RunwareMaskParams, "cutout": RunwareCutoutParams},
    at_once=3,
    price_note="Runware tells the price when asked, and after each job.",
    tells_price=True,
)
