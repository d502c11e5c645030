"""The settings of every Prefect server that we start, and of its clients, each with its reason."""

from typing import Final

CLIENT_DEFAULTS: Final = {
    # What is logged outside of a run is not warned about.
    "PREFECT_LOGGING_TO_API_WHEN_MISSING_FLOW": "ignore",
    # The server is our own, of our own version.
    "PREFECT_CLIENT_SERVER_VERSION_CHECK_ENABLED": "false",
}
EVERY_SERVER: Final = {
    # Telemetry prints an error where there is no network.
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    # A lane that was denied asks again within a quarter of a second (divided by the limit), not within ten.
    "PREFECT_SERVER_TASKS_TAG_CONCURRENCY_SLOT_WAIT_SECONDS": "0.25",
    # States and events are written in batches: SQLite has one writer, and slot requests would meet a locked database;
    # on any database the queue in memory would run over in a large campaign, and states be lost.
    "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_BATCH_SIZE": "200",
    "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_READ_BATCH_SIZE": "100",
    "PREFECT_SERVER_SERVICES_EVENT_PERSISTER_BATCH_SIZE": "500",
    "PREFECT_SERVER_SERVICES_EVENT_PERSISTER_READ_BATCH_SIZE": "100",
}
SERVER_DEFAULTS: Final = EVERY_SERVER | {
    # Block types are for forms of the UI, which the embedded server does not serve; registering them costs 0.5 s.
    "PREFECT_API_BLOCKS_REGISTER_ON_START": "false",
    # Automations still act on events, but no feed shows them here. To keep them took 6 ms of processor time, and 30 of
    # the 43 kB that an image left in the database.
    "PREFECT_SERVER_SERVICES_EVENT_PERSISTER_ENABLED": "false",
    "PREFECT_SERVER_LOGGING_LEVEL": "CRITICAL",
}
"""Of the server that is started for one run."""
LASTING_SERVER_DEFAULTS: Final = EVERY_SERVER | {
    # The UI calls the server that it came from, whatever name and port it was opened under.
    "PREFECT_UI_API_URL": "/api",
    # No page of another origin may read its answers; by default all may. No origin has this name.
    "PREFECT_SERVER_CORS_ALLOWED_ORIGINS": "none",
    # Nor may a page make it do something: browsers send requests without a content type, whoever may read the answers.
    "PREFECT_SERVER_CSRF_PROTECTION_ENABLED": "true",
    # Slots are leased. By default leases are kept in memory and lost when the server starts anew, and their slots stay
    # taken for good.
    "PREFECT_SERVER_CONCURRENCY_LEASE_STORAGE": "prefect.server.concurrency.lease_storage.filesystem",
    # An image leaves five events and more. What must be known of it later is in the ledger.
    "PREFECT_SERVER_EVENTS_RETENTION_PERIOD": "P3D",
}
"""Of the server that deployments run on."""
