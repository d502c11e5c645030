"""What a picture says of how it was made, as XMP: one packet, the same for the same facts.

https://developer.adobe.com/xmp/docs/XMPSpecifications/ and https://iptc.org/std/photometadata/specification/
"""

import re
from collections.abc import Iterator
from functools import cache
from importlib import metadata
from typing import Final
from xml.sax.saxutils import escape, quoteattr

from tasks.records.marks import Facts

SOURCE_TYPES: Final = "http://cv.iptc.org/newscodes/digitalsourcetype/"
PROMPT_MAX_BYTES: Final = 8_000
ALT_MAX_BYTES: Final = 2_000
"""Of one language."""
ALT_ROOM_BYTES: Final = 15_000
"""Of all languages, as they are written; a JPEG holds 65,502 bytes of XMP in all, and `&` takes five."""
SHORT_TEXT_MAX_BYTES: Final = 500

_NAMESPACES: Final = {
    "Iptc4xmpExt": "http://iptc.org/std/Iptc4xmpExt/2008-02-29/",
    "Iptc4xmpCore": "http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/",
    "xmp": "http://ns.adobe.com/xap/1.0/",
    "photoshop": "http://ns.adobe.com/photoshop/1.0/",
}
_PROGRAM: Final = "ideogram-campaigns"
_NOT_XML: Final = re.compile("[^\t\n -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""XML 1.0 allows no other character (https://www.w3.org/TR/xml/#charsets); a reader makes `\\n` of `\\r`."""


def packet(facts: Facts) -> bytes:
    """The facts as an XMP packet in UTF-8, of under 65,502 bytes, whatever they hold."""
    simple = {
        "Iptc4xmpExt:DigitalSourceType": SOURCE_TYPES + facts.source_type,
        "Iptc4xmpExt:AISystemUsed": facts.system,
        "Iptc4xmpExt:AISystemVersionUsed": bounded(facts.version, SHORT_TEXT_MAX_BYTES),
        "Iptc4xmpExt:DigImageGUID": facts.guid,
        "Iptc4xmpExt:AIPromptInformation": bounded(facts.prompt, PROMPT_MAX_BYTES),
        "Iptc4xmpExt:AIPromptWriterName": bounded(facts.prompt_writer, SHORT_TEXT_MAX_BYTES),
        "xmp:CreatorTool": program() if facts.guid else "",
        "xmp:CreateDate": facts.created,
        "photoshop:Credit": facts.credit,
    }
    body = "".join(f"<{name}>{written(value)}</{name}>" for name, value in simple.items() if value)
    if texts := "".join(_alternatives(facts)):
        name = "Iptc4xmpCore:AltTextAccessibility"
        body += f"<{name}><rdf:Alt>{texts}</rdf:Alt></{name}>"
    names = " ".join(f'xmlns:{prefix}="{uri}"' for prefix, uri in _NAMESPACES.items() if f"<{prefix}:" in body)
    return (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">'
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        f'<rdf:Description rdf:about="" {names}>{body}</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="r"?>'
    ).encode()


def written(text: str) -> str:
    """`text` as it stands in XML, with a space for each character that XML cannot hold."""
    return escape(_NOT_XML.sub(" ", text.replace("\r\n", "\n").replace("\r", "\n")))


def bounded(text: str, bytes_max: int) -> str:
    """`text`, cut between two characters where it is longer."""
    data = text.encode(errors="replace")
    return text if len(data) <= bytes_max else data[: bytes_max - 3].decode(errors="ignore") + "…"


def _alternatives(facts: Facts) -> Iterator[str]:
    """The alternative text of each language for which there is room, the first ones first."""
    left = ALT_ROOM_BYTES
    for language, text in facts.alt.items():
        item = f"<rdf:li xml:lang={quoteattr(language)}>{written(bounded(text, ALT_MAX_BYTES))}</rdf:li>"
        left -= len(item.encode())
        if left >= 0:
            yield item


@cache
def program() -> str:
    """What has made the file, with its version where it is installed."""
    try:
        return f"{_PROGRAM} {metadata.version(_PROGRAM)}"
    except metadata.PackageNotFoundError:  # run from a folder, not installed
        return _PROGRAM
