"""A function of the user's own, found by the name that a setting gives it."""

import pkgutil
from collections.abc import Callable, Mapping
from typing import Any

from tasks.errors import InputInvalid


def named_function(env: Mapping[str, str], variable: str) -> Callable[..., Any] | None:
    """The function that a variable names, such as `shop.images:publish`; None where it is not set.

    Raises InputInvalid that names the variable.
    """
    name = env.get(variable, "").strip()
    if not name:
        return None
    try:
        found: object = pkgutil.resolve_name(name)
    except Exception as error:  # a module may fail in any way while it is imported
        problem = f"cannot be imported: {type(error).__name__}: {error}"
        raise InputInvalid.of(source=variable, value=name, problem=problem) from error
    if not callable(found):
        problem = "is not a function; name one as package.module:function"
        raise InputInvalid.of(source=variable, value=name, problem=problem)
    return found
