"""A cell of hours comes in, its tokens go out: days, times, and the small words between them, in three languages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from mpkit.model import WEEK
from mpkit.places.names import fold
from mpkit.sheet.hours.clock import DAY, NOON, PARTS, Time, time_of

_NAMES = {
    "monday": "lunes lun lu segundas segunda seg mondays monday mon mo",
    "tuesday": "martes mart mar ma tercas terca ter tuesdays tuesday tues tue tu",
    "wednesday": "miercoles mierc mier mie mi quartas quarta qua wednesdays wednesday weds wed we",
    "thursday": "jueves jue ju quintas quinta qui thursdays thursday thurs thur thu th",
    "friday": "viernes vier vie vi sextas sexta sex fridays friday fri fr",
    "saturday": "sabados sabado sabs sab sa saturdays saturday sat",
    "sunday": "domingos domingo doms dom sundays sunday sun su",
}
DAYS = {name: day for day, names in _NAMES.items() for name in names.split()}
_LETTERS = {"l": "monday", "j": "thursday", "v": "friday", "s": "saturday", "d": "sunday", "x": "wednesday"}
_ROWS = {  # letters that mean a day only in their row
    "l m x j v s d": WEEK,
    "l m m j v s d": WEEK,
    "l m x j v": WEEK[:5],
    "l m m j v": WEEK[:5],
    "l m x j v s": WEEK[:6],
    "l m m j v s": WEEK[:6],
}
_SETS = {
    "all": (
        WEEK,
        (
            "todos los dias(?: de la semana)?|todos os dias(?: da semana)?|todo dia|diariamente|diario|a diario"
            "|every ?day|daily"
            "|(?:los )?7 dias(?: (?:de|por|a) la semana| (?:da|por) semana)?|7 days(?: a week)?"
            "|los 365 dias(?: del ano)?|toda (?:la )?semana"
        ),
    ),
    "weekdays": (
        WEEK[:5],
        (
            "dias uteis|lv|dias habiles|dias (?:laborables|laborales|de semana)|entre semana|weekdays|working days"
            "|durante (?:la|a) semana"
        ),
    ),
    "weekend": (
        WEEK[5:],
        "fines de semana|fin de semana|fins de semana|fim de semana|finais de semana|final de semana|weekends?|findes?",
    ),
}
_DAY = "|".join(sorted(DAYS, key=len, reverse=True))
_AT = r"(?: a las| a la| as| a| at)?"
_PART = "|".join(sorted(PARTS, key=len, reverse=True))
_TOKEN = re.compile(
    rf"(?P<all>\b(?:{_SETS['all'][1]})\b)|(?P<weekdays>\b(?:{_SETS['weekdays'][1]})\b)"
    rf"|(?P<weekend>\b(?:{_SETS['weekend'][1]})\b)"
    r"|(?P<rest>\b(?:el )?resto(?: (?:de (?:los|la)|dos|da) (?:dias|semana))?\b|\b(?:los )?demas dias\b"
    r"|\b(?:os )?demais dias\b|\bother days\b)"
    rf"|(?P<day>\b(?:{_DAY})\b)(?: feiras?\b)?"
    r"|(?P<holiday>\b(?:dias )?feriados?(?: nacionales| nacionais)?\b|\b(?:dias )?festivos?\b"
    r"|\b(?:public |bank )?holidays?\b|\bph\b)"
    r"|(?P<except>\b(?:excepto|exceto|excluyendo|except(?: for)?|menos|salvo|minus)\b)"
    r"|(?P<round>(?:\babiert[oa]s? |\babert[oa]s? |\bopen )?"
    r"(?:\blas |\bas )?\b24 ?(?:hs|hrs|horas|hours|h)\b(?: (?:del|do) dia)?"
    r"|\b24 ?[/x] ?7\b|\bdia y noche\b|\bdia e noite\b|\bsiempre abierto\b|\bsempre aberto\b|\balways open\b)"
    r"|(?P<until>\b(?:y |e |and )?(?:cierran?|cerramos|fecha|fechamos|closes?|cierre)"
    rf"{_AT} ?:? ?(?=\d|mediod|median|meio|meia))"
    r"|(?P<closed>\b(?:permanece )?cerrad[oa]s?\b|\bcierra\b|\bcerramos\b"
    r"|\bno (?:abre|abrimos|se atiende|atiende)\b|\bfechad[oa]s?\b"
    r"|\bnao (?:abre|abrimos)\b|\bclosed\b|\boff\b)"
    r"|(?P<noon>\b(?:el )?medio ?dia\b|\b(?:o )?meio ?-?dia\b|\bnoon\b)"
    r"|(?P<midnight>\b(?:la )?media ?noche\b|\bmeia ?-?noite\b|\bmidnight\b)"
    r"|(?P<time>(?<![\d:.])\b(?:\d{3,4}(?![\d:.])(?: ?(?:hs|hrs?|h)\b)?(?: ?[ap]m\b)?"
    r"|\d{1,2}(?!\d)(?: ?[:.h'] ?[0-5]\d(?!\d)(?: ?min\b)?)?(?::[0-5]\d(?!\d))?(?: ?(?:hs|hrs?|horas?|hours?|h)\b)?\.?"
    rf"(?: (?:y media|e meia)\b)?(?: ?[ap]m\b)?(?: ?m\b)?(?: (?:de la|da|por la|in the) (?:{_PART})\b)?))"
    rf"|(?P<part>\b(?:(?:el |o )?(?:turno|turnos|por la|pela|de|a la|a) )?(?:{_PART})\b)"
    r"|(?P<between>\bentre\b(?: las)?|\bbetween\b)"
    r"|(?P<to>\b(?:a|as|ate|hasta|to|al|ao|till|until|thru|through)\b(?: (?:las|las|los|as|o))?\b|->?|\u2192)"
    r"|(?P<letter>\b[lmxjvsdf]\b)"
    r"|(?P<and>\b(?:y|e|and|de las|das)\b|[/&+])"
    r"|(?P<comma>,|\.(?= |$))|(?P<strong>[;|\n]|\u2022)"
    r"|(?P<filler>\b(?:de|del|desde|das|dos|from|las|los|la|el|abiert[oa]|abert[oa]|open|opens|abre|abren"
    r"|abrimos|at|on"
    r"|horarios?(?: de)?|atencion|atendimento|funcionamento|funcionamiento|hours|hs|business|opening|comercio"
    r"|al publico|ao publico"
    r"|de corrido|corrido|continuo|continuado|sin interrupcion|sem interrupcao|sem intervalo|day"
    r"|em|en|na|nas|no|nos)\b|[:()])"
)
_SENTENCE = re.compile(r"(?<=[^\W\d_]{4})\.(?= [A-Z])")  # the end of one; shorter words are abbreviated
_BLANK = re.compile(r"[\s.]*")


@dataclass(frozen=True, slots=True)
class Token:
    """One word: its kind, what it says, and the days or the time it stands for."""

    kind: str
    text: str
    days: tuple[str, ...] = ()
    time: Time | None = None


def tokens(text: str) -> list[Token] | None:
    """The words of a cell; None where one is not known: it may change everything."""
    plain = _plain(text)
    found: list[Token] = []
    end = 0
    for match in _TOKEN.finditer(plain):
        if not _BLANK.fullmatch(plain, end, match.start()):
            return None
        end = match.end()
        token = _token(str(match.lastgroup), match.group().strip())
        if token is None:
            return None
        found.append(token)
    return _lettered(found) if _BLANK.fullmatch(plain, end) else None


def _plain(text: str) -> str:
    """Lower case without accents, one kind of dash and quote; lists as programs write them lose their brackets."""
    dashed = re.sub("[\u2010-\u2015\u2212]", "-", text.replace("\u00a0", " ").replace("\u202f", " "))
    dashed = re.sub(r"\b([2-6]) ?[ªº°]", lambda m: _ordinal(m[1]), dashed)
    dashed = _SENTENCE.sub(";", dashed)
    plain = "".join(fold(c) if c.isalpha() else c for c in dashed)
    plain = re.sub(r"\[\s*\]|\bnull\b", " closed ", plain)
    plain = re.sub(r"[\[\]{}\"\u201c\u201d]|(?<![\dh])'|'(?!\d)", " ", plain)
    plain = re.sub(r"\b([2-6])a( ?- ?| a )([2-6])a\b", lambda m: f"{_ordinal(m[1])} a {_ordinal(m[3])}", plain)
    plain = re.sub(r"\b([2-6])a(?= ?-? ?feira)", lambda m: _ordinal(m[1]), plain)
    plain = re.sub(r"[ -]+(?=feiras?\b)", " ", plain)
    plain = re.sub(r"(?<=\d) ?([ap])(?:\. ?m\.?|\.?m\.| m\b\.?)", r" \1m", plain)
    plain = re.sub(r"(?<=[a-z])\.", " ", plain)
    plain = re.sub(r"^- ", "", re.sub(r"[^\S\n]+", " ", plain).strip())
    return re.sub(r"\n- ", "\n", plain)


def _ordinal(number: str) -> str:
    """`2ª` is the second day of the Portuguese week: Monday."""
    return ("segunda", "terca", "quarta", "quinta", "sexta")[int(number) - 2]


def _token(kind: str, text: str) -> Token | None:
    if kind in _SETS:
        return Token("set", text, _SETS[kind][0])
    token = Token(kind, text)
    if kind == "day":
        token = Token(kind, text, (DAYS[text.partition(" ")[0]],))
    elif kind in {"noon", "midnight"}:
        token = Token("time", text, time=Time(NOON if kind == "noon" else DAY, sure=True, marked=True))
    elif kind == "time":
        time = time_of(text.rstrip("."))
        return Token(kind, text, time=time) if time else None
    elif kind == "part":
        token = Token(kind, text.rpartition(" ")[2])
    elif kind == "round" and "7" not in text:  # after an opening time `24 hs` is midnight
        token = Token(kind, text, time=Time(DAY, sure=True))
    return token


def _lettered(found: list[Token]) -> list[Token] | None:
    """Single letters as days, where the text leaves no doubt: `L a V`, `L-V … S`, `L M X J V`, `M-F` of English."""
    letters = [token.text for token in found if token.kind == "letter"]
    if not letters:
        return found
    named = any(token.kind in {"day", "set"} for token in found)
    row = " ".join(letters)
    if row in _ROWS:
        days = iter(_ROWS[row])
        return [Token("day", t.text, (next(days),)) if t.kind == "letter" else t for t in found]
    if letters[:2] == ["m", "f"] and not named and set(letters[2:]) <= {"s"}:
        known = {"m": "monday", "f": "friday", "s": "saturday"}
    elif set(letters) <= set(_LETTERS) and (named or set(letters) & {"l", "j", "v", "x"}):
        known = _LETTERS
    else:
        return None
    return [Token("day", t.text, (known[t.text],)) if t.kind == "letter" else t for t in found]


def times(found: list[Token]) -> Iterator[Time]:
    """Every time of a text."""
    return (token.time for token in found if token.time)
