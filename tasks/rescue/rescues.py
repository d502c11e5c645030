"""What this run had to keep on this machine, since the campaign's storage did not take it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tasks.records.money import counted
from tasks.rescue.refuge import Refuge
from tasks.rescue.rescued import Rescued


@dataclass
class Rescues:
    """What was kept, where, and what could not be kept at all."""

    refuge: Refuge
    is_sandbox: bool
    kept: dict[str, Rescued] = field(default_factory=dict)
    """By the record's name."""
    folders: dict[str, Path] = field(default_factory=dict)
    """Where each lies."""
    with_image: set[str] = field(default_factory=set)
    """Those whose image lies beside them."""
    links: dict[str, str] = field(default_factory=dict)
    """By its cell, the link of each image of which nothing could be kept."""

    def keep(self, rescued: Rescued, image: bytes | None) -> None:
        """Keep a record, and its image if there is room. Raises nothing."""
        rescued = rescued.after(self.kept.get(rescued.name))
        kept = self.refuge.keep(rescued, image)
        if kept is not None:
            self.kept[rescued.name], self.folders[rescued.name] = rescued, kept.folder
            self.links.pop(rescued.intent.cell_id, None)
            if kept.has_image:
                self.with_image.add(rescued.name)
        elif rescued.answered is not None and rescued.name not in self.kept:
            told = rescued.answered.image
            self.links[rescued.intent.cell_id] = told.url or f"generation {told.generation_id}"

    def forget(self, name: str) -> None:
        """The storage has it by now, if it was kept at all."""
        if self.kept.pop(name, None) is not None:
            self.refuge.forget(name)

    def told(self) -> tuple[str, ...]:
        """What is kept, where, and what to do about it: a sentence each, for whoever reads how the run ended."""
        return tuple(self._sentences())

    def link_lines(self) -> tuple[str, ...]:
        """The links of which nothing could be kept, each behind its cell's id, under a sentence."""
        if not self.links:
            return ()
        head = "Paid images that could be kept nowhere; save them from these links, which are valid until they expire:"
        return (head, *(f"{cell_id}  {link}" for cell_id, link in self.links.items()))

    def _sentences(self) -> Iterator[str]:
        paid = [name for name, one in self.kept.items() if one.answered is not None]
        if paid:
            yield (
                f"{images(len(paid))} paid and could not be stored; what came is kept in {self._places(paid)}. Mend "
                "the storage and run again on this machine: that stores it before anything is paid"
            )
        linked = len(paid) - len(self.with_image.intersection(paid))
        if linked:
            yield f"Of {linked:,} of them only the link is kept, and links expire: run again soon"
        others = self.kept.keys() - set(paid)
        if others:
            cells = counted(len(others), "cell")
            yield f"What became of {cells} without an image is kept in {self._places(others)} for the next run there"
        if self.links:
            yield f"{images(len(self.links))} paid and could be kept nowhere: the output of the run shows their links"

    def _places(self, names: "list[str] | set[str]") -> str:
        return " and ".join(sorted({str(self.folders[name]) for name in names}))


def images(count: int) -> str:
    """Such as `2 images were`."""
    return f"{counted(count, 'image')} {'was' if count == 1 else 'were'}"
