"""Services whose document is closed while they are at work: what has left comes to its end, and can be fetched."""

import numpy as np
import pytest

from maskstudio.params.adobe import AdobeRefineParams
from maskstudio.params.alibaba import AlibabaRefineParams
from maskstudio.params.runware import RunwareCutoutParams, RunwareMaskParams
from maskstudio.params.server402 import Server402RefineParams
from tests.budgets import HELD
from tests.sending.scene import BRIGHT, opened
from tests.sending.test_paid import PLAIN, lost
from tests.sending.test_session_services import by_hand, refined, visible_alpha

AWAY = [
    ("runware", "detect", RunwareMaskParams(), "USD 0.0013 was paid for it; its result can be fetched later"),
    ("runware", "cutout", RunwareCutoutParams(output_type="URL"), "USD 0.0006 was paid for it"),
    ("adobe", "refine", AdobeRefineParams(color_decontamination=False), "its result can be fetched for about an hour"),
    ("server402", "refine", Server402RefineParams(), "USD 0.20 was paid for it; its result can be fetched for 30 min"),
    ("alibaba", "refine", AlibabaRefineParams(), "its result can be fetched for 30 minutes"),
]


def closes(session, when):
    """Close the document once the ledger has heard ``when``; what is said of answers that find it closed."""
    note, said = session.services.access.ledger.note, []

    def noted(identity, state, *more):
        note(identity, state, *more)
        if state == when:
            session.close()

    session.services.access.ledger.note = noted
    session.services.arriving.homeless = lambda _departure, sentence: said.append(sentence)
    return said


@pytest.mark.parametrize("when", ["sent", "done"])
@pytest.mark.parametrize(("service", "operation", "params", "says"), AWAY)
def test_what_has_left_comes_to_its_end_although_its_document_is_closed(place, service, operation, params, says, when):
    first = opened(place)
    if operation == "refine":
        by_hand(first)
    said = closes(first, when)
    job = first.services.send(first.services.prepare(service, operation, params, first.document.frame), PLAIN)
    assert job.state == "done"
    (sentence,) = said
    assert sentence.startswith("scene.png was closed before ")
    assert says in sentence
    assert "press Fetch in the Jobs panel." in sentence
    assert sentence.count(". ") == 0
    (charge,) = place.charges(service)
    (line,) = first.services.access.ledger.owed()
    again = opened(place)
    if operation == "refine":
        by_hand(again)
    again.services.owed.fetch(line.id)
    wanted = refined() if operation == "refine" else BRIGHT
    off = np.abs(visible_alpha(again).astype(int) - wanted)
    assert off.max() == 0 or (service == "alibaba" and off.mean() < 3)  # which gets a JPEG
    assert place.charges(service) == [charge]
    assert again.services.access.ledger.owed() == []


def test_what_has_not_left_goes_with_its_document_and_costs_nothing(place):
    session = opened(place)
    agree, said = session.services.access.ledger.agree, closes(session, "never")
    session.services.access.ledger.agree = lambda *what, **how: (agree(*what, **how), session.close())
    job = session.services.send(session.services.prepare("runware", "detect", RunwareMaskParams()), PLAIN)
    assert (job.state, job.closing, said) == ("cancelled", "Stopped.", [])
    assert place.charges("runware") == []
    assert [line.charged for line in session.services.access.ledger.lines()] == ["no"]


def test_a_failure_of_a_closed_document_says_what_was_paid_and_can_be_fetched(place):
    session = opened(place)
    closes(session, "sent")
    place.faults.next("result", "500", 99)
    error = lost(session, "runware", "detect", RunwareMaskParams(output_type="URL"))
    assert "USD 0.0013 was paid for it; its result can be fetched later." in str(error)
    assert error.again == session.services.access.ledger.owed()[0].id


def test_one_that_leaves_just_as_its_document_is_closed_says_what_may_be_charged(place):
    session = opened(place)
    session.services.access.times = HELD
    errors, start = [], session.runner.start

    def cut(label, work, done, **how):
        def closing(token):
            place.faults.next("runware.task", "slow", 99)
            report = token._report
            token._report = lambda fraction, text: (report(fraction, text), "Sending" in text and leave(token))
            return work(token)

        return start(label, closing if how.get("away") and not how.get("quiet") else work, done, **how)

    def leave(token):
        session.close()
        token.cancel()

    session.runner.start = cut
    session.services.stranded = lambda _departure, error: errors.append(error)
    session.services.send(session.services.prepare("runware", "detect", RunwareMaskParams()), PLAIN)
    assert [str(error) for error in errors] == ["Stopped, but it may be charged; its result can be fetched later."]
    assert errors[0].again == session.services.access.ledger.owed()[0].id


def test_a_result_whose_document_is_closed_while_it_is_fetched_stays_to_be_fetched(place):
    place.faults.next("result", "500", 99)
    error = lost(opened(place), "runware", "detect", RunwareMaskParams(output_type="URL"))
    place.faults.clear()
    session = opened(place)
    keep, said = session.services.access.ledger.line, closes(session, "never")
    session.services.access.ledger.line = lambda identity: (keep(identity), session.close())[0]
    session.services.owed.fetch(error.again)
    (sentence,) = said
    assert sentence.startswith("scene.png was closed before Runware had answered, but USD 0.0013 was paid for it; its")
    assert [line.id for line in session.services.access.ledger.owed()] == [error.again]
