"""Server402 and Alibaba doubles, proved by the official `x402` and imageseg clients, unmodified."""

import asyncio
import base64
import io
import json
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import httpx
import numpy as np
import pytest
from PIL import Image
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Mount, Route

from tests.patience import PATIENCE
from tests.servers import x402verify
from tests.servers.alibaba import AlibabaServer, rpc_signature
from tests.servers.running import serve
from tests.servers.server402 import Server402

KEY = "0x" + "11" * 32  # the test-only key of docs/services.md, 3.5
PAYER = "0x19E7E376E7C213B7E7e7e46cc70A5dD086DAff2A"
PAYEE = "0x209693Bc6afc0C5328bA36FaF03C514EF312287C"
PIXELS = (40, 50)


def png(pixels: np.ndarray) -> bytes:
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "PNG")
    return out.getvalue()


def photo() -> np.ndarray:
    return np.random.default_rng(5).integers(0, 256, (*PIXELS, 3), dtype=np.uint8)


def coarse() -> np.ndarray:
    mask = np.zeros(PIXELS, np.uint8)
    mask[10:14, 10:12] = 255
    return mask


def wanted() -> np.ndarray:
    """Luma of the photo up to 16 px from the mask's rectangle."""
    rows, columns = np.mgrid[: PIXELS[0], : PIXELS[1]]
    down = np.maximum(np.maximum(10 - rows, rows - 13), 0)
    across = np.maximum(np.maximum(10 - columns, columns - 11), 0)
    luma = (photo().astype(int) @ np.array([299, 587, 114]) + 500) // 1000
    return np.where(down**2 + across**2 <= 256, luma, 0)


@dataclass
class Place:
    base: str
    files: dict[str, bytes]
    paid: Server402
    alibaba: AlibabaServer
    client: httpx.Client

    @property
    def tool(self) -> str:
        return f"{self.base}/server402/api/tools/mask-refinement"

    @property
    def body(self) -> dict[str, str]:
        return {"ImageURL": f"{self.base}/files/photo.png", "MaskImageURL": f"{self.base}/files/mask.png"}

    def call(self, headers: dict | None = None, body: dict | None = None) -> httpx.Response:
        return self.client.post(self.tool, json=body or self.body, headers=headers)

    def is_right(self, url: str) -> bool:
        answer = self.client.get(url)
        return np.array_equal(np.array(Image.open(io.BytesIO(answer.content))), wanted())


@pytest.fixture(scope="module")
def running() -> Iterator[tuple[str, dict]]:
    """One listening server for all tests here; each puts its own application behind it."""
    behind: dict = {}

    async def app(scope, receive, send):
        await behind["app"](scope, receive, send)

    with serve(app) as base:
        yield base, behind


@pytest.fixture
def place(running: tuple[str, dict]) -> Iterator[Place]:
    base, behind = running
    paid = Server402({"tok": 2}, PAYEE)
    alibaba = AlibabaServer("testid", "testsecret")
    files = {"photo.png": png(photo()), "mask.png": png(coarse())}

    def give(request):
        data = files.get(request.path_params["name"])
        return Response(data or b"", 200 if data else 404, media_type="image/png")

    routes = [Mount("/server402", routes=paid.routes), Mount("/alibaba", routes=alibaba.routes)]
    behind["app"] = Starlette(routes=[*routes, Route("/files/{name}", give), *alibaba.routes])
    with httpx.Client(timeout=PATIENCE, trust_env=False, verify=False) as client:
        yield Place(base, files, paid, alibaba, client)


def result_of(answer: httpx.Response) -> str:
    assert answer.status_code == 200, answer.text
    assert answer.json()["code"] == "200"
    return answer.json()["data"]["Result"]["Data"]["Elements"][0]["ImageURL"]


def official(place: Place) -> httpx.Response:
    """One call by the official client, which pays by itself."""
    pytest.importorskip("eth_account")
    pytest.importorskip("x402")
    from eth_account import Account
    from x402 import x402Client
    from x402.http.clients import x402HttpxClient
    from x402.mechanisms.evm import EthAccountSigner
    from x402.mechanisms.evm.exact.register import register_exact_evm_client

    async def run() -> httpx.Response:
        payer = x402Client()
        register_exact_evm_client(payer, EthAccountSigner(Account.from_key(KEY)))
        async with x402HttpxClient(payer, trust_env=False, verify=False) as client:
            return await client.post(place.tool, json=place.body)

    return asyncio.run(run())


