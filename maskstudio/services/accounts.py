"""The user's accounts at services, as the settings store them: addresses, caps and habits, never keys."""

from collections.abc import Mapping
from typing import Any

from maskstudio.errors import BadParameter
from maskstudio.params.spec import Params
from maskstudio.services import directory
from maskstudio.settings import Settings


def account(settings: Settings, name: str) -> Params:
    """The account at the service ``name``; invalid values in the settings are replaced by their defaults."""
    kind = directory.account(name).account
    known = {spec.wire: spec for spec in kind.specs()}
    return kind.from_wire(
        {wire: value for wire, value in _saved(settings, name).items() if _fits(known.get(wire), value)}
    )


def keep(settings: Settings, name: str, account: Params) -> None:
    """Put an account into the settings, which must still be saved.

    Raises BadParameter for an address that nothing may be sent to. An empty address is allowed and means none yet.
    """
    from maskstudio.services.addresses import configured

    info, values = directory.account(name), account.to_wire()
    for wire, what in info.addresses:
        if values[wire]:
            configured(values[wire], what.format(info.title))
    settings.services = {**settings.services, name: account.to_wire()}


def address(account: Params) -> str:
    """The address that keys of this account belong to; if they are sent to two servers, both, separated by a space."""
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
