"""The XML of an xlsx workbook, read for what its values do not tell."""

import re
from collections.abc import Mapping
from typing import Final
from xml.etree.ElementTree import Element, ParseError, fromstring
from xml.parsers.expat import ExpatError, ParserCreate

from tasks.workbooks.marks import Marks, column_number, percentage, place_of
from tasks.workbooks.packed import Packed
from tasks.workbooks.plain_rows import PlainRows

_STYLES: Final = "/styles.xml"
_TRUE: Final = {"1", "true", "on"}
_PERCENT_IDS: Final = {"9", "10"}
"""`0%` and `0.00%`, which Excel does not spell out."""
_QUOTED: Final = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|_.|\*.')
_ZEROS: Final = re.compile(r"0{2,30}")


def ooxml_marks(packed: Packed, sheet: str) -> Marks:
    """The marks of a sheet of an xlsx workbook. Raises InputInvalid where it is damaged or too large."""
    try:
        workbook, part = _part_of(packed, sheet)
        reader = _XlsxReader(_styles(packed), is_stale=_is_stale(workbook))
        for chunk in packed.chunks(part, packed.bounds.sheet):
            reader.feed(chunk)
        return reader.marks()
    except (ParseError, ExpatError, KeyError, ValueError) as error:
        raise packed.damaged() from error


def _part_of(packed: Packed, sheet: str) -> tuple[Element, str]:
    """What the workbook says of itself, and the part in which a sheet stands."""
    workbook, parts = fromstring(packed.read(packed.main)), packed.related()  # noqa: S314  expat bounds what entities come to
    for one in workbook.iter():
        attributes = _plain(one)
        if _name(one) == "sheet" and attributes.get("name") == sheet:
            return workbook, parts[attributes["id"]]
    raise KeyError(sheet)


def _name(element: Element) -> str:
    return element.tag.rpartition("}")[2]


def _plain(element: Element) -> dict[str, str]:
    return {name.rpartition("}")[2]: value for name, value in element.attrib.items()}


def _is_stale(workbook: Element) -> bool:
    """Whether formulas are still to be calculated, as libraries say that write them without results, or with a 0."""
    return any(_name(one) == "calcPr" and one.get("fullCalcOnLoad") in _TRUE for one in workbook.iter())


def _styles(packed: Packed) -> dict[str, int]:
    """The styles in which a number is shown otherwise: as a percentage (0), or with zeros up to so many digits."""
    codes, found = dict.fromkeys(_PERCENT_IDS, "0%"), {}
    text = next((packed.read(part) for part in packed.names if part.endswith(_STYLES)), b"")
    root = fromstring(text) if text else Element("none")  # noqa: S314
    for one in root.iter():
        if _name(one) == "numFmt":
            codes[one.get("numFmtId", "")] = one.get("formatCode", "")
    cells = next((one for one in root.iter() if _name(one) == "cellXfs"), Element("none"))
    for number, one in enumerate(cells):
        code = _QUOTED.sub("", codes.get(one.get("numFmtId", ""), "")).partition(";")[0]
        if "%" in code:
            found[str(number)] = 0
        elif _ZEROS.fullmatch(code):
            found[str(number)] = len(code)
    return found


def as_shown(value: str, digits: int) -> str:
    """A number as its style shows it: as a percentage (0), or with zeros up to so many digits. Raises ValueError."""
    if not digits:
        return percentage(value)
    return str(round(float(value))).zfill(digits) if float(value).is_integer() else value


