"""What speaks S3 and is not AWS's, such as R2 and MinIO: check sums are sent to it only where they are required.

AWS's clients send one behind every body, as a trailer, which others answer with 501
(https://developers.cloudflare.com/r2/examples/aws/boto3/).
"""

import os
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlsplit

ONLY_WHERE_REQUIRED: Final = {
    "request_checksum_calculation": "when_required",
    "response_checksum_validation": "when_required",
}
_AWS_HOSTS: Final = (".amazonaws.com", ".amazonaws.com.cn", ".api.aws")


def spare_check_sums(fs: Any) -> None:  # noqa: ANN401  any of fsspec's
    """Let the S3 in `fs` be spoken to as its endpoint wants it, before its first request.

    What a person has set, in the environment, a profile or fsspec's configuration, stays as it is set.
    """
    endpoint = endpoint_of(fs)
    if not endpoint:
        return
    fs = _behind(fs)
    profile, _ = _profile(fs)
    unset = {name: way for name, way in ONLY_WHERE_REQUIRED.items() if not (_in_environment(name) or name in profile)}
    fs.config_kwargs = unset | fs.config_kwargs


def endpoint_of(fs: Any) -> str:  # noqa: ANN401  as above
    """Whose S3 `fs` speaks to; empty for AWS's own, and for what is none."""
    fs = _behind(fs)
    if "s3" not in fs.protocol:
        return ""
    endpoint = fs.client_kwargs.get("endpoint_url") or fs.endpoint_url or _endpoint(*_profile(fs))
    return "" if (urlsplit(endpoint).hostname or "").endswith(_AWS_HOSTS) else str(endpoint)


def _behind(fs: Any) -> Any:  # noqa: ANN401  as above
    """Of a chain of file systems, the last."""
    while hasattr(fs, "fs"):
        fs = fs.fs
    return fs


def _profile(fs: Any) -> tuple[Mapping[str, Any], Mapping[str, Any]]:  # noqa: ANN401  as above
    """The AWS profile that is in force, and what it says of single services."""
    from botocore.session import Session  # noqa: PLC0415  comes with s3fs, and takes as long

    session = fs.session or Session(**fs.kwargs)
    profile = session.get_scoped_config()
    return profile, session.full_config.get("services", {}).get(profile.get("services"), {})


def _endpoint(profile: Mapping[str, Any], services: Mapping[str, Any]) -> str:
    """As AWS's clients look for it: https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html."""
    ignored = _in_environment("ignore_configured_endpoint_urls") or profile.get("ignore_configured_endpoint_urls", "")
    if ignored.lower() == "true":
        return ""
    named = (_in_environment("endpoint_url_s3"), _in_environment("endpoint_url"), services.get("s3", {}), profile)
    return next(filter(None, (one if isinstance(one, str) else one.get("endpoint_url") for one in named)), "")


def _in_environment(name: str) -> str:
    return os.environ.get(f"AWS_{name.upper()}", "")
