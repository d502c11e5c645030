"""What is wrong with a server's settings is no matrix's fault: an inbox is told of it before one is touched."""

import asyncio

import pytest

from flows.run_inbox import work_through
from tasks.errors import InputInvalid


@pytest.mark.parametrize(
    ("variable", "value", "asked"),
    [
        ("C2PA_CERTIFICATE", "nowhere.pem", {}),
        ("CALLBACK_SECRET", "no secret", {"callback_url": "https://hooks.example.com/"}),
    ],
)
def test_a_setting_that_no_campaign_can_use_leaves_every_matrix_where_it_is(
    variable, value, asked, tmp_path, monkeypatch
):
    """Else a night after the end of a certificate all of them would lie among the failed ones."""
    monkeypatch.setenv(variable, value)
    (tmp_path / "spring.csv").write_text("prompt\na teapot\n")
    given = {"output": str(tmp_path / "out"), "sandbox": True, **asked}
    with pytest.raises(InputInvalid, match=variable.removesuffix("CERTIFICATE")):
        asyncio.run(work_through(str(tmp_path), given))
    assert [one.name for one in tmp_path.iterdir()] == ["spring.csv"]
