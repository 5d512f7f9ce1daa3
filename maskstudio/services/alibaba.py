"""Alibaba Cloud: edges refined with the user's own key. It does not say what a call costs."""

from maskstudio.params.alibaba import AlibabaAccount, AlibabaRefineParams
from maskstudio.services.info import SecretField, ServiceInfo

ALIBABA = ServiceInfo(
    name="alibaba",
    account=AlibabaAccount,
    secrets=(
        SecretField("accessKeyId", "AccessKey ID", "ALIBABA_CLOUD_ACCESS_KEY_ID"),
        SecretField("accessKeySecret", "AccessKey secret", "ALIBABA_CLOUD_ACCESS_KEY_SECRET"),
    ),
    hosts=("imageseg.cn-shanghai.aliyuncs.com",),
    operations={"refine": AlibabaRefineParams},
    price_note="Alibaba Cloud does not say beforehand what a call costs.",
    takes_links=True,
    kept=1800,
    kept_words="30 minutes",
)
