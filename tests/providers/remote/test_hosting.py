"""Pictures lent from a bucket: on moto's real S3 server, and on one that goes wrong."""

import asyncio
import re
import threading
from urllib.parse import parse_qs, urlsplit

import httpx
import numpy as np
import pytest

pytest.importorskip("boto3", reason="links are signed by boto3")
pytest.importorskip("starlette", reason="the test servers need starlette")
pytest.importorskip("uvicorn", reason="the test servers need uvicorn")

from maskstudio.errors import BadParameter, Cancelled, KeyNeeded, ProviderFailed, Unreachable
from maskstudio.jobs import Token
from maskstudio.params.hosting import HostingAccount
from maskstudio.providers.remote.adobe import DOMAINS
from maskstudio.providers.remote.base import Keys, run_with
from maskstudio.providers.remote.hosting import Hosting
from maskstudio.providers.remote.pictures import encoded
from maskstudio.providers.remote.wire import Deadline
from tests.budgets import HELD, PATIENT
from tests.patience import PATIENCE
from tests.providers.remote.storage import KEYS, hosting_at, storage, tidied
from tests.servers.faults import Faults

PHOTO = encoded(np.full((5, 7, 3), 90, np.uint8), (7, 5), "JPG")
MASK = encoded(np.full((5, 7), 255, np.uint8), (7, 5), "PNG")


@pytest.fixture(scope="module")
def bucket():
    pytest.importorskip("moto", reason="the bucket is moto's")
    from tests.servers.hosting import bucket

    with bucket("lending") as made:
        yield made


@pytest.fixture(scope="module")
def shelves():
    faults = Faults()
    with storage(faults) as (made, endpoint):
        yield made, faults, endpoint


@pytest.fixture
def shelf(shelves, monkeypatch):
    made, faults, _ = shelves
    faults.clear()
    faults.taken.clear()
    made.seen.clear()
    monkeypatch.setattr("maskstudio.providers.remote.hosting._LATE", 0.05)
    yield shelves
    assert not made.files


def at(there, **account) -> Hosting:
    account = {"endpoint": there.endpoint, "bucket": there.bucket, "region": there.region, **account}
    keys = {"accessKeyId": there.access_key, "secretAccessKey": there.secret}
    return Hosting(HostingAccount(**account), Keys(lambda name: keys[name]), times=PATIENT)


def test_pictures_are_lent_under_random_names_and_gone_afterwards(bucket):
    async def work(hosting):
        async with hosting.lent([PHOTO, MASK], Deadline(PATIENCE)) as links:
            return links, bucket.keys(), [await fetched(link) for link in links]

    async def fetched(link):
        async with httpx.AsyncClient(timeout=HELD.read) as client:
            answer = await client.get(link)
            return answer.content, answer.headers["content-type"]

    links, names, files = asyncio.run(work(at(bucket)))
    assert files == [(PHOTO.data, "image/jpeg"), (MASK.data, "image/png")]
    uuid4 = r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"
    paths = [urlsplit(link).path for link in links]
    assert all(
        re.fullmatch(rf"/lending/maskstudio/{uuid4}\.{end}", path)
        for path, end in zip(paths, ("jpg", "png"), strict=True)
    )
    assert names == sorted(path.removeprefix("/lending/") for path in paths)
    assert [parse_qs(urlsplit(link).query)["X-Amz-Expires"] for link in links] == [["1800"], ["1800"]]
    assert bucket.keys() == []
    assert bucket.secret not in "".join(links)


