"""Signs what was cut, last of all: what is stored is signed, and carries what its original carried."""

from collections.abc import Sequence

from tasks.images.cut_image import Cuts
from tasks.images.geometry import Size
from tasks.records.cell import Cell
from tasks.records.marks import source_type
from tasks.records.outcome import StoredOriginal
from tasks.records.variant import Variant
from tasks.signing.claim import actions_of, claim_of, mime_of, parent_of, to_sign
from tasks.signing.variant_signer import VariantSigner


def signed_cuts(  # noqa: PLR0913  all that a signature tells of
    cuts: Cuts, variants: Sequence[Variant], cell: Cell, original: StoredOriginal, data: bytes, signer: VariantSigner
) -> Cuts:
    """The cuts with those signed that are to be. `data`: the original's bytes, as they came.

    Raises SignerAway where no signature comes, and VariantsFailed.
    """
    source = Size(original.width_px, original.height_px)
    parent = parent_of(original.key, data)
    files, kind = dict(cuts.files), source_type(cell, original)
    chosen = to_sign(variants, source, signer.over_px)
    for one in chosen:
        key = one.key(original.cell_id)
        label = cuts.labelled[one.name].words if one.name in cuts.labelled else ""
        actions = actions_of(original.key, source, one, cuts.crops.get(one.name), label)
        claim = claim_of(key.rpartition("/")[2], mime_of(key), kind, actions)
        files[key] = signer.signed(files[key], mime_of(key), claim, parent)
    return cuts._replace(
        files=files, signed={one.name: signer.chain.fingerprint if one in chosen else "" for one in variants}
    )
