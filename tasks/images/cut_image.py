"""From a decoded image to the bytes of a variant. Safe to call from many threads."""

from collections.abc import Mapping, Sequence
from io import BytesIO
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from PIL import Image, ImageFilter

from tasks.errors import ImageUnreadable, OriginalUnreadable, VariantsFailed
from tasks.images.decode_image import decode, without_idle_alpha
from tasks.images.geometry import Box, Size, contain_size, cover_box, is_covered
from tasks.images.ground import on_ground
from tasks.images.labels import Labels, Pen
from tasks.images.mark_png import marked_png, saved_png
from tasks.images.marks import marks_of, packet_of
from tasks.images.place_crops import place_crops
from tasks.images.preview import preview, preview_key
from tasks.records.focus import Crop
from tasks.records.label import DrawnLabel, Label
from tasks.records.marks import Facts
from tasks.records.variant import Variant
from tasks.records.variant_text import WHOLE

_REDUCING_GAP: Final = 3.0
"""Large sources first shrink by a whole factor: 4096 px to 400 px in a quarter of the time, SSIM 0.9995."""

_BEHIND_EDGES_PX: Final = 4

_ENLARGES: Final = Image.Resampling.BICUBIC
"""Held against a larger picture, Lanczos is no truer where it enlarges (SSIM 0.0003), for 2 to 8 % more bytes."""

ENCODERS: Final[dict[str, dict[str, Any]]] = {
    "webp": {"method": 2},  # 4, the default, needs 13 % fewer bytes to look alike, in twice the time
    "jpeg": {"optimize": True},  # 4 % fewer bytes for 3 ms
    # 6, the usual speed, takes three times the time. The bytes depend on the number of threads, and we run in a pool.
    "avif": {"speed": 8, "max_threads": 1},
}


class Cuts(NamedTuple):
    """What is made of an original."""

    files: dict[str, bytes]
    """The content of each variant, by its key."""
    crops: dict[str, Crop]
    """Where those that are crops lie, by their names."""
    marked: dict[str, str]
    """What each says of how it was made, as a digest, by its name."""
    labelled: dict[str, DrawnLabel]
    """What is drawn on each for people to see, by its name."""
    preview: dict[str, bytes]
    """The page's small picture, by its key."""
    signed: Mapping[str, str] = MappingProxyType({})
    """By which certificate each was signed that was, by its name: a fingerprint."""


def cut_all(  # noqa: PLR0913  all that a cut depends on
    image: Image.Image | None,
    data: bytes,
    cell_id: str,
    variants: Sequence[Variant],
    focus: str | None = None,
    before: Mapping[str, Crop] = MappingProxyType({}),
    facts: Facts | None = None,
    labels: Mapping[str, Label] = MappingProxyType({}),
    pen: Pen | None = None,
) -> Cuts:
    """Every variant, and the preview; `data` is decoded where no decoded image is at hand.

    `focus` and `before` as for `place_crops`; `facts`: what the variants say of how the image was made;
    `labels`: what is drawn on them, with the `pen`, to say it for people.
    """
    try:
        source = image if image is not None else decode(data).image
        crops = place_crops(source, variants, focus, before)
        said = marks_of(facts, variants, Size(*source.size))
        badges, size = Labels.of(labels, pen, variants if labels else ()), Size(*source.size)
        files = {}
        for variant in variants:
            xmp = packet_of(said.get(variant.name))
            key, crop = variant.key(cell_id), crops.get(variant.name)
            if variant.fit == WHOLE:
                files[key] = _whole(data, source, xmp)
            elif variant.name in labels:
                files[key] = encoded(badges.on(drawn(source, variant, crop), variant, size), variant, xmp)
            else:
                files[key] = cut(source, variant, crop, xmp)
        digests = {name: own.digest for name, own in said.items()}
        return Cuts(files, crops, digests, badges.drawn, {preview_key(cell_id): preview(source)})
    except ImageUnreadable as error:
        raise OriginalUnreadable(f"The original that is stored cannot be read: {error}") from error
    except (OSError, ValueError, KeyError, MemoryError) as error:
        raise VariantsFailed(f"The original is stored, but its variants could not be made: {error}") from error


def _whole(data: bytes, image: Image.Image, xmp: bytes) -> bytes:
    """Every pixel as a PNG; of a PNG that is at hand and sound, packed as they are."""
    packed = marked_png(data, xmp)
    return packed if packed is not None else saved_png(image, xmp)


def cut(image: Image.Image, variant: Variant, crop: Crop | None = None, xmp: bytes = b"") -> bytes:
    """`variant` of `image` (RGB or RGBA, sRGB), encoded; with `xmp` in it, and no other metadata.

    The same image, crop and XMP give the same bytes. What is cropped without a `crop` is cropped to its middle.
    """
    return encoded(drawn(image, variant, crop), variant, xmp)


def drawn(image: Image.Image, variant: Variant, crop: Crop | None = None) -> Image.Image:
    """The pixels of `variant`, RGB or RGBA."""
    source, size, box = Size(*image.size), Size(variant.width, variant.height), None
    if is_covered(source, variant):
        box = cover_box(source, size) if crop is None else Box(*crop.box)
    else:
        size = contain_size(source, size)
    is_enlarged = size.width_px > (source.width_px if box is None else box.right - box.left)
    resample = _ENLARGES if is_enlarged else Image.Resampling.LANCZOS
    resized = image.resize(size, resample, box=box, reducing_gap=_REDUCING_GAP)
    return on_ground(without_idle_alpha(resized), image, variant)


def encoded(image: Image.Image, variant: Variant, xmp: bytes) -> bytes:
    """`image` in the variant's format, on white where that knows no alpha; and the XMP packet, where there is one."""
    if image.mode == "RGBA" and variant.format == "jpeg":
        paper = Image.new("RGB", image.size, "white")
        paper.paste(image, mask=image.getchannel("A"))
        image = paper
    elif image.mode == "RGBA" and variant.format == "avif":
        image = _with_colours_behind_edges(image)
    image.info.clear()  # what lies here, an encoder may write
    if variant.format == "png":
        return saved_png(image, xmp)
    out = BytesIO()
    metadata = {"xmp": xmp} if xmp else {}
    image.save(out, variant.format, quality=variant.quality, **ENCODERS[variant.format], **metadata)
    return out.getvalue()


def _with_colours_behind_edges(image: Image.Image) -> Image.Image:
    """The same to look at, but with the colour of its neighbours where a pixel near an edge is clear, and not black.

    A codec that halves the resolution of colours mixes them: the edge of a blue disc was off by 73 levels, now by 12.
    """
    alpha = image.getchannel("A")
    spread = image.convert("RGBa").filter(ImageFilter.BoxBlur(_BEHIND_EDGES_PX)).convert("RGBA")
    spread.paste(image, mask=alpha.point([0, *[255] * 255]))
    spread.putalpha(alpha)
    return spread
