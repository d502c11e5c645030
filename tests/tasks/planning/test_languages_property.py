"""Whatever stands in columns of languages, a plan is made or a fault is named, and no words are paid twice."""

import tempfile
from pathlib import Path

from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from tasks.errors import InputInvalid
from tasks.planning.plan_campaign import plan_campaign
from tasks.records.campaign import Campaign
from tasks.tables.unseen import as_seen
from tests.matrices import a_file, as_csv

TAGS = st.sampled_from(["de", "de", "DE", "fr", "de-AT", "pt_BR", "usd", "jp"])
BASES = st.sampled_from(["headline", "headline", "claim", "product", "prompt", "template", "negative_prompt", "alt"])
WORDS = ["Neu", "New", "", "é", "e\u0301", "New york", "جديد"]
ODD = ["{headline}", "{a|b} {product}", "{product}[ in {headline}]", "#REF!", "[", "1"]
TEXTS = st.one_of(
    *[st.sampled_from(WORDS)] * 6,
    st.sampled_from(ODD),
    st.text(st.characters(categories=("L", "N", "P", "S")), max_size=4),
)
TEMPLATES = st.sampled_from(["", "{headline}", "{product}[, {claim}]", "{headline} at {dawn|dusk}", "{product}"])
LANGUAGES = st.lists(st.sampled_from(["en", "de", "fr", "de-AT", "pt-BR"]), max_size=4)


@st.composite
def tables(draw: st.DrawFn) -> list[list[str]]:
    """A header of columns in languages, perhaps with `languages` itself, and some rows."""
    spoken = st.lists(st.tuples(BASES, TAGS).map(":".join), max_size=4, unique=True)
    header = ["product", "headline", "claim", *draw(spoken), *draw(st.sampled_from([[], ["languages"]]))]
    cell = {name: LANGUAGES.map(",".join) if name == "languages" else TEXTS for name in header}
    cell["product"] = st.sampled_from(["Tea", "Cup"])
    rows = st.lists(st.tuples(*(cell[name] for name in header)).map(list), min_size=1, max_size=2)
    return [header, *draw(rows)]


@given(tables(), TEMPLATES, LANGUAGES, st.booleans())
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_plan_is_made_or_a_fault_is_named(
    table: list[list[str]], template: str, languages: list[str], is_forgiving: bool
) -> None:
    """And every language that is asked for has one image in each alternative, of words that no other image has."""
    with tempfile.TemporaryDirectory() as folder:
        matrix = a_file(Path(folder), as_csv(table))
        asked = Campaign(
            matrix=matrix,
            template=template,
            languages=",".join(languages),
            language_fallback=is_forgiving,
            output=folder,
        )
        try:
            plan = plan_campaign(asked)
        except InputInvalid:
            event("a fault")
            return
    for row in {cell.row for cell in plan.cells}:
        cells = [cell for cell in plan.cells if cell.row == row]
        spoken = [cell for cell in cells if cell.languages]
        seen = [(as_seen(one.request.prompt), as_seen(one.request.negative_prompt or "")) for one in spoken]
        assert len(set(seen)) == len(seen)
        assert "languages" in table[0] or {tag for cell in cells for tag in cell.languages} == set(languages)
        event(f"{len({cell.languages for cell in spoken})} kinds of images in a row")
    assert len({cell.cell_id for cell in plan.cells}) == plan.cell_count == len(plan.cells)
