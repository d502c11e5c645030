"""What a browser is told of each file of a campaign, by its name, in storages that keep that with a file."""

from typing import Any, Final

CONTENT_TYPES: Final = {
    "avif": "image/avif",
    "csv": "text/csv; charset=utf-8",
    "gif": "image/gif",
    "html": "text/html; charset=utf-8",
    "jpg": "image/jpeg",
    "json": "application/json",
    "parquet": "application/vnd.apache.parquet",
    "png": "image/png",
    "tif": "image/tiff",
    "txt": "text/plain; charset=utf-8",
    "webp": "image/webp",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "zip": "application/zip",
}
OTHER_CONTENT_TYPE: Final = "application/octet-stream"
_CONTENT_TYPE_ARGUMENT: Final = {"s3": "ContentType", "s3a": "ContentType", "gs": "content_type", "gcs": "content_type"}


def content_type(fs: Any, key: str) -> dict[str, str]:  # noqa: ANN401  any of fsspec's
    """What a write under `key` is given along; nothing where the storage has no place for it."""
    protocol = fs.protocol if isinstance(fs.protocol, str) else fs.protocol[0]
    argument = _CONTENT_TYPE_ARGUMENT.get(protocol)
    return {argument: CONTENT_TYPES.get(key.rpartition(".")[2], OTHER_CONTENT_TYPE)} if argument else {}
