"""Where a campaign keeps the pictures that go along with its requests, for every run of it on every machine."""

import hashlib
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from tasks.errors import InputInvalid, ReferenceLost
from tasks.records.fault import Fault, without_secrets
from tasks.records.keys import REFERENCES
from tasks.records.reference import FoundReference, Reference
from tasks.references.look import NoPicture
from tasks.references.read import read_picture
from tasks.storage.storage import CampaignStore

_AT_A_TIME: Final = 4
"""Each is held whole while it is copied."""


def keep_references(store: CampaignStore, found: Iterable[FoundReference]) -> None:
    """Copy those that the campaign has not yet. Whoever does it at the same time writes the same.

    Raises StorageFailed, and InputInvalid for each that is no longer what the plan was made of: nothing is sent then.
    """
    kept = set(store.names(REFERENCES))
    missing = [one for one in found if one.reference.name not in kept]
    with ThreadPoolExecutor(_AT_A_TIME, "references") as pool:
        faults = [fault for fault in pool.map(lambda one: _keep(store, one), missing) if fault is not None]
    if faults:
        raise InputInvalid(faults)


def _keep(store: CampaignStore, one: FoundReference) -> Fault | None:
    try:
        store.write(one.reference.key, read_planned(one))
    except NoPicture as error:
        return Fault(source=without_secrets(one.place), problem=str(error))
    return None


def read_planned(one: FoundReference) -> bytes:
    """The picture from where planning has found it. Raises NoPicture where it is not what was planned any more."""
    try:
        data = read_picture(one.place)
    except NoPicture as error:
        raise NoPicture(f"{error}; it was there when the plan was made, so run again") from error
    if hashlib.sha256(data).hexdigest() != one.reference.sha256:
        raise NoPicture("was changed since the plan was made; run again to plan with it as it is")
    return data


def planned_contents(found: Iterable[FoundReference], wanted: Iterable[Reference]) -> dict[str, bytes]:
    """The bytes of each picture that is wanted, by its digest, before there is a copy of it. Raises ReferenceLost."""
    by_reference, contents = {one.reference: one for one in found}, dict[str, bytes]()
    for reference in wanted:
        try:
            contents[reference.sha256] = read_planned(by_reference[reference])
        except NoPicture as error:
            place = without_secrets(by_reference[reference].place)
            raise ReferenceLost(f"Nothing was sent: its picture {place} {error}") from error
    return contents


def read_kept(store: CampaignStore, reference: Reference) -> bytes:
    """The picture as it was planned. Raises ReferenceLost where it is not there, or is another; and StorageFailed."""
    where = f"{store.root}/{reference.key}"
    try:
        data = store.read(reference.key)
    except FileNotFoundError as error:
        told = f"Nothing was sent: its picture {where} is not there any more; --retry failed copies it there again"
        raise ReferenceLost(told) from error
    if hashlib.sha256(data).hexdigest() != reference.sha256:
        told = f"Nothing was sent: its picture {where} was changed; delete it, and --retry failed copies it again"
        raise ReferenceLost(told)
    return data
