"""Text that a spreadsheet would run, made harmless in a table that it opens."""

import re
from typing import Final

_UNSEEN = r"[\s\x00-\x1f\u200b-\u200f\u2060\ufeff]*"
_FORMULA: Final = re.compile(rf"'*(?:[\t\r\n]|{_UNSEEN}[=+\-@＝＋－＠﹦﹢﹣﹫−])")  # noqa: RUF001  the wide forms are meant
"""What a spreadsheet may run (https://owasp.org/www-community/attacks/CSV_Injection), also behind quotes of ours."""


def without_formula(text: str) -> str:
    """`text`, with a `'` in front where a spreadsheet would run it.

    Text that looks so already gets one more, so that taking one away again always gives back the text.
    """
    return f"'{text}" if _FORMULA.match(text) else text


def without_quote(text: str) -> str:
    """`text` as it was before `without_formula`."""
    return text[1:] if text[:1] == "'" and _FORMULA.match(text) else text
