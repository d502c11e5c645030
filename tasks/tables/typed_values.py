"""Typed values as texts: each as a person would have typed it."""

import json
import struct
from datetime import date, datetime, timedelta
from decimal import Decimal
from math import isnan
from typing import Any, Final, Literal

import pyarrow as pa
from pyarrow import types

PLAIN_MAX_CHARS: Final = 24
"""Longer numbers are written with an exponent."""
_DIGITS: Final = {"f": range(6, 10), "e": range(3, 6)}
"""With how many digits any decimal survives being a narrow float, up to how many any narrow float needs."""
_WHOLE_BELOW: Final = 1e16
_SECOND: Final = timedelta(seconds=1)


def texts_of(column: "pa.Array[Any]") -> list[str]:
    """The values of `column` as texts. Bytes that are no UTF-8 become half characters."""
    try:
        values = column.to_pylist()
    except UnicodeDecodeError:
        values = column.cast(undecoded(column.type)).to_pylist()
    except OverflowError:  # a date that Python has not
        values = column.cast(pa.string()).to_pylist()
    kind = column.type.value_type if types.is_dictionary(column.type) else column.type
    if "float" in str(kind):  # of 16 or 32 bits, somewhere within
        values = [widened(value, kind) for value in values]
    return [as_text(value) for value in values]


def as_text(value: object) -> str:  # noqa: C901, PLR0911  one line a type
    """`value` as a person would have typed it: null is empty, and 3.0 is `3`, as gaps make floats of whole numbers."""
    match value:
        case str():
            return value
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case float():
            return "" if isnan(value) else _number(value)
        case Decimal():
            return f"{value:f}"
        case datetime():
            return str(value).removesuffix(" 00:00:00")  # of a day alone, as which data frames have no type
        case timedelta():
            return _clock(value)
        case date():
            return value.isoformat()
        case list() | tuple() | dict():
            return json.dumps(_as_json(value), ensure_ascii=False, default=as_text)
        case bytes():
            return value.decode("utf-8", "surrogateescape")
        case _:
            return str(value)


def _number(value: float) -> str:
    """`value` without a point that says nothing, and without an exponent where it reads well: 0.0000001, not 1e-07."""
    text = str(value or 0)  # -0.0 is 0
    if "e" not in text:
        return text.removesuffix(".0")
    plain = str(int(value)) if abs(value) > 1 else f"{Decimal(text):f}"
    return plain if len(plain) <= PLAIN_MAX_CHARS else text


def _clock(value: timedelta) -> str:
    """Such as `26:00:00`, as spreadsheets show a time that has gone by."""
    seconds, rest = divmod(abs(value), _SECOND)
    fraction = f".{rest.microseconds:06}".rstrip("0") if rest else ""
    sign = "-" if value < timedelta() else ""
    return f"{sign}{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}{fraction}"


def _as_json(value: object) -> object:
    match value:
        case dict():
            return {as_text(name): _as_json(one) for name, one in value.items()}
        case list() | tuple():
            return [_as_json(one) for one in value]
        case float():
            return None if isnan(value) else int(value) if value.is_integer() and abs(value) < _WHOLE_BELOW else value
        case _:
            return value


def widened(value: Any, kind: pa.DataType) -> Any:  # noqa: ANN401  values of any type
    """`value` of `kind` with each narrow float in it as the double that is written as that float was.

    A float of 32 bits that was 19.99 is 19.989999771118164 as a double, and would be shown, sent and paid as that.
    """
    match value:
        case float() if types.is_float32(kind):
            return shortest(value, "f")
        case float() if types.is_float16(kind):
            return shortest(value, "e")
        case dict():
            return {name: widened(one, kind.field(name).type) for name, one in value.items()}
        case list() if types.is_map(kind):
            return [(widened(key, kind.key_type), widened(item, kind.item_type)) for key, item in value]
        case list():
            return [widened(one, kind.value_type) for one in value]
        case _:
            return value


def shortest(value: float, width: Literal["f", "e"]) -> float:
    """The double with the fewest digits that is `value` in the narrower float of `width`, as `struct` calls it."""
    if width == "e" and value.is_integer():
        return value
    for digits in _DIGITS[width]:
        short = float(f"{value:.{digits}g}")
        if struct.unpack(width, struct.pack(width, short))[0] == value:
            return short
    return value


def undecoded(kind: pa.DataType) -> pa.DataType:
    """`kind` with bytes where it has texts: bytes that are no UTF-8 may be stored as texts all the same."""
    if types.is_string(kind) or types.is_large_string(kind) or types.is_string_view(kind):
        return pa.large_binary()
    if types.is_dictionary(kind):
        return undecoded(kind.value_type)
    if types.is_map(kind):
        return pa.map_(undecoded(kind.key_type), undecoded(kind.item_type))
    if types.is_struct(kind):
        return pa.struct([(field.name, undecoded(field.type)) for field in kind.fields])
    if types.is_list(kind) or types.is_large_list(kind) or types.is_fixed_size_list(kind):
        return pa.list_(undecoded(kind.value_type))
    return kind
