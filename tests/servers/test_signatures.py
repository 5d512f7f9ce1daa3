"""What the doubles verify signatures with, against the published vectors and independent libraries."""

from urllib.parse import parse_qsl, urlencode

import pytest

from tests.servers import x402verify
from tests.servers.alibaba import acs3_signature, rpc_signature

PAYER = "0x19E7E376E7C213B7E7e7e46cc70A5dD086DAff2A"
PAYEE = "0x209693Bc6afc0C5328bA36FaF03C514EF312287C"


def test_the_published_vector() -> None:
    transfer = {"from": PAYER, "to": PAYEE, "value": "200000", "validAfter": "0", "validBefore": "1800000000"}
    transfer["nonce"] = "0x" + "22" * 32
    digest = x402verify.transfer_digest(x402verify.NETWORKS["base"], transfer)
    assert digest.hex() == "8658be4155cfec8159a2313fad9790ef779834e25ec989b64cb16fca643d4ad8"
    signature = bytes.fromhex(
        "8622bf6f2e1713fe796212e18fe0fe983698e1545d15543411cc1b16629b409f"
        "18ce31e2044f4974adf8ad0317d4935baa5d4d2b06890b817b26db59cb9c50511c"
    )
    assert x402verify.recover_address(digest, signature) == PAYER.lower()
    assert x402verify.recover_address(digest, signature[:-1] + b"\x1b") != PAYER.lower()
    with pytest.raises(ValueError, match="65"):
        x402verify.recover_address(digest, signature[:-1])
    type_hash = x402verify.keccak256(x402verify.TRANSFER_TYPE).hex()
    assert type_hash == "7c7c6cdb67a18743f49ec6fa9b35f50d52ed05cbed4cc592e13b44501c1a2267"
    long = bytes(range(200)) * 2
    assert x402verify.keccak256(long) == pytest.importorskip("eth_utils").keccak(long)


def test_published_signatures() -> None:
    body = urlencode(
        {"ImageURL": "https://example.com/image.jpg", "MaskImageURL": "https://example.com/mask.png"}
    ).encode()
    headers = {
        "content-type": "application/x-www-form-urlencoded",
        "host": "imageseg.cn-shanghai.aliyuncs.com",
        "x-acs-action": "RefineMask",
        "x-acs-content-sha256": "507ad86a9e347abbdfae8c14111153a0d2165bb6da304b59467738e7ff170588",
        "x-acs-date": "2026-01-02T03:04:05Z",
        "x-acs-signature-nonce": "00000000000000000000000000000001",
        "x-acs-version": "2019-12-30",
    }
    signature = acs3_signature("POST", "/", {}, headers, sorted(headers), body, "testsecret")
    assert signature == "ecf2ae05c8f9a018b5c0b988cb8ce721954217091c9233706990df3b305d80a6"
    regions = {"Format": "XML", "Version": "2014-05-26", "SignatureNonce": "3ee8c1b8-83d3-44af-a94f-4e0ad82fd6cf"}
    regions |= {"Timestamp": "2016-02-23T12:46:24Z", "AccessKeyId": "testid", "Action": "DescribeRegions"}
    regions |= {"SignatureMethod": "HMAC-SHA1", "SignatureVersion": "1.0"}
    assert rpc_signature(regions, "testsecret", "GET") == "OLeaidS1JvxuMvnyHOwuJ+uX5qY="
    refine = dict(parse_qsl(body.decode())) | {"Format": "JSON", "AccessKeyId": "testid", "Action": "RefineMask"}
    refine |= {"SignatureMethod": "HMAC-SHA1", "SignatureVersion": "1.0", "Version": "2019-12-30"}
    refine |= {"SignatureNonce": "00000000-0000-4000-8000-000000000001", "Timestamp": "2026-01-02T03:04:05Z"}
    assert rpc_signature(refine, "testsecret") == "goIfC9pHbdeuSfHhYALiV8rZxTA="
