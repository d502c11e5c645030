"""What an address begins with: a storage that can be reached from here, or a slip of the pen.

An address that lacks a slash is a good name of a folder, and images would be paid for that lie where nobody looks.
"""

import re
from typing import Final

from fsspec import available_protocols, get_filesystem_class

from tasks.errors import InputInvalid
from tasks.records.fault import shortened, without_secrets

ACCEPTED: Final = (
    "name a folder, or an address with s3:// (also for R2, MinIO and others that speak S3: set AWS_ENDPOINT_URL), "
    "gs:// or az://"
)
_PACKAGES: Final = {
    **dict.fromkeys(("s3", "s3a"), "s3fs"),
    **dict.fromkeys(("gs", "gcs"), "gcsfs"),
    **dict.fromkeys(("az", "abfs", "abfss"), "adlfs"),
    **dict.fromkeys(("sftp", "ssh"), "paramiko"),
    "oss": "ossfs",
    "smb": "smbprotocol",
    "webdav": "'webdav4[fsspec]'",
}
"""What `pip install` is told, by the beginning of an address."""
_BUCKETS: Final = {"s3", "s3a", "gs", "gcs", "az", "abfs", "abfss", "oss"}
_WEB: Final = {"http", "https"}
_ALSO_WITHOUT_SLASHES: Final = ("data:", "file:", "local:")
_URL: Final = re.compile(r"([a-z][a-z0-9+.-]+)://(.*)", re.DOTALL)
"""As fsspec takes it."""
_NEAR_URL: Final = re.compile(r"\s*([a-z][a-z0-9+.-]+)(:[/\\]*|[;：][/\\]+|//+)(.*)", re.IGNORECASE | re.DOTALL)  # noqa: RUF001
"""What a slip makes of it. A single letter is a drive of Windows."""
_ARN: Final = re.compile(r"arn:[a-z-]+:s3:[^:]*:[^:]*:(.+)", re.DOTALL)
_HOST: Final = re.compile(
    r"[a-z0-9.-]*\b(amazonaws\.com|cloudflarestorage\.com|googleapis\.com|core\.windows\.net)(\.[a-z]+)?(:\d+)?(/.*)?",
    re.IGNORECASE | re.DOTALL,
)
"""Where a storage answers, as it stands in an address behind its beginning."""
_DRIVE: Final = re.compile("[a-z]:", re.IGNORECASE)
_CHAINED: Final = re.compile(r"([a-z0-9+]+)(://[^:]*)?::")


def check_address(written: str) -> None:
    """Raise InputInvalid where `written` looks like an address and is none, or names what cannot be reached from here.

    That a folder of such a name is there changes nothing: `./s3:out` names it.
    """
    for link in _links(written):
        url = _URL.fullmatch(link)
        problem = _unreachable(url[1], url[2]) if url else _slip(link)
        if problem:
            raise InputInvalid.of(source=_shown(written), problem=problem)


def check_output(written: str) -> None:
    """As `check_address`, for a place where things are kept. Raises InputInvalid."""
    check_address(written)
    if written.partition("://")[0] in _WEB:
        problem = f"is a web address, and nothing can be kept there; {ACCEPTED}"
        raise InputInvalid.of(source=without_secrets(written), problem=problem)


def is_chained(written: str) -> bool:
    """Whether `written` is one address behind another, as in `simplecache::s3://bucket/x`: `a::b` is a file's name."""
    first = _CHAINED.match(written)
    is_known = first is not None and first[1] in available_protocols()
    return "::" in written and ("://" in written or is_known)


def _links(written: str) -> list[str]:
    if not is_chained(written):
        return [written]
    return [f"{link}://" if link.isalpha() else link for link in written.split("::")]


def _shown(written: str) -> str:
    """`written` without what is secret in it, also where a slash is missing."""
    near = _NEAR_URL.fullmatch(written)
    if near is None:
        return without_secrets(written)
    return f"{near[1]}{near[2]}" + without_secrets(f"x://{near[3]}").removeprefix("x://")


def _slip(link: str) -> str:
    """What is wrong with what is no URL; empty where it is the path of a file."""
    near, arn = _NEAR_URL.fullmatch(link), _ARN.fullmatch(link)
    if arn is not None:
        return f"is no address; write s3://{arn[1]}, or ./{link} for a folder or file of that name"
    if _HOST.fullmatch(link):
        return f"is no address; {ACCEPTED}"
    if near is None or link.startswith(_ALSO_WITHOUT_SLASHES):
        return f"is no address; {ACCEPTED}" if "://" in link and not _DRIVE.match(link) else ""
    scheme, mark, rest = near[1].lower(), near[2], near[3]
    if scheme in _PACKAGES or scheme in _WEB or (scheme in available_protocols() and ":" in mark):
        right = without_secrets(f"{scheme}://{rest}")
        return f"is no address; write {right}, or ./{_shown(link)} for a folder or file of that name"
    return _unknown(scheme) if mark.strip(":") and ":" in mark else ""


def _unreachable(scheme: str, rest: str) -> str:
    """Why nothing here can reach what a URL names; empty where something can."""
    if scheme in _BUCKETS and rest[:1] in {"", "/"}:
        return f"names no bucket; write {scheme}://bucket/folder"
    try:
        get_filesystem_class(scheme)
    except (ValueError, ImportError) as error:
        if scheme in _PACKAGES:
            return f"needs a package that is not installed: pip install {_PACKAGES[scheme]}"
        if isinstance(error, ValueError):
            return _unknown(scheme)
        return f"needs a package that is not installed: {shortened(str(error), 200)}"
    return ""


def _unknown(scheme: str) -> str:
    return f"cannot be used, since no storage is known as {scheme}://; {ACCEPTED}"
