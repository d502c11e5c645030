"""Keeps Prefect from holding 6 kB of each image until the flow run ends.

Prefect keeps a state for each result of a task run, and for each text and number in it. Here a state goes when its
result does. Until then the result stays linked to its task run, and the UI draws an image's variants behind it.
"""

import weakref
from typing import Any
from uuid import UUID

from prefect.context import FlowRunContext


class LinkedResults(dict[int, Any]):
    """What Prefect notes by the id of a result: its state, the kind of its run, and a weak reference to the result.

    A text or a number takes no weak reference and is not noted: its id may soon be that of another text.
    """

    def __init__(self) -> None:
        super().__init__()
        self._ends: dict[int, weakref.ref[Any]] = {}

    def __setitem__(self, key: int, link: Any) -> None:  # noqa: ANN401  Prefect's
        """Note a link until its result is gone."""
        *_, reference = link
        result = reference() if reference is not None else None
        if result is not None:
            super().__setitem__(key, link)
            self._ends[key] = weakref.ref(result, lambda _: self._drop(key))

    def _drop(self, key: int) -> None:
        self.pop(key, None)
        self._ends.pop(key, None)


class KnownAssets(dict[UUID, Any]):
    """The assets of the task runs that have any. Prefect notes an empty set for each of the others."""

    def __setitem__(self, key: UUID, assets: Any) -> None:  # noqa: ANN401  Prefect's
        """Note the assets of a task run, if there are any."""
        if assets:
            super().__setitem__(key, assets)


def keep_what_is_in_hand() -> None:
    """Let the current flow run keep nothing of task runs whose results are gone, from now on."""
    context = FlowRunContext.get()
    if context is not None:
        context.run_results, context.task_run_assets = LinkedResults(), KnownAssets()
