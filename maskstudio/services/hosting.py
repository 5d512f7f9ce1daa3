"""The user's own bucket, which stores pictures for a short time for services that take only links. It is no service."""

from maskstudio.params.hosting import HostingAccount
from maskstudio.services.info import AccountInfo, SecretField

HOSTING = AccountInfo(
    name="hosting",
    account=HostingAccount,
    secrets=(
        SecretField("accessKeyId", "Access key ID", "AWS_ACCESS_KEY_ID"),
        SecretField("secretAccessKey", "Secret access key", "AWS_SECRET_ACCESS_KEY"),
    ),
    addresses=(("endpoint", "{}"),),
    unset="https://s3.amazonaws.com",
)
