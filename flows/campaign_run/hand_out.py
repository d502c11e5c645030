"""Hands a campaign to the runs that share it: Prefect keeps their parameters, the campaign's folder its addresses."""

from hashlib import sha256
from typing import Final, NamedTuple, Self

from tasks.errors import InputInvalid
from tasks.records.campaign import Addresses, Campaign
from tasks.records.keys import ADDRESSES
from tasks.storage.storage import CampaignStore

DIGEST_CHARS: Final = 16


class Handed(NamedTuple):
    """A campaign as Prefect may know it."""

    campaign: Campaign
    """Less what opens its addresses."""
    addresses: str | None = None
    """The key of those, whole, in the campaign's folder; None where nothing was left out."""

    def as_parameters(self) -> dict[str, object]:
        """As parameters of a run; a server that an earlier version has set up knows no `addresses`."""
        addresses = {} if self.addresses is None else {"addresses": self.addresses}
        return {"campaign": self.campaign.model_dump(mode="json"), **addresses}

    def without_retry(self) -> Self:
        """The same, where nothing that has ended is tried again."""
        return self._replace(campaign=self.campaign.model_copy(update={"retry": ()}))


def hand_out(store: CampaignStore, campaign: Campaign) -> Handed:
    """The campaign for another run of it. Raises StorageFailed."""
    told = campaign.told().model_copy(update={"output": campaign.output})  # without it nobody finds the folder
    if told == campaign:
        return Handed(campaign)
    data = campaign.addresses.model_dump_json().encode()
    key = f"{ADDRESSES}/{sha256(data).hexdigest()[:DIGEST_CHARS]}.json"
    store.write(key, data)
    return Handed(told, key)


def taken(handed: Handed) -> Campaign:
    """The campaign as it was handed out. Raises InputInvalid where its folder is another here, and StorageFailed."""
    if handed.addresses is None:
        return handed.campaign
    store = CampaignStore.open(handed.campaign.output, handed.campaign.slug)
    addresses = store.read_record(handed.addresses, Addresses)
    if addresses is None:
        problem = f"holds no readable {handed.addresses} of the campaign's run; all workers need one output"
        raise InputInvalid.of(source=store.root, problem=problem)
    return handed.campaign.model_copy(update=dict(addresses))
