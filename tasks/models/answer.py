"""What the API answers, as far as we use it."""

from tasks.models.record import Answer


class ImageObject(Answer):
    """One image of an answer. `url` is absent, null or empty for one that was withheld."""

    prompt: str = ""
    resolution: str = ""
    is_image_safe: bool
    seed: int
    url: str | None = None


class GenerateAnswer(Answer):
    """The answer of `POST /generate`."""

    data: tuple[ImageObject, ...]
