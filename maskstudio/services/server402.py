"""Server402: edges refined for a fixed price per call, paid with a bought token or from the user's wallet.

It has no official server: the user chooses both address and key.
"""

from maskstudio.params.server402 import Server402Account, Server402RefineParams
from maskstudio.services.info import SecretField, ServiceInfo

PRICE = 0.20  # USD a call
SERVER402 = ServiceInfo(
    name="server402",
    account=Server402Account,
    secrets=(
        SecretField(
            "paymentToken",
            "Payment token",
            "MASKSTUDIO_PAYMENT_TOKEN",
            optional=True,
            needed=lambda account: bool(account.pay_with == "token"),
        ),
        SecretField(
            "privateKey",
            "Wallet's private key",
            "MASKSTUDIO_WALLET_KEY",
            optional=True,
            needed=lambda account: bool(account.pay_with == "wallet"),
        ),
    ),
    operations={"refine": Server402RefineParams},
    price=PRICE,
    price_note=f"A call costs USD {PRICE:.2f}.",
    bought_key="paymentToken",
    takes_links=True,
    kept=1800,
    kept_words="30 minutes",
)