def test_links_are_signed_by_the_published_rules():
    """docs/services.md, 4.1, worked out a second time for a PUT with a signed content type."""
    import hashlib
    import hmac

    hosting = hosting_at("http://127.0.0.1:9000")
    [file] = hosting._sign([MASK])
    parts = urlsplit(file.put)
    query = parse_qs(parts.query)
    assert query["X-Amz-SignedHeaders"] == ["content-type;host"]
    given = query.pop("X-Amz-Signature")[0]
    named = parts.query.split("&X-Amz-Signature")[0]
    headers = "content-type:image/png\nhost:127.0.0.1:9000\n"
    ordered = "&".join(sorted(named.split("&")))
    request = f"PUT\n{parts.path}\n{ordered}\n{headers}\ncontent-type;host\nUNSIGNED-PAYLOAD"
    when = query["X-Amz-Date"][0]
    scope = f"{when[:8]}/us-east-1/s3/aws4_request"
    text = "\n".join(["AWS4-HMAC-SHA256", when, scope, hashlib.sha256(request.encode()).hexdigest()])
    key = ("AWS4" + KEYS["secretAccessKey"]).encode()
    for part in (when[:8], "us-east-1", "s3", "aws4_request"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    assert hmac.new(key, text.encode(), hashlib.sha256).hexdigest() == given


def test_the_host_that_is_named_is_the_one_in_the_links():
    for account, host in [
        ({"endpoint": "", "region": "eu-west-1"}, "masks.s3.eu-west-1.amazonaws.com"),
        ({"endpoint": "", "path_style": True}, "s3.us-east-1.amazonaws.com"),
        ({"endpoint": "", "bucket": "with.dots"}, "s3.us-east-1.amazonaws.com"),
        ({"endpoint": "https://storage.googleapis.com"}, "masks.storage.googleapis.com"),
        ({"endpoint": "https://files.example.com:9000", "path_style": True}, "files.example.com"),
        ({"endpoint": "http://localhost:9000"}, "localhost"),
    ]:
        hosting = hosting_at(**account)
        [file] = hosting._sign([MASK])
        assert hosting.host == host
        assert {urlsplit(link).hostname for link in (file.put, file.get, file.delete)} == {host}
    assert hosting_at("http://localhost:9000").known
    assert not hosting_at("").known


@pytest.mark.parametrize(
    ("account", "allowed", "words"),
    [
        ({"bucket": ""}, None, "name a bucket"),
        ({"endpoint": "no address"}, None, "must be a web address"),
        ({"endpoint": "http://files.example.com"}, None, "must begin with https"),
        ({"endpoint": "https://files.example.com"}, DOMAINS, "takes no files from masks.files.example.com"),
        ({"endpoint": "https://evilamazonaws.com"}, DOMAINS, "takes no files from"),
        ({"endpoint": "https://amazonaws.com.example.com"}, DOMAINS, "takes no files from"),
        ({"endpoint": "https://files.example.com"}, None, ""),
        ({"endpoint": ""}, DOMAINS, ""),
        ({"endpoint": "https://storage.googleapis.com", "path_style": True}, DOMAINS, ""),
    ],
)
def test_what_is_wrong_is_said_before_anything_is_sent(account, allowed, words):
    said = hosting_at(**{"endpoint": "", **account}).problem(allowed)
    assert words in said
    assert bool(said) == bool(words)


def test_the_connection_test_leaves_nothing(bucket):
    assert asyncio.run(at(bucket).check()) == "Files can be put into lending at 127.0.0.1, read and deleted."
    assert bucket.keys() == []
    with pytest.raises(ProviderFailed, match=r"could not be stored \(404\)"):
        asyncio.run(at(bucket, bucket="nobodys").check())
    with pytest.raises(BadParameter):
        asyncio.run(at(bucket, bucket="").check())


def test_the_connection_test_says_that_deleting_fails(shelf):
    _, faults, endpoint = shelf
    faults.next("storage.delete", "402")
    with pytest.raises(ProviderFailed, match="but not deleted"):
        asyncio.run(hosting_at(endpoint).check())


def test_without_keys_nothing_is_sent(shelf):
    made, _, endpoint = shelf
    hosting = Hosting(HostingAccount(endpoint=endpoint, bucket="masks"), Keys(), times=PATIENT)
    with pytest.raises(KeyNeeded):
        asyncio.run(hosting.check())
    assert not made.seen


def lend(endpoint, inside=None, **account):
    async def work():
        async with hosting_at(endpoint, **account).lent([PHOTO, MASK], Deadline(PATIENCE)) as links:
            if inside is not None:
                await inside(links)
            return links

    return work


def test_they_go_even_where_the_work_fails(shelf):
    made, _, endpoint = shelf

    async def fails(links):
        assert len(made.files) == 2
        raise ProviderFailed("It did not work.")

    with pytest.raises(ProviderFailed, match="did not work"):
        asyncio.run(lend(endpoint, fails)())
    assert not made.files


@pytest.mark.parametrize(
    ("kind", "times", "error"),
    [("500", 1, None), ("reset", 1, None), ("500", 9, ProviderFailed), ("402", 1, ProviderFailed),
     ("drop", 9, Unreachable), ("reset", 9, Unreachable), ("redirect", 9, ProviderFailed)],
)  # fmt: skip
def test_a_bucket_that_goes_wrong(shelf, kind, times, error):
    made, faults, endpoint = shelf
    faults.next("storage.put", kind, times)
    if error is None:
        asyncio.run(lend(endpoint)())
    else:
        with pytest.raises(error) as raised:
            asyncio.run(lend(endpoint)())
        assert type(raised.value) is error
        assert "X-Amz" not in str(raised.value)
    tidied()
    assert not made.files


def test_an_answer_is_not_lost_because_deleting_fails(shelf):
    made, faults, endpoint = shelf
    faults.next("storage.delete", "402")
    links = asyncio.run(lend(endpoint)())
    assert len(links) == 2
    name = urlsplit(links[0]).path.removeprefix("/masks/")
    assert links.left == f"Delete {name} in the bucket masks yourself; it could not be done from here."
    assert [method for method, _ in made.seen].count("DELETE") == 2


@pytest.mark.parametrize("stage", ["storage.put", "storage.get", "storage.delete"])
def test_a_cancel_waits_for_nothing_and_leaves_nothing(shelf, stage):
    made, faults, endpoint = shelf
    faults.next(stage, "slow")

    async def waits(links):
        if stage == "storage.get":
            async with httpx.AsyncClient(timeout=HELD.read) as client:
                await client.get(links[0])

    token, ended = Token(), []

    def work():
        with pytest.raises(Cancelled):
            run_with(token, lend(endpoint, waits, times=HELD))
        ended.append(True)

    thread = threading.Thread(target=work)
    thread.start()
    assert faults.reached(stage)
    token.cancel()  # the server answers within the hour: whoever ends has not waited for it
    thread.join(PATIENCE)
    assert ended
    tidied()
    assert not made.files