def signed(place: Place, version: int = 2, key: str = KEY, **changes: object) -> dict[str, str]:
    """A payment header signed by eth-account from what the server asks for, with parts changed before signing."""
    pytest.importorskip("eth_account")
    from eth_account import Account

    answer = place.call()
    demand = x402verify.decode(answer.headers["payment-required"]) if version == 2 else answer.json()
    item = demand["accepts"][0]
    transfer = {
        "from": Account.from_key(key).address,
        "to": item["payTo"],
        "value": item["amount" if version == 2 else "maxAmountRequired"],
        "validAfter": "0",
        "validBefore": str(int(time.time()) + 60),
        "nonce": "0x" + np.random.default_rng().bytes(32).hex(),
    } | changes
    names = ("value", "validAfter", "validBefore")
    types = [(name, "address") for name in ("from", "to")] + [(name, "uint256") for name in names]
    done = Account.sign_typed_data(
        key,
        {**item["extra"], "chainId": 8453, "verifyingContract": item["asset"]},
        {"TransferWithAuthorization": [{"name": n, "type": t} for n, t in [*types, ("nonce", "bytes32")]]},
        {**transfer, **{name: int(transfer[name]) for name in names}, "nonce": bytes.fromhex(transfer["nonce"][2:])},
    )
    payload = {"signature": "0x" + done.signature.hex().removeprefix("0x"), "authorization": transfer}
    if version == 1:
        value = {"x402Version": 1, "scheme": "exact", "network": item["network"], "payload": payload}
        return {"X-PAYMENT": x402verify.encode(value)}
    value = {"x402Version": 2, "resource": demand["resource"], "accepted": item, "payload": payload}
    return {"PAYMENT-SIGNATURE": x402verify.encode(value)}


@pytest.mark.parametrize("versions", [(1,), (2,), (1, 2)])
@pytest.mark.parametrize("network", ["base", "eip155:84532"])
def test_the_official_client_pays(place: Place, versions: tuple[int, ...], network: str) -> None:
    place.paid.versions = versions
    place.paid.offer = replace(place.paid.offer, network=network)
    answer = official(place)
    assert place.is_right(result_of(answer))
    version = max(versions)
    receipt = x402verify.decode(answer.headers["x-payment-response" if version == 1 else "payment-response"])
    assert (receipt["success"], receipt["payer"].lower()) == (True, PAYER.lower())
    assert receipt["transaction"].startswith("0x")
    assert [charge[1:] for charge in place.paid.charges] == [(0.20, f"x402 v{version}")]


def test_what_is_asked_for(place: Place) -> None:
    answer = place.call()
    assert answer.status_code == 402
    old, new = answer.json(), x402verify.decode(answer.headers["payment-required"])
    assert (old["x402Version"], old["accepts"][0]["maxAmountRequired"]) == (1, "200000")
    assert (old["accepts"][0]["network"], new["accepts"][0]["network"]) == ("base", "eip155:8453")
    assert (new["x402Version"], new["accepts"][0]["amount"]) == (2, "200000")
    assert "resource" not in new["accepts"][0]
    assert new["resource"]["url"] == old["accepts"][0]["resource"] == place.tool


@pytest.mark.parametrize("version", [1, 2])
def test_the_same_payment_is_charged_once(place: Place, version: int) -> None:
    header = signed(place, version)
    with ThreadPoolExecutor(4) as pool:
        first, *others = pool.map(lambda _: place.call(header), range(4))
    assert all(other.json() == first.json() for other in others)
    assert place.is_right(result_of(first))
    other = place.call(header, {**place.body, "ImageURL": place.body["MaskImageURL"]})
    assert reason(other, version) == "invalid_transaction_state"
    assert len(place.paid.charges) == 1


def reason(answer: httpx.Response, version: int = 2) -> str:
    assert answer.status_code == 402
    receipt = x402verify.decode(answer.headers["payment-response" if version == 2 else "x-payment-response"])
    assert (receipt["success"], receipt["transaction"]) == (False, "")
    return receipt["errorReason"]


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"value": "199999"}, "value_mismatch"),
        ({"to": PAYER}, "recipient_mismatch"),
        ({"validBefore": "1700000000"}, "valid_before"),
        ({"validAfter": "4000000000"}, "valid_after"),
        ({"from": PAYEE}, "signature"),
    ],
)
def test_bad_payments(place: Place, changes: dict, word: str) -> None:
    assert reason(place.call(signed(place, **changes))).endswith(word)
    assert not place.paid.charges


