"""The account of the user's own bucket, for services that take only links."""

from dataclasses import dataclass
from typing import ClassVar

from maskstudio.params.spec import Params, param


@dataclass(frozen=True)
class HostingAccount(Params):
    """Your own S3 bucket, for services that take links only. Files get random names and are deleted after use."""

    title: ClassVar[str] = "Hosting (S3)"

    endpoint: str = param("", "endpoint", "Endpoint", "Empty for Amazon; the address of another S3 service.")
    region: str = param("us-east-1", "region", "Region", "The region of the bucket.")
    bucket: str = param("", "bucket", "Bucket", "The bucket's name.")
    prefix: str = param("maskstudio/", "prefix", "Folder", "What the names of the files begin with.")
    path_style: bool = param(
        False, "pathStyle", "Bucket in the path", "For services that do not know the bucket as part of the host name."
    )
    valid_for: int = param(30, "validFor", "Links last", "How long a link can be used.", between=(5, 120), unit="min")
