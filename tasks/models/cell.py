"""A cell: exactly one wanted image, from planning to the manifest."""

import hashlib
from decimal import Decimal

from pydantic import Field

from tasks.models.record import Record
from tasks.models.request import GenerationRequest


class Cell(Record):
    """One image of the campaign: a row of the matrix x a format x a copy."""

    cell_id: str
    row: int
    """The row's number in the matrix as a spreadsheet shows it: the header is row 1."""
    product: str
    format: str
    copy_number: int
    """How often this matrix has asked for the same request up to here, from 1."""
    request: GenerationRequest
    request_sha256: str
    price_usd: Decimal
    callback_url: str | None = None
    """Who is told of its end: one URL or several, separated by spaces."""
    metadata: dict[str, str] = Field(default_factory=dict)

    @property
    def endpoints(self) -> tuple[str, ...]:
        """Each URL of `callback_url`."""
        return tuple(self.callback_url.split()) if self.callback_url else ()


def cell_digest(request_sha256: str, copy_number: int) -> str:
    """The SHA-256, in hex, of a request and its copy number: what makes a cell the same in any run on any machine."""
    return hashlib.sha256(f"{request_sha256}/{copy_number}".encode()).hexdigest()
