"""What went wrong with a cell, as the manifest tells it."""

import logging

from tasks.errors import CampaignStopped, CellError

logger = logging.getLogger(__name__)


def told(error: Exception) -> str:
    """What went wrong, for the manifest. An error that nobody foresaw is named by its kind and logged in full."""
    if isinstance(error, CellError | CampaignStopped):
        return str(error)
    logger.error("A fault of this program ended a cell", exc_info=error)
    return f"A fault of this program: {type(error).__name__}: {error}"
