"""What Prefect keeps of each task run until its flow run ends, kept no longer than somebody can ask for it.

That is a state for each result, and for each text and number in it: 5 kB an image. What is still in hand is linked to
its task run as ever, so that the UI draws an image's variants behind it.
"""

import weakref
from typing import Any
from uuid import UUID

from prefect.context import FlowRunContext


class LinkedResults(dict[int, Any]):
    """By the id of a result: its state, the kind of its run, and a weak reference to it, as Prefect notes them.

    What takes no weak reference is not linked: another text may have its id soon, and would be taken for it.
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
    """The assets of each task run that has any; Prefect notes an empty set for every other."""

    def __setitem__(self, key: UUID, assets: Any) -> None:  # noqa: ANN401  Prefect's
        """Note the assets of a task run, if there are any."""
        if assets:
            super().__setitem__(key, assets)


def keep_what_is_in_hand() -> None:
    """From now on, the flow run that this is called in keeps nothing of task runs whose results are gone."""
    context = FlowRunContext.get()
    if context is not None:
        context.run_results, context.task_run_assets = LinkedResults(), KnownAssets()
