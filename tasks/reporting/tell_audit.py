"""What has come of holding the vendor's bill against ledgers, in words and tables."""

from decimal import Decimal
from typing import Final

from tasks.reconciling.compare import Row
from tasks.reconciling.ledger_entries import time_of
from tasks.reconciling.reconcile import Reconciled
from tasks.records.fault import without_secrets
from tasks.records.money import counted, usd
from tasks.reporting.summarize import ShownTable, Summary

CELLS_TOLD: Final = 50
ROWS_TOLD: Final = 200
NEWEST: Final = "/v2/image/generate/"
"""What all newer models' endpoints begin with."""
SHARED: Final = (
    "the bill may hold what other campaigns, other machines and the playground have used with these keys: compare all "
    "campaigns of a key at once (give the folder above them), and one key with --key"
)


def of_reconciled(audit: Reconciled, key: str | None) -> Summary:
    """What was billed beyond what is known, what was never billed, and what cannot be told."""
    known, perhaps = (sum(getattr(row, name) for row in audit.rows) for name in ("known", "perhaps"))
    said = f"{counted(known, 'image')} paid, {perhaps:,} perhaps; {beyond_of(audit)}"
    notes = [("Note", note) for note in notes_of(audit, key)]
    header = ("hours (UTC)", "model or route", "quality", "billed", "cost", "paid", "perhaps", "beyond")
    rows = tuple(shown(row) for row in audit.rows[:ROWS_TOLD])
    more = f"And {len(audit.rows) - ROWS_TOLD:,} more." if len(audit.rows) > ROWS_TOLD else ""
    free, left = audit.free[:CELLS_TOLD], len(audit.free) - CELLS_TOLD
    tables = (
        ShownTable("By hour", header, rows, more),
        ShownTable(
            "Never billed",
            ("cell",),
            tuple((cell,) for cell in free),
            f"And {left:,} more." if left > 0 else "",
        ),
    )
    return Summary(without_secrets(audit.folder), said, tuple(notes), tuple(table for table in tables if table.rows))


def beyond_of(audit: Reconciled) -> str:
    """How much is on the bill that no ledger knows of."""
    images = audit.beyond
    if not images:
        return "nothing is billed beyond that"
    return f"{images:,f} {'image is' if images == 1 else 'images are'} billed beyond that"


def notes_of(audit: Reconciled, key: str | None) -> list[str]:
    """What was never billed, what cannot be told, and whose bill it is."""
    perhaps, free, notes = len(audit.perhaps), len(audit.free), list[str]()
    if perhaps:
        then = "; --retry pays for nothing twice there" if free else ""
        verb = "was" if free == 1 else "were"
        notes.append(f"of {counted(perhaps, 'cell')} that may be paid, {free:,} never {verb}{then}")
    if perhaps > free:
        left = perhaps - free
        notes.append(f"whether {left:,} of them {'was' if left == 1 else 'were'}, the bill does not prove")
    if audit.early:
        when = "look again in an hour, or after a run"
        notes.append(f"{audit.early:,} of them may not be on the bill yet, or be under way: {when}")
    if any(not row.sold.endpoint for row in audit.rows):
        notes.append("by which name some images are billed is not known: they are held against the whole bill")
    if key is None and len(audit.keys) > 1:
        notes.append(f"{len(audit.keys)} keys have used the account in these hours: {', '.join(audit.keys)}")
    return notes + ([SHARED] if audit.beyond else [])


def shown(row: Row) -> tuple[str, ...]:
    """A row as people read it."""
    first, last = time_of(row.span.first), time_of(row.span.last + 1)
    day = "" if last.date() == first.date() else f"{last:%Y-%m-%d} "
    return (
        f"{first:%Y-%m-%d %H:%M} to {day}{last:%H:%M}",
        row.sold.endpoint.removeprefix(NEWEST) or "any",
        row.sold.word or "any",
        plain(row.billed),
        usd(row.billed_usd),
        f"{row.known:,}",
        f"{row.perhaps:,}",
        plain(row.beyond),
    )


def plain(images: Decimal) -> str:
    """A number of images, which the bill tells as a decimal."""
    return f"{images.normalize():,f}"
