"""The API's settings inside a run. A key that the environment lacks may be in a Secret block of Prefect's server."""

from prefect import get_client
from prefect.exceptions import ObjectNotFound

from tasks.api.settings import KEY_BLOCK, Settings, is_key_set, load_settings


async def load_run_settings() -> Settings:
    """The settings of this process, with the key of the Secret block if the environment has none.

    Raises InputInvalid if there is no key in either, or something that is no key.
    """
    return load_settings(None if is_key_set() else await stored_key())


async def stored_key() -> str | None:
    """The content of the Secret block, or None if there is no such block."""
    try:
        async with get_client() as prefect:
            block = await prefect.read_block_document_by_name(KEY_BLOCK, "secret")
    except ObjectNotFound:
        return None
    # The block's own `get` reads JSON where it can: it would turn a key of digits into a number.
    return str(block.data["value"])
