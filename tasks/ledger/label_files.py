"""A campaign's copies of the icon and the font that its labels are drawn with.

```
ledger/labels/{sha256}     written once, whatever it was called
```
So workers, later runs and recuts have them without the machine on which they were named.
"""

import hashlib
from collections.abc import Callable, Iterable
from typing import Final

from PIL import Image

from tasks.errors import ImageUnreadable, InputInvalid
from tasks.images.decode_image import decode, suffix_of
from tasks.images.label_font import LabelFont
from tasks.images.labels import Pen
from tasks.records.keys import LABELS
from tasks.records.label import LabelFile, LabelSource, LabelStyle
from tasks.storage.storage import CampaignStore

ICON_MAX_BYTES: Final = 5_000_000
ICON_MIN_PX: Final = 8
ICON_RATIO_MAX: Final = 8
_PENS_KEPT: Final = 8
_pens: dict[tuple[str, str], Pen] = {}
"""By the digests of icon and font, so the same for any campaign."""


class NoIcon(Exception):
    """What was found is no icon to draw labels with; its text says why, as the end of a sentence."""


def icon_of(data: bytes) -> Image.Image:
    """The icon that `data` is, as RGBA. Raises NoIcon."""
    if suffix_of(data) != "png":
        raise NoIcon("is no PNG; save the icon as one")
    if len(data) > ICON_MAX_BYTES:
        raise NoIcon(f"is larger than {ICON_MAX_BYTES // 1_000_000} MB; make it smaller")
    try:
        icon = decode(data).image.convert("RGBA")
    except ImageUnreadable as error:
        raise NoIcon("is a PNG that is damaged or cut off; copy or save it again") from error
    if icon.getchannel("A").getbbox() is None:
        raise NoIcon("shows nothing: all of it is transparent")
    icon = icon.crop(icon.getchannel("A").getbbox())
    if min(icon.size) < ICON_MIN_PX or max(icon.size) > min(icon.size) * ICON_RATIO_MAX:
        limits = f"each side has {ICON_MIN_PX} at least, and one is {ICON_RATIO_MAX} times the other at most"
        raise NoIcon(f"shows {icon.width}x{icon.height} pixels; {limits}")
    return icon


def pen_of(store: CampaignStore, style: LabelStyle) -> Pen:
    """What labels of this style are drawn with. Raises InputInvalid where a copy is gone, and StorageFailed."""
    icon, font = ((one.sha256 if one is not None else "") for one in (style.icon, style.font))
    pen = _pens.get((icon, font))
    if pen is None:
        pen = Pen(
            LabelFont(read_label_file(store, style.font, "--label-font") if style.font and font else None),
            icon_of(read_label_file(store, style.icon, "--label-icon")) if style.icon and icon else None,
        )
        if len(_pens) >= _PENS_KEPT:
            _pens.clear()
        _pens[icon, font] = pen
    return pen


def keep_label_files(
    store: CampaignStore, sources: Iterable[LabelSource], read: Callable[[LabelSource], bytes]
) -> None:
    """Copy icon and font, unless they are there. Raises StorageFailed, and what `read` raises."""
    kept = set(store.names(LABELS))
    for source in sources:
        if source.file.sha256 not in kept:
            store.write(f"{LABELS}/{source.file.sha256}", read(source))


def read_label_file(store: CampaignStore, file: LabelFile, option: str) -> bytes:
    """The campaign's copy of a file. Raises InputInvalid where it is gone or another, and StorageFailed."""
    key = f"{LABELS}/{file.sha256}"
    try:
        data = store.read(key)
    except FileNotFoundError:
        data = b""
    if hashlib.sha256(data).hexdigest() != file.sha256:
        problem = f"is not what {option} named ({file.name}) any more, or gone; name the file again with {option}"
        raise InputInvalid.of(source=f"{store.root}/{key}", problem=problem)
    return data
