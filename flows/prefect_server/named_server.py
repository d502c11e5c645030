"""The Prefect server that a person's settings name. Reads the settings and tries the server; says what is wrong."""

import contextlib
import io
import os
import sys
import tomllib
import warnings
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from pathlib import Path
from typing import ClassVar, Final

from pydantic import BaseModel, ValidationError

from flows.prefect_server.prefect_home import prefect_home
from tasks.api.proxies import certificate_faults
from tasks.records.exit_code import ExitCode
from tasks.records.fault import one_line, without_secrets

REACH_TIMEOUT_S: Final = 15.0
SETTINGS_FILES: Final = ("prefect.toml", "pyproject.toml", ".env")
"""Prefect reads them in the working folder, beside its profiles."""
LET_IN: Final = (
    "does not let this process in; set PREFECT_API_AUTH_STRING to name:password as the server has it, "
    "or PREFECT_API_KEY for Prefect Cloud"
)


class ServerNotStarted(Exception):
    """There is no Prefect server to run on. The embedded one did not start, or the named one cannot be used."""

    exit_code: ClassVar[ExitCode] = ExitCode.STOPPED


class SettingsUnusable(ServerNotStarted):
    """Prefect cannot use its settings. Nothing was started."""

    exit_code = ExitCode.BAD_INPUT
    is_for_people = True
    """If nobody catches it, `flows/commands/needs.py` shows it without a traceback."""


def import_prefect() -> None:
    """Import Prefect, which reads its settings. Raises SettingsUnusable, and keeps back what Prefect writes then."""
    if "prefect.context" in sys.modules:
        return
    read_files(os.environ, Path.cwd())
    if faults := certificate_faults():
        raise SettingsUnusable("; ".join(map(str, faults)))
    said = io.StringIO()
    with warnings.catch_warnings(), contextlib.redirect_stderr(said):
        warnings.simplefilter("ignore")
        try:
            import prefect.context  # noqa: F401, PLC0415  takes seconds
        except Exception as error:
            raise SettingsUnusable(f"Prefect cannot use its settings: {why_unusable(error)}") from error
    check_profile()
    sys.stderr.write(said.getvalue())


def profiles_file(env: Mapping[str, str]) -> Path:
    """Where Prefect's profiles are."""
    return Path(env.get("PREFECT_PROFILES_PATH") or prefect_home(env) / "profiles.toml").expanduser()


def read_files(env: Mapping[str, str], folder: Path) -> None:
    """Raise SettingsUnusable if a file that Prefect reads settings from cannot be read."""
    for path in (profiles_file(env), *(folder / name for name in SETTINGS_FILES)):
        if not path.is_file():
            continue
        try:
            text = path.read_text(encoding="utf-8")
            if path.name != ".env":
                tomllib.loads(text)
        except (OSError, ValueError) as error:
            why = getattr(error, "strerror", None) or error
            raise SettingsUnusable(f"{path} cannot be read, and Prefect needs it: {why}; mend it") from error


def check_profile() -> None:
    """Raise SettingsUnusable if PREFECT_PROFILE names no profile. Prefect would go on with another one."""
    from prefect.settings import load_profiles  # noqa: PLC0415  whoever calls has imported it

    asked = os.environ.get("PREFECT_PROFILE")
    profiles = load_profiles()
    if asked and asked not in profiles.names:
        path, known = profiles_file(os.environ), ", ".join(sorted(profiles.names))
        raise SettingsUnusable(f"PREFECT_PROFILE names {asked!r}, which {path} does not have; it has: {known}")


def why_unusable(error: Exception) -> str:
    """What is wrong with Prefect's settings. Each is called by its environment variable."""
    return "; ".join(faults_of(error)) if isinstance(error, ValidationError) else one_line(str(error))


def faults_of(error: ValidationError) -> Iterator[str]:
    """A sentence for each value that is refused. A record of Prefect's has the first part of its variables' names."""
    from prefect.settings import Settings  # noqa: PLC0415  importing it reads no settings

    prefixes = {record.__name__: record.model_config.get("env_prefix") for record in records_of(Settings)}
    prefix = str(prefixes.get(error.title) or "PREFECT_")
    for fault in error.errors():
        if fault["type"] != "default_factory_not_called":
            name = prefix + "_".join(map(str, fault["loc"])).upper()
            # Where several values do not go together, the input is all settings, keys and passwords among them.
            said = f"{name} is {fault['input']!r}" if fault["loc"] else f"a setting {prefix}... cannot be used"
            yield f"{said}: {fault['msg']}"


def records_of(settings: type[BaseModel]) -> Iterator[type[BaseModel]]:
    """The record `settings`, and every record of settings inside it."""
    yield settings
    for field in settings.model_fields.values():
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            yield from records_of(field.annotation)


def reach(api_url: str) -> None:
    """Raise ServerNotStarted if no usable Prefect server answers at `api_url`."""
    from httpx import HTTPError, InvalidURL  # noqa: PLC0415  as above
    from prefect import get_client  # noqa: PLC0415
    from prefect.client.base import ServerType  # noqa: PLC0415
    from prefect.settings import PREFECT_API_URL, PREFECT_CLIENT_MAX_RETRIES, temporary_settings  # noqa: PLC0415

    try:
        with (
            temporary_settings({PREFECT_API_URL: api_url, PREFECT_CLIENT_MAX_RETRIES: 0}),
            get_client(sync_client=True, httpx_settings={"timeout": REACH_TIMEOUT_S}) as prefect,
        ):
            if prefect.server_type is ServerType.CLOUD:
                prefect.read_flows(limit=1)
            else:
                prefect.api_version()
    except (HTTPError, InvalidURL, ValueError) as error:
        raise ServerNotStarted(f"Prefect's server at {without_secrets(api_url)} {why_unreached(error)}") from error


def why_unreached(error: Exception) -> str:
    """What is wrong with the server that caused `error`, and what to change. It is the end of a sentence."""
    from httpx import HTTPStatusError  # noqa: PLC0415  as above

    if isinstance(error, UnicodeEncodeError):
        return "cannot be asked: PREFECT_API_KEY holds a character that no key has"
    if isinstance(error, HTTPStatusError):
        status = error.response.status_code
        if status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
            return f"{LET_IN} ({status})"
        if status < HTTPStatus.INTERNAL_SERVER_ERROR:
            return f"is no Prefect API ({status}); PREFECT_API_URL ends with /api, such as http://127.0.0.1:4200/api"
        return f"cannot answer now ({status}); run again when it does"
    if isinstance(error, ValueError):
        return "does not answer as Prefect's API; PREFECT_API_URL ends with /api, such as http://127.0.0.1:4200/api"
    return f"does not answer; check PREFECT_API_URL ({one_line(str(error)) or type(error).__name__})"
