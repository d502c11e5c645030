"""Asks a function of the user's own, which may fail in any way, and may never answer."""

import threading
from collections.abc import Callable
from concurrent.futures import Future, wait

from tasks.signing.certificate import NoSignature


def answer_of(function: Callable[[bytes], bytes], data: bytes, within_s: float) -> bytes:
    """What `function` gives for `data`, in a thread that keeps no program from ending. Raises what it raises.

    NoSignature where nothing comes within that time, and where it wants to end the program.
    """
    answer: Future[bytes] = Future()

    def ask() -> None:
        try:
            answer.set_result(function(data))
        except Exception as error:  # noqa: BLE001  told to whoever waits
            answer.set_exception(error)
        except BaseException as error:  # noqa: BLE001  this thread's end would leave nothing to wait for
            answer.set_exception(NoSignature(f"has failed: {type(error).__name__}: {error}"))

    threading.Thread(target=ask, daemon=True).start()
    if not wait([answer], within_s).done:
        raise NoSignature(f"has not answered in {within_s:g} s")
    return answer.result()
