"""The user's accounts at services, as the settings keep them: addresses, caps and habits, never keys."""

from collections.abc import Mapping
from typing import Any

from maskstudio.errors import BadParameter
from maskstudio.params.spec import Params
from maskstudio.services import directory
from maskstudio.settings import Settings


def account(settings: Settings, name: str) -> Params:
    """The account at the service called ``name``; what does not fit in the file takes its default."""
    kind = directory.account(name).account
    known = {spec.wire: spec for spec in kind.specs()}
    return kind.from_wire(
        {wire: value for wire, value in _saved(settings, name).items() if _fits(known.get(wire), value)}
    )


def keep(settings: Settings, name: str, account: Params) -> None:
    """Put an account into the settings; they still have to be saved.

    Raises BadParameter for an address that nothing may be sent to; an empty one is none yet.
    """
    from maskstudio.services.addresses import configured

    info, values = directory.account(name), account.to_wire()
    for wire, what in info.addresses:
        if values[wire]:
            configured(values[wire], what.format(info.title))
    settings.services = {**settings.services, name: account.to_wire()}


def address(account: Params) -> str:
    """The address that keys of this account belong to; where they go to two servers, both, parted by a space."""
    info, values = directory.of(account), account.to_wire()
    more = (str(values[wire]) for wire, _ in info.addresses[1:])
    return " ".join(filter(None, (info.address(account), *more)))


def _saved(settings: Settings, name: str) -> Mapping[str, Any]:
    return settings.services.get(name, {})


def _fits(spec: Any, value: object) -> bool:
    if spec is None:
        return False
    try:
        spec.check(value)
    except BadParameter:
        return False
    return not isinstance(value, str) or len(value) <= 2048