class _XlsxReader:
    """Reads the elements of a sheet as they begin; what stands in one is settled when the next cell begins."""

    def __init__(self, styles: Mapping[str, int], *, is_stale: bool) -> None:
        self._marks = Marks()
        self._plain = PlainRows(self._marks, styles)
        self._styles = styles
        self._is_stale = is_stale
        self._row = self._column = -1
        self._row_number = ""
        self._is_hidden = False
        self._cell: dict[str, str] = {}
        self._held: dict[str, list[str]] = {}
        """Of the cell at hand, by element, the texts that have to be looked at."""
        self._shared: dict[str, str] = {}
        self._parser = ParserCreate()
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._start

    def feed(self, chunk: bytes) -> None:
        """Read on."""
        for xml, plain_row in self._plain.parted(chunk):
            if xml:
                self._parser.Parse(xml)
            else:
                self._pass_over(plain_row)

    def marks(self) -> Marks:
        """What was found, once all has been read."""
        self._parser.Parse(self._plain.end(), True)  # noqa: FBT003  as it is called there
        self._settle()
        return self._marks

    def _pass_over(self, row: int) -> None:
        """Go on behind plain rows, the last of which is this one, from 1."""
        self._settle()
        self._marks.height = max(self._marks.height, row)
        self._begin_row(str(row))

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        tag = name.rpartition(":")[2] if ":" in name else name
        if tag == "c":
            if self._held:
                self._settle()
            self._cell = attributes
            if "r" in attributes:
                reference = attributes["r"]
                letters = reference.rstrip("0123456789")
                self._column = column_number(letters)
                if reference[len(letters) :] != self._row_number:
                    self._begin_row(reference[len(letters) :])
            else:
                self._column += 1
        elif tag in {"v", "is", "f"}:
            self._content(tag, attributes)
        elif tag == "row":
            self._settle()
            self._begin_row(attributes.get("r", str(self._row + 2)))
            self._column = -1
            self._is_hidden = attributes.get("hidden") in _TRUE
        elif tag not in {"t", "r"}:
            self._beside(tag, attributes)

    def _begin_row(self, number: str) -> None:
        self._row_number, self._row = number, int(number) - 1

    def _content(self, tag: str, attributes: dict[str, str]) -> None:
        """The value of the cell at hand begins, or its formula."""
        marks = self._marks
        if marks.height <= self._row or marks.width <= self._column:
            marks.fill(self._row, self._column)
        if self._is_hidden:
            marks.hidden_rows += 1
            self._is_hidden = False
        if tag == "f" or self._held or self._styles or self._cell.get("t") == "e":
            self._watch(tag, attributes)

    def _watch(self, tag: str, attributes: dict[str, str]) -> None:
        """Hold what stands in the cell at hand, if it may have to be told or corrected."""
        kind = self._cell.get("t", "n")
        if tag == "f":
            self._held["f"] = []
            self._held["si"] = [attributes.get("si", "")]
        elif self._held or kind == "e" or (self._styles and kind == "n" and self._cell.get("s") in self._styles):
            self._held[tag] = []
        self._parser.CharacterDataHandler = self._held[tag].append if tag in self._held else None

    def _settle(self) -> None:
        """Judge the cell at hand, if there is anything to be judged."""
        if not self._held:
            return
        self._parser.CharacterDataHandler = None
        held, self._held = {tag: "".join(texts) for tag, texts in self._held.items()}, {}
        place, kind, value = (self._row, self._column), self._cell.get("t", "n"), held.get("v", "")
        if kind == "e":
            self._marks.faulty[place] = value or "#N/A"
        elif "f" in held and kind != "str" and (not value or (self._is_stale and value == "0")):
            formula = held["f"] or self._shared.get(held["si"], "")
            self._marks.faulty[place] = f"={formula}"
        elif kind == "n" and value and self._cell.get("s") in self._styles:
            self._marks.shown[place] = as_shown(value, self._styles[self._cell["s"]])
        if held.get("si") and held.get("f"):
            self._shared[held["si"]] = held["f"]

    def _beside(self, tag: str, attributes: dict[str, str]) -> None:
        """What stands before and behind the cells."""
        if tag == "mergeCell":
            first, _, last = attributes.get("ref", "").partition(":")
            self._marks.merged.append((place_of(first), place_of(last or first)))
        elif tag == "col" and attributes.get("hidden") in _TRUE:
            span = range(int(attributes["min"]) - 1, min(int(attributes["max"]), 1 << 14))
            self._marks.hidden_columns.update(span)
        elif tag == "filterColumn":
            self._marks.is_filtered = True
