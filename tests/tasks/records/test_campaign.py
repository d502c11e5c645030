"""A campaign as it is asked for, and as it is told of."""

import pytest
from pydantic import ValidationError

from tasks.records.campaign import Campaign


def test_what_others_see_of_a_campaign_opens_nothing():
    """Signatures, passwords and tokens go; what it is called by, and who is called back, stays."""
    asked = Campaign(
        matrix="https://me:secret1@files.example/q1.csv?sig=secret2'secret3",
        formats="s3://bucket/formats.csv",
        output="ftp://me:secret4@h/out",
        callback_url="https://hooks.example/services/secret5 https://two.example:8443/h?token=secret6",
        max_in_flight=3,
    )
    told = asked.told()
    assert "secret" not in repr(told)
    assert (told.title, told.slug) == (asked.title, asked.slug)
    assert told.formats == asked.formats
    assert told.callback_urls == ("https://hooks.example/", "https://two.example:8443/")
    plain = Campaign(matrix="what? is it.csv")
    assert plain.told() == plain


@pytest.mark.parametrize(
    ("told", "model"),
    [("4.5", "ideogram-4-5"), ("v2 turbo", "V_2_TURBO"), ("Ideogram 3.0", "ideogram-3"), ("3.0", "V_3")],
)
def test_a_model_may_be_named_as_people_do(told, model):
    """In a terminal, a form or a schedule, as in a matrix."""
    assert Campaign(matrix="m.csv", model=told, quality="Turbo").model == model
    assert Campaign(matrix="m.csv", model=told, quality="Turbo").quality == "low"


@pytest.mark.parametrize("told", ["5", "", "V_9", 7, None])
def test_a_model_that_is_none_names_those_that_are(told):
    """All of them."""
    with pytest.raises(ValidationError, match=r"ideogram-4-5"):
        Campaign(matrix="m.csv", model=told)
