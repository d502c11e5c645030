"""The API's settings inside a run: a key that the environment does not hold may be in the Prefect server, encrypted."""

from prefect import get_client
from prefect.exceptions import ObjectNotFound

from tasks.api.settings import KEY_BLOCK, Settings, is_key_set, load_settings


async def load_run_settings() -> Settings:
    """The settings of this process, with the key of the Secret block where the environment has none.

    Raises InputInvalid where neither has one, or what is there is no key.
    """
    return load_settings(None if is_key_set() else await stored_key())


async def stored_key() -> str | None:
    """What the Secret block holds, None where there is no such block."""
    try:
        async with get_client() as prefect:
            block = await prefect.read_block_document_by_name(KEY_BLOCK, "secret")
    except ObjectNotFound:
        return None
    # Not the block's own `get`, which takes what it can for JSON: of a key of digits it would make a number.
    return str(block.data["value"])
