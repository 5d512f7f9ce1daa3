"""All test servers in one process, to try every remote panel without an account: ``python -m tests.servers``.

Each service is mounted under its own prefix of one port; the bucket for hosted pictures has a port of its own. Nothing
outside this machine is asked, and nothing costs anything. The keys below are made up.
"""

import argparse
import logging
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.applications import Starlette
from starlette.routing import Mount

from maskstudio.services import directory
from tests.servers.faults import Faults
from tests.servers.running import listener, serve
from tests.servers.runware import RunwareServer

RUNWARE_KEY = "key"
PAYMENT_TOKEN = "payment-token"
ADOBE = ("client", "client-secret")
ALIBABA = ("access-key", "access-key-secret")
TROUBLE = ("slow", "drop", "429", "500", "503", "html502")


@dataclass(frozen=True)
class Offered:
    """A service as it is tried here: its server, what its account is set to (``{}`` is where it lives), its keys."""

    server: Any
    account: str
    keys: tuple[str, ...]


def services(faults: Faults) -> dict[str, Offered]:
    """Every service by its name, which is its prefix too."""
    from tests.servers.adobe import AdobeServer
    from tests.servers.alibaba import AlibabaServer
    from tests.servers.server402 import Server402

    return {
        "runware": Offered(RunwareServer(keys=(RUNWARE_KEY,), faults=faults), "baseUrl={}/v1", (RUNWARE_KEY,)),
        "adobe": Offered(AdobeServer(*ADOBE, faults=faults), "baseUrl={0} tokenUrl={0}/ims/token/v3", ADOBE),
        "server402": Offered(Server402(tokens=(PAYMENT_TOKEN,), faults=faults), "baseUrl={}", (PAYMENT_TOKEN,)),
        "alibaba": Offered(AlibabaServer(*ALIBABA, faults=faults), "baseUrl={}/", ALIBABA),
    }


def composed(parts: Mapping[str, Any]) -> Starlette:
    """One application of services by prefix; each has ``routes``, relative to its prefix."""
    return Starlette(routes=[Mount(prefix, routes=list(service.routes)) for prefix, service in parts.items()])


def how_to(base: str, bucket: Any, offered: Mapping[str, Offered]) -> str:
    """What to run in another shell, so that maskstudio finds all this; in the window it is typed under Services."""
    place = f"endpoint={bucket.endpoint} bucket={bucket.bucket} region={bucket.region} pathStyle=true"
    accounts = {name: each.account.format(f"{base}/{name}") for name, each in offered.items()} | {"hosting": place}
    keys = {name: each.keys for name, each in offered.items()} | {"hosting": (bucket.access_key, bucket.secret)}
    lines = ["# A folder of its own keeps your real accounts as they are.", "export MASKSTUDIO_HOME=trial"]
    lines += [f"maskstudio providers set {name} {values}" for name, values in accounts.items()]
    lines.append("# The keys, which are made up.")
    for name, values in keys.items():
        fields = directory.account(name).secrets
        lines += [f"export {field.variable}={value}" for field, value in zip(fields, values, strict=False)]
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run until Ctrl+C."""
    from tests.servers import hosting

    parser = argparse.ArgumentParser(prog="python -m tests.servers", description="Test servers for maskstudio.")
    parser.add_argument("--port", type=int, default=8402, help="port of the services (default 8402)")
    parser.add_argument("--trouble", type=float, default=0.0, help="share of requests that go wrong, 0 to 1")
    asked = parser.parse_args(arguments)
    logging.getLogger("werkzeug").setLevel(logging.ERROR)  # the bucket's server names every request
    faults = Faults(delay=5.0)
    if asked.trouble:
        faults.randomly(asked.trouble, TROUBLE, seed=1)
    offered = services(faults)
    app = composed({f"/{name}": each.server for name, each in offered.items()})
    with hosting.bucket() as bucket, serve(app, listener(asked.port)) as base:
        print(how_to(base, bucket, offered), "# Ctrl+C ends the servers.", sep="\n", flush=True)
        try:
            while True:
                time.sleep(3600)
        except KeyboardInterrupt:
            print("The test servers have ended.")


if __name__ == "__main__":
    main()
