"""The hosting double, proved by boto3's own presigned URLs through plain httpx."""

from collections.abc import Iterator

import httpx
import pytest

from tests.patience import PATIENCE
from tests.servers.hosting import Bucket, bucket


@pytest.fixture(scope="module")
def store() -> Iterator[Bucket]:
    pytest.importorskip("moto")
    pytest.importorskip("boto3")
    with bucket("proof", region="eu-central-1") as made:
        yield made


def test_presigned_put_get_and_delete(store: Bucket) -> None:
    data = bytes(range(256)) * 100
    key = "a folder/ünï.png"
    with store.client() as client, httpx.Client(timeout=PATIENCE, trust_env=False) as plain:
        place = {"Bucket": store.bucket, "Key": key}
        put = client.generate_presigned_url("put_object", Params={**place, "ContentType": "image/png"}, ExpiresIn=900)
        get = client.generate_presigned_url("get_object", Params=place, ExpiresIn=900)
        delete = client.generate_presigned_url("delete_object", Params=place, ExpiresIn=900)
        assert put.startswith(f"{store.endpoint}/{store.bucket}/")
        assert "eu-central-1" in put
        answer = plain.put(put, content=data, headers={"Content-Type": "image/png"})
        assert answer.status_code == 200
        assert answer.headers["etag"]
        assert store.keys() == [key]
        answer = plain.get(get)
        assert answer.content == data
        assert answer.headers["content-type"] == "image/png"
        assert plain.delete(delete).status_code == 204
        assert plain.get(get).status_code == 404
    assert store.keys() == []


def test_what_is_left_is_seen_and_cleared(store: Bucket) -> None:
    with store.client() as client:
        for key in ("b", "a"):
            client.put_object(Bucket=store.bucket, Key=key, Body=b"x")
    assert store.keys() == ["a", "b"]
    store.clear()
    assert store.keys() == []
