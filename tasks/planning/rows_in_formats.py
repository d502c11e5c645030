"""Puts each row into its formats, holds it against what its models take, and has its sizes chosen."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from tasks.planning.apply_brand import Branding
from tasks.planning.choose_sizes import SizeChooser, is_open, name_of, stay_notes
from tasks.planning.cross_formats import add_misfits, formats_of
from tasks.planning.faults import Faults
from tasks.planning.fill_prompts import Prompts
from tasks.planning.parse_matrix import ParsedRow
from tasks.planning.plan_notes import style_notes, visibility_notes
from tasks.planning.reference_rules import lacks_pictures
from tasks.planning.request_rules import misfits
from tasks.planning.row_in_format import InFormat, in_format
from tasks.planning.size_rules import shape_of
from tasks.records.campaign import Campaign
from tasks.records.models import OFFERS
from tasks.records.plan_group import Drawn
from tasks.records.sizes import as_written
from tasks.records.vocabulary import Model


@dataclass
class RowsInFormats:
    """The rows of a campaign, and what the plan says about them all."""

    campaign: Campaign
    faults: Faults
    prompts: Prompts
    branding: Branding
    formats: Sequence[ParsedRow] = ()
    sizes: SizeChooser = field(init=False)
    drawn: dict[tuple[Drawn, ...], None] = field(default_factory=dict)
    """Each kind of row, by the formats that it is made in."""
    _unseen: dict[Model, None] = field(default_factory=dict)
    """The models of rows that name a visibility and that have none."""
    _unstyled: dict[Model, None] = field(default_factory=dict)
    """The models that take no style, of rows in formats that name one."""

    def __post_init__(self) -> None:
        self.sizes = SizeChooser(self.campaign)

    def of(self, row: ParsedRow) -> list[InFormat]:
        """`row` in each of its formats that has no fault, once for each prompt that templates make of it there.

        Raises InputInvalid where its size cannot be chosen.
        """
        size, sound = self.campaign.size, []
        options = {"quality": self.campaign.quality, "size": as_written(size) if size else None}
        for one in formats_of(row, self.formats, self.faults):
            crossed = in_format(row, one, self.campaign)
            self._remember(crossed)
            offer = OFFERS[crossed.model]
            alternatives, filled = self.prompts.filled(row, one, self.branding.dressed(crossed.wanted, offer), offer)
            for each in filled:
                wanted = self.branding.finished(each, row, one, offer)
                found = list(misfits(wanted.wishes, crossed.model))
                add_misfits(row, one, found, self.faults, options)
                is_sound = not found and not lacks_pictures(wanted.wishes)
                sound += [crossed._replace(wanted=wanted, alternatives=alternatives)] if is_sound else []
                alternatives = 1
        sized = self.sizes.sized(sound)
        kinds = (drawn(one, is_chosen=is_open(before)) for one, before in zip(sized, sound, strict=True))
        self.drawn.setdefault(tuple(dict.fromkeys(kinds)))
        return sized

    def _remember(self, one: InFormat) -> None:
        if one.has_lost_style:
            self._unstyled.setdefault(one.model)
        if "visibility" in one.wanted.wishes and "visibility" not in OFFERS[one.model].takes:
            self._unseen.setdefault(one.model)

    def notes(self) -> list[str]:
        """What is not sent, and which sizes stay."""
        of_models = (*visibility_notes(self._unseen), *style_notes(self._unstyled))
        return [*self.branding.notes(), *stay_notes(self.sizes.stays), *of_models]


def drawn(one: InFormat, *, is_chosen: bool) -> Drawn:
    """What it is asked for as."""
    (size,) = shape_of(one.wanted.wishes, OFFERS[one.model]).values()
    return Drawn(name_of(one), one.model, as_written(size), is_chosen)
