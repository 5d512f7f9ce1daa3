"""What Adobe's answers say, in every documented shape and in none: parsing alone."""

import pytest

from maskstudio.errors import BadAnswer
from maskstudio.providers.remote import adobe_jobs

BASE = "https://image.adobe.io"


@pytest.mark.parametrize(
    ("data", "base", "link"),
    [
        ({"jobId": "a", "statusUrl": f"{BASE}/v1/status/a"}, BASE, f"{BASE}/v1/status/a"),
        (
            {"statusUrl": "https://photoshop-api.adobe.io/v2/status/a"},
            BASE,
            "https://photoshop-api.adobe.io/v2/status/a",
        ),
        ({"_links": {"self": {"href": f"{BASE}/v1/status/a"}}}, BASE, f"{BASE}/v1/status/a"),
        ({"jobId": "urn:ff:jobs:a/b"}, BASE, f"{BASE}/v1/status/urn%3Aff%3Ajobs%3Aa%2Fb"),
        ({"jobId": "a"}, "http://127.0.0.1:9/adobe/", "http://127.0.0.1:9/adobe/v1/status/a"),
        ({"statusUrl": "http://image.adobe.io/v1/status/a"}, BASE, None),
        ({"statusUrl": "https://image.adobe.io.example.com/a"}, BASE, None),
        ({"statusUrl": "https://eviladobe.io/a"}, BASE, None),
        ({"statusUrl": "https://user@image.adobe.io/a"}, BASE, None),
        ({"statusUrl": "https://image.adobe.io:8443/a"}, BASE, None),
        ({"statusUrl": f"{BASE}/v1/status/a"}, "http://127.0.0.1:9", None),
        ({"statusUrl": "http://127.0.0.1:10/a"}, "http://127.0.0.1:9", None),
        ({"statusUrl": 5}, BASE, None),
        ([], BASE, None),
        (None, BASE, None),
    ],
)
def test_where_a_job_is_asked_after(data, base, link):
    if link is None:
        with pytest.raises(BadAnswer):
            adobe_jobs.status_link(data, base, 1)
    else:
        assert adobe_jobs.status_link(data, base, 1) == link


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ({"error_code": "validation_error", "message": "No.", "errors": [{"message": "More."}]}, "No."),
        ({"errors": [{"message": "More."}]}, "More."),
        ({"type": "t", "code": "c", "title": "Title", "details": [{"reason": "Too large"}]}, "Too large"),
        ({"type": "t", "code": "c", "title": "Title", "details": []}, "Title"),
        ({"status": "failed", "errorDetails": [{"errorCode": "e", "message": "Broken"}]}, "Broken"),
        ({"error": "invalid_client", "error_description": "Wrong"}, "Wrong"),
        ({"error": {"code": 5}}, ""),
        ("text", ""),
    ],
)
def test_the_words_of_every_family_of_errors(data, text):
    assert adobe_jobs.said(data) == text


def test_answers_of_the_wrong_types_are_refused():
    for item in (None, [], {}, {"destination": []}, {"url": 5}, {"destination": {"url": ""}}):
        with pytest.raises(BadAnswer):
            adobe_jobs.found_in(item)
    odd = adobe_jobs.found_in({"url": "u", "label": 3, "score": True, "boundingBox": {"x": "1", "y": 2}})
    assert odd == adobe_jobs.Found("", None, None, "u", {"label": 3, "boundingBox": {"y": 2}})
    nan = adobe_jobs.found_in(
        {"url": "u", "score": float("nan"), "boundingBox": {"x": 1, "y": 2, "width": -1, "height": 1}}
    )
    assert (nan.score, nan.box) == (None, None)
    with pytest.raises(BadAnswer):
        adobe_jobs.masks_in({"semanticMasks": {}}, "semanticMasks")
