"""What the numbers of an opened image mean, in sRGB. Safe to call from many threads."""

from io import BytesIO

from PIL import Image, ImageCms, ImageFile


def in_srgb(file: ImageFile.ImageFile) -> Image.Image:
    """A plain image (of which the file keeps nothing) in sRGB; a profile that cannot be used is passed over."""
    profile = file.info.get("icc_profile")
    if profile:
        try:
            return _by_profile(file, ImageCms.ImageCmsProfile(BytesIO(profile)))
        except (ImageCms.PyCMSError, OSError, TypeError, ValueError):
            pass
    return _plain(file)


def _plain(file: ImageFile.ImageFile) -> Image.Image:
    """The image as RGB, or as RGBA if it can be transparent, colours as they are. Of 16 bits the upper 8 stay."""
    image = file.point(lambda value: value / 256).convert("L") if file.mode == "I;16" else file
    return image.convert("RGBA" if image.has_transparency_data else "RGB")


def _by_profile(file: ImageFile.ImageFile, profile: ImageCms.ImageCmsProfile) -> Image.Image:
    """The image in sRGB, by the numbers' meaning in `profile`: RGB, CMYK or grey."""
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))
    if file.mode == "CMYK":
        return ImageCms.ImageCmsTransform(profile, srgb, "CMYK", "RGB").apply(file)
    image = _plain(file)
    if profile.profile.xcolor_space.strip() != "GRAY":
        return ImageCms.ImageCmsTransform(profile, srgb, image.mode, image.mode).apply_in_place(image)
    coloured = ImageCms.ImageCmsTransform(profile, srgb, "L", "RGB").apply(image.convert("L"))
    if image.mode == "RGBA":
        coloured.putalpha(image.getchannel("A"))
    return coloured
