"""Adobe's access tokens: one question for all threads, renewed early, and once where one was revoked."""

import threading

import pytest

pytest.importorskip("boto3", reason="links are signed by boto3")
pytest.importorskip("starlette", reason="the test servers need starlette")
pytest.importorskip("uvicorn", reason="the test servers need uvicorn")

from maskstudio.errors import Cancelled, KeyNeeded, ProviderFailed
from maskstudio.jobs import Token
from maskstudio.providers.remote.adobe_token import AccessTokens
from maskstudio.providers.remote.base import run_with
from tests.budgets import HELD
from tests.patience import PATIENCE
from tests.providers.remote.adobe_world import errand, fresh, world


@pytest.fixture(scope="module")
def servers():
    with world() as made:
        yield made


@pytest.fixture
def adobe(servers):
    yield from fresh(servers)


def together(adobe, count):
    client, errors = adobe.adobe(), []

    def work():
        try:
            run_with(Token(), client.check)
        except ProviderFailed as error:
            errors.append(error)

    threads = [threading.Thread(target=work) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return errors


def test_eight_threads_ask_for_one_token(adobe):
    assert not together(adobe, 8)
    assert len(adobe.asked("token")) == 1
    assert len(adobe.asked("hello")) == 8
    adobe.server.expire_tokens()
    assert not together(adobe, 8)
    assert len(adobe.asked("token")) == 2


def test_eight_threads_share_a_refusal(adobe):
    adobe.faults.next("adobe.token", "402", 8)
    errors = together(adobe, 8)
    assert len(errors) == 8
    assert len([stage for stage, _ in adobe.faults.taken if stage == "adobe.token"]) < 8


def test_a_cancelled_question_is_asked_by_another(adobe):
    adobe.faults.next("adobe.token", "slow")
    token = Token()

    def cancelled():
        with pytest.raises(Cancelled):
            run_with(token, adobe.adobe(times=HELD).check)

    first = threading.Thread(target=cancelled)
    first.start()
    assert adobe.faults.reached("adobe.token")
    errors = []
    second = threading.Thread(target=lambda: errors.extend(together(adobe, 1)))
    second.start()
    token.cancel()
    first.join(PATIENCE)
    second.join(PATIENCE)
    assert not errors
    assert len(adobe.asked("hello")) == 1


def test_a_token_is_renewed_five_minutes_early(adobe):
    now = [1000.0]
    adobe.tokens = AccessTokens(clock=lambda: now[0])
    for later, count in [(0, 1), (86399 - 301, 1), (2, 2), (10, 2)]:
        now[0] += later
        run_with(Token(), adobe.adobe().check)
        assert len(adobe.asked("token")) == count
    run_with(Token(), adobe.adobe(scopes="other").check)
    assert len(adobe.asked("token")) == 3


@pytest.mark.parametrize("stage", ["submit", "status"])
def test_a_revoked_token_is_renewed_once_and_the_call_repeated_once(adobe, stage, monkeypatch):
    if stage == "submit":
        run_with(Token(), adobe.adobe().check)
        adobe.server.expire_tokens()
    else:
        inputs = adobe.server.inputs

        def revoking(url):
            # The work has been taken on by then; the first question after it meets a token that is over.
            adobe.server.expire_tokens()
            return type(inputs).check(inputs, url)

        monkeypatch.setattr(inputs, "check", revoking)
    answer = adobe.run(errand("cutout", mode="mask"))
    assert len(answer.pieces) == 1
    assert len(adobe.asked("token")) == 2
    assert len(adobe.server.charges) == 1
    assert adobe.states == ["sent", "done"]


def test_a_token_that_is_never_accepted(adobe):
    adobe.server.token_lifetime = 0
    adobe.tokens = AccessTokens(clock=lambda: 1000.0)  # no token gets old here, so only the server's word counts
    with pytest.raises(KeyNeeded, match="Oauth token is not valid"):
        adobe.run(errand("cutout"))
    assert len(adobe.asked("token")) == 2
    assert len(adobe.asked("remove-background")) == 2
    assert not adobe.server.charges
    assert adobe.states == ["sent", "failed"]
