"""Adobe's Photoshop API: objects, body parts, backgrounds and edges, billed by contract."""

from maskstudio.params.adobe import (
    AdobeAccount,
    AdobeBodyPartsParams,
    AdobeCutoutParams,
    AdobeObjectsParams,
    AdobeRefineParams,
)
from maskstudio.services.info import SecretField, ServiceInfo

ADOBE = ServiceInfo(
    name="adobe",
    account=AdobeAccount,
    secrets=(
        SecretField("clientId", "Client ID", "PS_FF_SERVICES_CLIENT_ID"),
        SecretField("clientSecret", "Client secret", "PS_FF_SERVICES_CLIENT_SECRET"),
    ),
    addresses=(("baseUrl", "{}"), ("tokenUrl", "{}'s sign-in")),
    hosts=("image.adobe.io", "ims-na1.adobelogin.com"),
    operations={
        "objects": AdobeObjectsParams,
        "bodyParts": AdobeBodyPartsParams,
        "cutout": AdobeCutoutParams,
        "refine": AdobeRefineParams,
    },
    at_once=2,
    price_note="Adobe bills by contract and does not say what a call costs.",
    takes_links=True,
    kept=3600,
    kept_words="about an hour",
)
