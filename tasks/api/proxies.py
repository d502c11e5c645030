"""Proxies and certificates of the environment, which every client of ours and of Prefect takes: checked beforehand."""

import importlib.util
import os
import ssl
from typing import Final
from urllib.request import getproxies

from tasks.errors import InputInvalid
from tasks.records.fault import Fault

CERTIFICATES: Final = ("SSL_CERT_FILE", "PREFECT_API_SSL_CERT_FILE")
SOCKS: Final = ("socks5", "socks5h")
SCHEMES: Final = ("http", "https", "all")
"""Of the variables that httpx reads, such as ALL_PROXY."""


def check_way_out() -> None:
    """Raise InputInvalid where a proxy or certificates of the environment cannot be used: each client would fail."""
    named = getproxies()
    faults = [
        Fault(source=f"{scheme.upper()}_PROXY", value=named[scheme], problem=problem)
        for scheme in SCHEMES
        if named.get(scheme) and (problem := why_unusable(named[scheme])) is not None
    ]
    faults += certificate_faults()
    if faults:
        raise InputInvalid(faults)


def certificate_faults() -> list[Fault]:
    """What is wrong with the certificates that the environment names."""
    return [
        Fault(source=name, value=os.environ[name], problem=f"holds no certificates that can be read: {problem}")
        for name in CERTIFICATES
        if os.environ.get(name) and (problem := why_unreadable(os.environ[name])) is not None
    ]


def why_unreadable(path: str) -> str | None:
    """Why the certificates in a file cannot be read; None where they can."""
    try:
        ssl.create_default_context(cafile=path)
    except OSError as error:
        return f"{error.strerror or error}; mend or unset it"
    return None


def why_unusable(address: str, *, has_socks: bool | None = None) -> str | None:
    """What is wrong with a proxy, as the end of a sentence; None where nothing is."""
    from httpx import InvalidURL, Proxy  # noqa: PLC0415  most machines have no proxy, and import it later

    try:
        url = Proxy(address if "://" in address else f"http://{address}").url
    except (InvalidURL, ValueError):
        url = None
    if url is None or not url.host:
        return "is no address of a proxy such as http://proxy.internal:3128; mend or unset it"
    if url.scheme not in SOCKS:
        return None
    if importlib.util.find_spec("socksio") is None if has_socks is None else not has_socks:
        return "is a SOCKS proxy, which needs a package: pip install 'httpx[socks]'; or name an HTTP proxy, or unset it"
    return None


def pass_proxies_by(host: str) -> None:
    """Let no proxy of the environment stand between this process and `host`."""
    for name in ("NO_PROXY", "no_proxy"):
        hosts = [known for known in os.environ.get(name, "").split(",") if known]
        if host not in hosts:
            os.environ[name] = ",".join([*hosts, host])