def test_damaged_refused_and_lost_payments(place: Place) -> None:
    for text in ("%%%", base64.b64encode(b"{").decode(), base64.b64encode(b"[]").decode()):
        assert place.call({"PAYMENT-SIGNATURE": text}).status_code == 400
        assert place.call({"X-PAYMENT": text}).status_code == 400
    for value in ({}, {"x402Version": 2}, {"x402Version": 2, "payload": [], "accepted": {"scheme": "exact"}}):
        assert place.call({"PAYMENT-SIGNATURE": x402verify.encode(value)}).status_code == 402
    place.paid.refuse_next("insufficient_funds")
    assert reason(place.call(signed(place))) == "insufficient_funds"
    place.paid.faults.next("server402.tool", "paid-500")
    header = signed(place)
    assert place.call(header).status_code == 500
    assert place.is_right(result_of(place.call(header)))
    assert len(place.paid.charges) == 1


def test_payment_identifiers(place: Place) -> None:
    place.paid.identifier = "required"
    asked = x402verify.decode(place.call().headers["payment-required"])["extensions"]["payment-identifier"]
    assert asked["info"] == {"required": True}
    assert place.call(signed(place)).status_code == 400

    def named() -> dict[str, str]:
        value = x402verify.decode(signed(place)["PAYMENT-SIGNATURE"])
        extension = {"info": {"required": True, "id": "a-name-of-20-letters"}, "schema": asked["schema"]}
        return {"PAYMENT-SIGNATURE": x402verify.encode({**value, "extensions": {"payment-identifier": extension}})}

    first = place.call(named())
    assert place.call(named()).json() == first.json()
    other = {**place.body, "ImageURL": place.body["MaskImageURL"]}
    assert place.call(named(), other).status_code == 409
    assert len(place.paid.charges) == 1


def test_stages_tell_a_demand_from_a_paid_call(place: Place) -> None:
    place.paid.faults.next("server402.tool", "paid-bad-url")
    place.paid.faults.next("server402.demand", "503")
    assert place.call().status_code == 503
    assert result_of(place.call(signed(place))).startswith("https://10.0.0.1/")
    place.alibaba.faults.next("alibaba.refine", "429")
    assert place.client.post(f"{place.base}/alibaba/", data={}).status_code == 429


def test_tokens(place: Place) -> None:
    for _ in range(2):
        assert place.is_right(result_of(place.call({"X-Payment-Token": "tok"})))
    used_up = place.call({"X-Payment-Token": "tok"})
    assert used_up.status_code == 402
    assert (used_up.json()["payment"]["status"], used_up.json()["payment"]["remainingCalls"]) == ("exhausted", 0)
    assert place.call({"X-Payment-Token": "other"}).status_code == 402
    url = f"{place.base}/server402/api/payments"
    made = place.client.post(url, json={"serviceId": "mask-refinement", "providerId": "x402-base-usdc"}).json()
    assert (made["status"], made["amountCents"], made["payTo"]) == ("pending", 20, PAYEE)
    header = {"X-Payment-Token": made["token"]}
    assert place.call(header).json()["payment"]["status"] == "pending"
    place.paid.mark_paid(made["paymentId"])
    assert place.client.get(f"{url}/{made['paymentId']}").json()["status"] == "paid"
    assert place.call(header).status_code == 200
    assert place.call(header).status_code == 402
    again = place.client.post(url, json={"serviceId": "mask-refinement"}).json()
    place.paid.mark_paid(again["paymentId"])
    place.paid.payments.expire(again["paymentId"])
    assert place.call({"X-Payment-Token": again["token"]}).json()["payment"]["status"] == "expired"
    assert [charge[2] for charge in place.paid.charges] == ["token"] * 3
    assert place.client.post(url, json={"serviceId": "other"}).status_code == 400
    assert place.client.get(f"{url}/other").status_code == 404


