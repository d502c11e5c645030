"""What signs variants with Content Credentials: tried beforehand, by a picture of one pixel."""

from urllib.parse import urlsplit

from flows.commands.finding import Findings
from tasks.signing.settings import TSA_URL
from tasks.signing.variant_signer import open_signer


def check_signing(findings: Findings) -> None:
    """Whether it signs, and for how long that is good. Raises InputInvalid where it does not."""
    signer = open_signer()
    if signer is None:
        return
    signs, *soon = signer.notes()
    findings.add("right", "signature", signs)
    for note in soon:
        findings.add("note", "signature", note)
    until = f"{signer.chain.until:%d %b %Y}"
    if signer.tsa_url:
        findings.add("right", "signature", f"time stamps come from {urlsplit(signer.tsa_url).hostname}")
    else:
        said = f"{TSA_URL} is not set: without time stamps signatures end with the certificate, on {until}"
        findings.add("note", "signature", said)
