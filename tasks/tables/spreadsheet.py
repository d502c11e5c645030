"""What a spreadsheet leaves in a field where no person has typed anything: errors, formulas, unticked boxes."""

import re
from typing import Final

from tasks.tables.unseen import edged

# Excel, LibreOffice, Google Sheets and Airtable in English; then the same in the languages they are written in.
_ERROR_WORDS: Final = """
#NULL! #DIV/0! #VALUE! #REF! #NAME? #NUM! #N/A #N/A! #GETTING_DATA #SPILL! #CALC! #FIELD! #BLOCKED! #CONNECT!
#UNKNOWN! #BUSY! #EXTERNAL! #PYTHON! #TIMEOUT! #ERROR! #ERROR #MACRO? #CIRCULAR! #CYCLE!
#WERT! #BEZUG! #ZAHL! #NV #NV! #ÜBERLAUF! #KALK! #FELD! #BLOCKIERT! #UNBEKANNT! #VERBINDEN! #AUSGELASTET!
#DATEN_ABRUFEN #FEHLER!
#NUL! #VALEUR! #NOM? #NOMBRE! #PROPAGATION! #EPARS! #CHAMP! #BLOQUE! #BLOQUÉ! #INCONNU! #CONNEXION! #OCCUPÉ!
#OBTENTION_DONNEES #CHARGEMENT_DONNEES #ERREUR!
#NULO! #¡NULO! #¡DIV/0! #VALOR! #¡VALOR! #¡REF! #NOMBRE? #¿NOMBRE? #¡NUM! #N/D #N/D! #DESBORDAMIENTO!
#¡DESBORDAMIENTO! #¡CALC! #¡CAMPO! #¡DESCONOCIDO! #¡BLOQUEADO! #¡CONECTAR! #¡OCUPADO! #OBTENIENDO_DATOS
#¡ERROR! #¡EXPANDIR!
#NULLO! #VALORE! #RIF! #NOME? #ESPANSIONE! #CAMPO! #ERRORE!
#NÚM! #DESPEJAR! #DERRAMAR! #ERRO!
#LEEG! #DEEL/0! #WAARDE! #VERW! #NAAM? #GETAL! #N/B #OVERLOOP! #OVERLOPEN!
#ZERO! #DZIEL/0! #ARG! #ADR! #NAZWA? #LICZBA! #ROZLANIE!
#SKÄRNING! #DIVISION/0! #VÄRDEFEL! #REFERENS! #NAMN? #OGILTIGT! #SAKNAS! #VÆRDI! #REFERENCE! #NAVN? #I/T #VERDI!
#TYHJÄ! #JAKO/0! #ARVO! #VIITTAUS! #NIMI? #LUKU! #PUUTTUU! #PUUTTUU
#DĚLENÍ_NULOU! #HODNOTA! #ODKAZ! #NÁZEV? #ČÍSLO! #NENÍ_K_DISPOZICI
#BOŞ! #SAYI/0! #DEĞER! #BAŞV! #AD? #SAYI! #YOK
#NULLA! #ZÉRÓOSZTÓ! #ÉRTÉK! #HIV! #NÉV? #SZÁM! #HIÁNYZIK
#ПУСТО! #ДЕЛ/0! #ЗНАЧ! #ССЫЛКА! #ИМЯ? #ЧИСЛО! #Н/Д #ПЕРЕНОС!
"""  # noqa: RUF001  some of their letters look like ours
_ERROR_NUMBER: Final = re.compile(r"(?:err|fehler|erreur|errore|error)\s?:\s?5\d\d|#{3,}", re.IGNORECASE)
"""LibreOffice's `Err:502`, and the `####` that Excel shows, and writes, for what is wider than its column."""

_NO_WORDS: Final = re.compile(r"[-–—_=+.:?\s]+")  # noqa: RUF001
"""A dash for nothing, or the line under a header that is drawn by hand."""

_NAME: Final = r"[^\W\d][\w.]*"
_REFERENCE: Final = rf"(?:(?:'[^']+'|(?:\[[^\]]+\])?{_NAME})!)?\$?[A-Za-z]{{1,3}}(?:\$?\d{{1,7}}|:\$?[A-Za-z]{{1,3}})"
_CALL: Final = rf"{_NAME}\("
_NEXT: Final = r"(?=\s*(?:[-+*/^&<>=%:,;)#}]|$))"
_OPERAND: Final = rf"{_CALL}|{_REFERENCE}{_NEXT}"
_BROKEN: Final = r"#[A-Z/]+[!?]|\[@"
"""What has lost its reference, and a column of this row."""
_FORMULA: Final = re.compile(
    rf"=\s*[-+@({{]*\s*(?:{_OPERAND}|{_BROKEN}|\"[^\"]*\"{_NEXT}|[\d.]+{_NEXT}|{_NAME}(?=\s*(?:[-+*/^&<>=\[]|$)))"
    rf"|[-+@]+(?:{_OPERAND})"
)
_UNTICKED_WORDS: Final = """
false falsch faux falso onwaar fałsz falskt falsk epätosi nepravda yanliş yanlış hamis ложь
"""  # noqa: RUF001
_ERRORS: Final = frozenset(_ERROR_WORDS.split())
_UNTICKED: Final = frozenset(_UNTICKED_WORDS.split())


FIRST_SIGNS: Final = "#=+-–—_.:?@EeFf\u00ad\u200b\u200e\u200f\u2060\ufeff"  # noqa: RUF001
"""One of them begins whatever `check_typed` refuses."""


def check_typed(text: str) -> None:
    """Raise ValueError, with the end of a sentence, where `text` is an error value, a formula, or a dash."""
    text = edged(text)
    if is_error(text):
        remedy = "mend its formula" if text.strip("#") else "widen its column"
        raise ValueError(f"is an error value of a spreadsheet; {remedy} there, and save the table again")
    if _NO_WORDS.fullmatch(text):
        raise ValueError("holds no words; write some, or leave the field empty")
    if is_formula(text):
        raise ValueError(
            "is a formula, and not what it gives; save the table with its values (a workbook: open and save it in a "
            "spreadsheet program), or begin otherwise"
        )


def is_error(text: str) -> bool:
    """Whether all of `text` is an error value; one that is spoken of in a longer text is none."""
    return text.upper() in _ERRORS or _ERROR_NUMBER.fullmatch(text) is not None


def is_formula(text: str) -> bool:
    """Whether `text` begins as a formula: a sign, and then a call, a reference, or something to be worked out.

    `=A1&" on sand"`, `=HYPERLINK(...)`, `="tea"`, `+B2*3` and `@SUM(A1:A3)` do; `= equals sign poster`, `=) smile`,
    `- a minimal poster` and `@home studio` do not.
    """
    return _FORMULA.match(text) is not None


def is_unticked(text: str) -> bool:
    """Whether `text` is the FALSE of a checkbox, in the words of the spreadsheets' larger languages."""
    return text.strip().lower() in _UNTICKED
