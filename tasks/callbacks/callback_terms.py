"""What a campaign was told of its callbacks holds wherever they are sent later."""

from tasks.callbacks.callback_settings import CallbackSettings
from tasks.callbacks.outbox import Outbox
from tasks.ledger.ledger import Ledger


def agreed(outbox: Outbox, settings: CallbackSettings) -> tuple[CallbackSettings, str]:
    """`settings` with what the campaign was told, and why its events may not be sent with them, if they may not.

    A campaign that the sandbox made may tell receivers on this machine.
    """
    terms = outbox.terms()
    if Ledger(outbox.store, run_id="").is_sandbox():
        terms |= {"private"}
    return settings.under(terms), settings.hindrance(terms)
