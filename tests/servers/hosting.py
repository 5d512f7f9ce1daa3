"""A real S3 server on loopback with one bucket (moto), where pictures are put for services that fetch them.

moto stores and answers as S3 does, but lets any signature and any expiry pass. Its buckets are one set for the whole
process: buckets open at the same time need different names.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

logging.getLogger("werkzeug").setLevel(logging.ERROR)  # it would log every request, signatures and all


@dataclass(frozen=True)
class Bucket:
    """Where to put things and the key pair for it; ``endpoint`` is ``http://127.0.0.1:PORT``."""

    endpoint: str
    bucket: str
    access_key: str
    secret: str
    region: str

    @contextmanager
    def client(self) -> Iterator[Any]:
        """A boto3 client that addresses by path and tries once."""
        import boto3
        from botocore.config import Config

        client = boto3.client(
            "s3",
            endpoint_url=self.endpoint,
            region_name=self.region,
            aws_access_key_id=self.access_key,
            aws_secret_access_key=self.secret,
            config=Config(signature_version="s3v4", s3={"addressing_style": "path"}, retries={"max_attempts": 0}),
        )
        try:
            yield client
        finally:
            client.close()

    def keys(self) -> list[str]:
        """The names of the objects in the bucket now, sorted."""
        with self.client() as client:
            return sorted(item["Key"] for item in client.list_objects_v2(Bucket=self.bucket).get("Contents", []))

    def clear(self) -> None:
        """Delete every object."""
        with self.client() as client:
            for key in self.keys():
                client.delete_object(Bucket=self.bucket, Key=key)


@contextmanager
def bucket(
    name: str = "masks",
    access_key: str = "AKIAOFTHETESTBUCKET0",
    secret: str = "secret-of-the-test-bucket",
    region: str = "us-east-1",
    port: int = 0,
) -> Iterator[Bucket]:
    """An empty bucket for the length of a ``with`` block, gone with all it holds afterwards."""
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=port, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        made = Bucket(f"http://{host}:{port}", name, access_key, secret, region)
        where = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
        with made.client() as client:
            client.create_bucket(Bucket=name, **where)
        yield made
        made.clear()
        with made.client() as client:
            client.delete_bucket(Bucket=name)
    finally:
        server.stop()
        # moto ends the thread but leaves its socket open.
        server._server.server_close()
