"""Links to tables as people copy them from a browser, as the addresses at which the tables themselves lie.

Nothing is asked for here. Google: https://developers.google.com/sheets/api/guides/concepts (its ids and tabs), and the
addresses that File > Download and File > Share > Publish to web use; Dropbox: https://help.dropbox.com/share/force-download.
"""

import re
from typing import Final
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit, urlunsplit

_SHEET: Final = re.compile(
    r"(?P<base>(?:/a/[^/]+)?/spreadsheets/)(?:u/\d+/)?(?P<id>d/(?P<published>e/)?[\w-]+)(?:/(?P<page>[\w]*))?/?"
)
_PAGES: Final = {"", "edit", "view", "preview", "htmlview", "copy", "pubhtml", "mobilebasic"}
_DRIVE_FILE: Final = re.compile(r"/file/(?:u/\d+/)?d/([\w-]+)(?:/\w*)?/?")
_GITHUB_PAGE: Final = re.compile(r"(/[^/]+/[^/]+)/blob/(.+)")
_SHAREPOINT: Final = re.compile(r"/:[xu]:/")


def direct(url: str) -> str:
    """`url`, or, where it shows a table in a browser, the address at which the table is given out.

    A Google sheet comes as a workbook, or, where the address names a tab by its number (`gid`), that tab as CSV.
    """
    parts = urlsplit(url)
    host = (parts.hostname or "").lower()
    if host == "docs.google.com" and (found := _SHEET.fullmatch(parts.path)) and (found["page"] or "") in _PAGES:
        gid = _gid(url)
        return _exported(found, parts.query, {"format": "csv", "gid": gid} if gid else {"format": "xlsx"})
    if host == "drive.google.com":
        return _from_drive(url)
    if host in {"dropbox.com", "www.dropbox.com"}:
        asked = [(name, value) for name, value in parse_qsl(parts.query) if name not in {"dl", "raw"}]
        return urlunsplit((*parts[:3], urlencode([*asked, ("dl", "1")]), ""))
    if host in {"1drv.ms", "onedrive.live.com"} or (host.endswith(".sharepoint.com") and _SHAREPOINT.match(parts.path)):
        asked = [(name, value) for name, value in parse_qsl(parts.query) if name not in {"download", "web"}]
        return urlunsplit((*parts[:3], urlencode([*asked, ("download", "1")]), ""))
    if host == "github.com" and (found := _GITHUB_PAGE.fullmatch(parts.path)):
        return urlunsplit((parts[0], parts[1], f"{found[1]}/raw/{found[2]}", parts.query, ""))
    return url


def whole_workbook(url: str) -> str:
    """The workbook in which a Google sheet's tab stands; any other address as `direct` has it."""
    parts = urlsplit(url)
    found = _SHEET.fullmatch(parts.path) if (parts.hostname or "").lower() == "docs.google.com" else None
    if found is None or not ((found["page"] or "") in _PAGES or found["page"] in {"export", "pub"}):
        return direct(url)
    return _exported(found, parts.query, {"format": "xlsx"})


def _gid(url: str) -> str:
    """The number of the tab: what stands behind the `#` is what the person looked at."""
    parts = urlsplit(url)
    named = parse_qs(parts.fragment).get("gid") or parse_qs(parts.query).get("gid") or [""]
    return named[0] if named[0].isdigit() else ""


def _exported(found: re.Match[str], query: str, wanted: dict[str, str]) -> str:
    keys = [(name, value) for name, value in parse_qsl(query) if name == "resourcekey"]
    if found["published"]:
        kind = wanted.pop("format")
        wanted = {"output": kind} | wanted | ({"single": "true"} if wanted else {})
    page = "pub" if found["published"] else "export"
    return f"https://docs.google.com{found['base']}{found['id']}/{page}?{urlencode([*wanted.items(), *keys])}"


def _from_drive(url: str) -> str:
    parts = urlsplit(url)
    asked = parse_qs(parts.query)
    found = _DRIVE_FILE.fullmatch(parts.path)
    file_id = found[1] if found else asked.get("id", [""])[0] if parts.path == "/open" else ""
    if not file_id:
        return url
    keys = [("resourcekey", key) for key in asked.get("resourcekey", [])]
    return f"https://drive.google.com/uc?{urlencode([('export', 'download'), ('id', file_id), *keys])}"