def test_bodies_and_nestings(place: Place) -> None:
    header = {"X-Payment-Token": "tok"}
    wrong_case = {"imageUrl": place.body["ImageURL"], "maskImageUrl": place.body["MaskImageURL"]}
    missing = {**place.body, "ImageURL": f"{place.base}/files/none.png"}
    for body in (wrong_case, {**place.body, "extra": 1}, missing, {**place.body, "ImageURL": "file:///x"}):
        assert place.call(header, body).status_code == 400
    assert not place.paid.charges
    place.paid.data_shape = "text"
    text = json.loads(place.call(header).json()["data"]["Result"])
    assert place.is_right(text["Data"]["Elements"][0]["ImageURL"])
    place.paid.data_shape = "url"
    legacy = place.tool.replace("mask-refinement", "aliyun-imageseg-refine-mask")
    link = place.client.post(legacy, json=place.body, headers=header).json()["data"]["Result"]
    assert place.is_right(link)
    assert place.client.get(link, headers=header).status_code == 400
    assert len(place.paid.outputs.leaks) == 1
    place.paid.data_shape = "deep"
    deep = place.call(signed(place)).json()["data"]
    assert deep["request"] == place.body
    assert place.is_right(deep["response"]["body"]["Data"]["Elements"][0]["ImageURL"])


def refine_officially(place: Place, image: str, secret: str = "testsecret", key: str = "testid") -> object:
    pytest.importorskip("alibabacloud_imageseg20191230")
    from alibabacloud_imageseg20191230.client import Client
    from alibabacloud_imageseg20191230.models import RefineMaskRequest
    from alibabacloud_tea_openapi.models import Config
    from alibabacloud_tea_util.models import RuntimeOptions

    where = place.base.removeprefix("http://")
    config = Config(access_key_id=key, access_key_secret=secret, endpoint=where, protocol="HTTP")
    config.region_id = "cn-shanghai"
    asked = RefineMaskRequest(image_url=f"{place.base}/files/{image}", mask_image_url=f"{place.base}/files/mask.png")
    return Client(config).refine_mask_with_options(asked, RuntimeOptions())


def test_the_official_imageseg_client(place: Place) -> None:
    answer = refine_officially(place, "photo.png")
    assert place.is_right(answer.body.data.elements[0].image_url)
    assert [charge[1:] for charge in place.alibaba.charges] == [(1, "RefineMask")]


@pytest.mark.parametrize(
    ("image", "secret", "key", "code"),
    [
        ("photo.png", "other", "testid", "InvalidAccessKeySecret"),
        ("photo.png", "testsecret", "other", "InvalidAccessKeyId.NotFound"),
        ("none.png", "testsecret", "testid", "IllegalUrlParameter"),
        ("text.png", "testsecret", "testid", "InvalidFile.Content"),
        ("heavy.png", "testsecret", "testid", "InvalidFile.Size"),
        ("wide.png", "testsecret", "testid", "InvalidImage.Resolution"),
        ("small.png", "testsecret", "testid", "InvalidImage.Resolution"),
        ("other.png", "testsecret", "testid", "InvalidImage.Resolution"),
    ],
)
def test_official_errors(place: Place, image: str, secret: str, key: str, code: str) -> None:
    sizes = {"wide.png": (40, 2000), "small.png": (32, 50), "other.png": (50, 40)}
    place.files |= {name: png(np.zeros(size, np.uint8)) for name, size in sizes.items()}
    place.files |= {"text.png": b"no picture", "heavy.png": place.files["photo.png"] + bytes(3_000_000)}
    with pytest.raises(Exception, match=code) as caught:
        refine_officially(place, image, secret, key)
    assert caught.value.code == code
    assert not place.alibaba.charges


def test_classic_signing(place: Place) -> None:
    values = place.body | {"Format": "JSON", "AccessKeyId": "testid", "Action": "RefineMask", "Version": "2019-12-30"}
    values |= {"SignatureMethod": "HMAC-SHA1", "SignatureVersion": "1.0", "SignatureNonce": "one"}
    values["Timestamp"] = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    form = values | {"Signature": rpc_signature(values, "testsecret")}
    url = f"{place.base}/alibaba/"
    answer = place.client.post(url, data=form)
    assert place.is_right(answer.json()["Data"]["Elements"][0]["ImageURL"])
    again = place.client.post(url, data=form)
    assert (again.status_code, again.json()["Code"]) == (400, "SignatureNonceUsed")
    assert {"RequestId", "HostId", "Code", "Message"} <= again.json().keys()
    old = values | {"SignatureNonce": "two", "Timestamp": "2020-01-01T00:00:00Z"}
    late = place.client.post(url, data=old | {"Signature": rpc_signature(old, "testsecret")})
    assert late.json()["Code"] == "InvalidTimeStamp.Expired"
    assert place.client.post(url, data=form | {"Signature": "x"}).json()["Code"] == "InvalidAccessKeySecret"
    assert len(place.alibaba.charges) == 1
