"""What a job holds of its image, between the download and the cutting."""

from typing import TYPE_CHECKING

from tasks.ledger.records import Answered

if TYPE_CHECKING:
    from PIL import Image


class ImageInHand:
    """Bytes that lie nowhere yet, and pixels that wait to be cut, so that nothing is decoded twice."""

    def __init__(self) -> None:
        self.downloaded: tuple[Answered, bytes] | None = None
        """The image as it came, with the answer that led to it."""
        self.pixels: Image.Image | None = None
        self.is_to_be_decoded = False
        """Whether it is decoded on arrival, and its pixels kept until it is cut."""

    def receive(self, answer: Answered, image: bytes) -> None:
        """It is downloaded."""
        self.downloaded = answer, image

    def lay_down(self) -> None:
        """It lies in the storage."""
        self.downloaded = None

    def take_room(self, *, is_there: bool) -> None:
        """Its pixels may stay where there is room for them."""
        self.is_to_be_decoded = is_there

    def decode(self, pixels: "Image.Image") -> None:
        """It is decoded, and waits to be cut."""
        self.pixels = pixels

    def drop_pixels(self) -> None:
        """Leave their room to another."""
        self.is_to_be_decoded, self.pixels = False, None
