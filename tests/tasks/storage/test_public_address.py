"""Where somebody has said under which address the output is served, a campaign's files have web addresses."""

import pytest

from tasks.errors import InputInvalid
from tasks.storage.public_address import VARIABLE, public_base, public_folder


@pytest.mark.parametrize(
    ("base", "folder", "url"),
    [
        (
            "https://images.example.com/campaigns",
            "campaigns/q1-launch",
            "https://images.example.com/campaigns/q1-launch",
        ),
        ("https://images.example.com/campaigns/", "/srv/out/q1/", "https://images.example.com/campaigns/q1"),
        (" http://127.0.0.1:8000 ", "s3://bucket/campaigns/q1", "http://127.0.0.1:8000/q1"),
        (
            "https://bucket.s3.eu-central-1.amazonaws.com",
            "s3://bucket/q1 launch",
            "https://bucket.s3.eu-central-1.amazonaws.com/q1%20launch",
        ),
        ("", "campaigns/q1", None),
        ("  ", "s3://bucket/campaigns/q1", None),
    ],
)
def test_a_folder_has_the_address_that_it_is_served_under(base: str, folder: str, url: str | None):
    """Whatever it is called where it lies; where nothing is said, nothing is guessed."""
    assert public_folder(folder, {VARIABLE: base}) == url


@pytest.mark.parametrize(
    "base",
    [
        "images.example.com",
        "ftp://images.example.com",
        "https://",
        "https://me:secret@images.example.com",
        "https://images.example.com/?sig=secret",
        "https://images.example.com/a b",
        "https://images.example.com:port",
        "https://[images.example.com",
        "https://images.example.com/#top",
        "https://images.example.com/<script>",
    ],
)
def test_what_is_no_address_is_told_before_anything_is_paid(base: str):
    """With what to write; a secret in it is not repeated."""
    with pytest.raises(InputInvalid, match=r"CAMPAIGN_PUBLIC_URL: .* is not accepted; use the http or https") as told:
        public_base({VARIABLE: base})
    assert "secret" not in str(told.value)
