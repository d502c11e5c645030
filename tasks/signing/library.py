"""The C2PA library at work: the one file that imports it, since it is there only where somebody has asked for it."""

import io
import json
from collections.abc import Callable, Mapping
from typing import Any, Final

import c2pa

from tasks.errors import SignerAway, VariantsFailed
from tasks.records.fault import without_secrets
from tasks.signing.certificate import Chain, algorithm_of
from tasks.signing.claim import Parent

_SETTINGS: Final = {
    "builder": {"thumbnail": {"enabled": False}},  # usual, and 600 kB in a file of 70 kB
    "verify": {
        "verify_after_sign": False,  # each signature is held against the key, and the first file is read
        "remote_manifest_fetch": False,  # usual: a file that names an address has it asked, whatever lies there
        "ocsp_fetch": False,
    },
}
_GOOD: Final = {"Valid", "Trusted"}


class NativeSigner:
    """Signs files, with a key that it holds itself or by a function. Safe to call from many threads.

    SignerAway where the library does not take what it is to sign with.
    """

    def __init__(
        self, chain: Chain, key_pem: bytes | None, sign: Callable[[bytes], bytes] | None, tsa_url: str | None
    ) -> None:
        self._context = c2pa.Context.from_dict(_SETTINGS)
        algorithm = algorithm_of(chain.key)
        try:
            if sign is None:
                about = c2pa.C2paSignerInfo(algorithm, chain.pem, key_pem, tsa_url)
                self._signer = c2pa.Signer.from_info(about)
            else:
                kind = c2pa.C2paSigningAlg[algorithm.upper()]
                self._signer = c2pa.Signer.from_callback(sign, kind, chain.pem.decode(), tsa_url)
        except c2pa.C2paError as error:
            raise SignerAway(told(error)) from error

    def signed(self, data: bytes, mime: str, claim: Mapping[str, Any], parent: Parent | None) -> bytes:
        """The file `data` with a signed manifest in it, which carries that of its `parent`.

        Raises SignerAway where no signature comes, and VariantsFailed where the file takes none.
        """
        out = io.BytesIO()
        try:
            with self._builder(claim, parent) as builder:
                builder.sign(self._signer, mime, io.BytesIO(data), out)
        except c2pa.C2paError.Signature as error:
            raise SignerAway(told(error)) from error
        except c2pa.C2paError as error:
            raise VariantsFailed(f"The original is stored, but a variant could not be signed: {told(error)}") from error
        return out.getvalue()

    def _builder(self, claim: Mapping[str, Any], parent: Parent | None) -> c2pa.Builder:
        """What is to be signed; a parent that the library cannot read, or whose manifest is broken, is only named."""
        if parent is None:
            return c2pa.Builder(claim, self._context)
        builder = c2pa.Builder(claim, self._context)
        try:
            builder.add_ingredient(dict(parent.told), parent.mime, io.BytesIO(parent.data))
        except c2pa.C2paError:
            builder.close()
            return c2pa.Builder({**claim, "ingredients": [dict(parent.told)]}, self._context)
        return builder

    def fault_in(self, data: bytes, mime: str) -> str:
        """What is wrong with the signature in a file; empty where it is good, whoever has signed it."""
        with c2pa.Reader(mime, io.BytesIO(data), context=self._context) as reader:
            read = json.loads(reader.json())
        if read["validation_state"] in _GOOD:
            return ""
        failed = read["validation_results"]["activeManifest"]["failure"]
        return "; ".join(one.get("explanation") or one["code"] for one in failed) or str(read["validation_state"])


def told(error: Exception) -> str:
    """What the library says, without its own names for it, and without what is secret in an address."""
    return without_secrets(str(error).removeprefix("Signature: ").removeprefix("Other: "))
