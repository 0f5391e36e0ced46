"""The tokens of FEEL: reads words, numbers, strings and names at a place of the text, and notes how far it came.

FEEL has no reserved words in most places (``if`` is a good variable name), so tokens cannot be cut in advance: the
parser asks for the token that it could use next, and the scanner keeps the furthest place where asking failed and
what was asked for there. Nothing here knows the grammar.
"""

from __future__ import annotations

import unicodedata
from decimal import Decimal

from zeebe_grpc.engine.feel.decimals import MAX_DIGITS
from zeebe_grpc.engine.feel.errors import FeelSyntaxError

_BLANKS = frozenset(
    " \t\n\r\x0b\x0c\u00a0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(map(chr, range(0x2000, 0x200B)))
)
_DIGITS = "0123456789"
_NAME_START = frozenset(("Lu", "Ll", "Lt", "Lm", "Lo", "Nl", "Sc", "Pc"))
_NAME_PART = _NAME_START | {"Nd", "Mn", "Mc", "Cf"}
_KEY_ENDS = frozenset(':,{}[]"`')
_ESCAPES = {'"': '"', "\\": "\\", "'": "'", "n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f"}
_COMPOUND_NAME = "time offset"
COMPOUND_FUNCTIONS = ("date and time", "years and months duration", "get or else", "and", "or")
_NOT_NAMES = frozenset(("and", "else", "false", "function", "in", "null", "or", "return", "satisfies", "then", "true"))


class Scanner:
    """A text and a place in it. Every method takes a token and the blanks after it, or takes nothing and says so."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.place = 0
        self._furthest = 0
        self._expected: dict[str, None] = {}
        self._problem = "unexpected text"
        self.skip_blanks()

    def error(self) -> FeelSyntaxError:
        """The complaint about the furthest place where no token fitted."""
        at = self._furthest
        found = "the end" if at >= len(self.text) else repr(self.text[at : at + 20])
        return FeelSyntaxError(f"{self._problem}: {found}", text=self.text, offset=at, expected=tuple(self._expected))

    def miss(self, expected: str, at: int | None = None) -> None:
        """Note that `expected` was not found here."""
        place = self.place if at is None else at
        if place > self._furthest:
            self._furthest = place
            self._expected = {}
        if place == self._furthest:
            self._expected[expected] = None

    def at_end(self) -> bool:
        """Whether nothing but blanks is left."""
        return self.place >= len(self.text)

    def skip_blanks(self) -> None:
        """Move over blanks and comments; an unclosed comment is an error."""
        self.place = self._blanks_end(self.place)

    def _blanks_end(self, place: int) -> int:
        text, size = self.text, len(self.text)
        while place < size:
            if text[place] in _BLANKS:
                place += 1
            elif text.startswith("//", place):
                end = text.find("\n", place)
                place = size if end < 0 else end
            elif text.startswith("/*", place):
                end = text.find("*/", place + 2)
                if end < 0:
                    raise FeelSyntaxError("unclosed comment", text=text, offset=place, expected=("'*/'",))
                place = end + 2
            else:
                break
        return place

    def take(self, token: str, *, silently: bool = False) -> bool:
        """Take exactly this text, or note (unless `silently`) that it was missed.

        A word needs no boundary behind it: ``then1`` is ``then`` and 1.
        """
        if self.text.startswith(token, self.place):
            self.place += len(token)
            self.skip_blanks()
            return True
        if not silently:
            self.miss(f"'{token}'")
        return False

    def take_any(self, tokens: tuple[str, ...]) -> str | None:
        """Take the first of `tokens` that fits."""
        return next((token for token in tokens if self.take(token)), None)

    def take_word(self, word: str) -> bool:
        """Take a word that no name goes on with."""
        end = self.place + len(word)
        if self.text.startswith(word, self.place) and not (end < len(self.text) and _continues_name(self.text[end])):
            self.place = end
            self.skip_blanks()
            return True
        self.miss(f"'{word}'")
        return False

    def take_name(self) -> str | None:
        """Take one word that is a name, or any text in backticks."""
        if self.text.startswith("`", self.place):
            return self._take_quoted_name()
        compound = self.text.startswith(_COMPOUND_NAME, self.place)
        end = self.place + len(_COMPOUND_NAME) if compound else self._word_end(self.place)
        if end is None:
            self.miss("a name")
            return None
        return self._taken(end)

    def take_spaced_name(self) -> str | None:
        """Take a name of several words, as parameters may have; the blanks between them belong to it."""
        if self.text.startswith("`", self.place):
            return self._take_quoted_name()
        end = self._words_end()
        if end is None:
            self.miss("a name")
            return None
        return self._taken(end)

    def take_function_name(self) -> str | None:
        """Take the name of a function, of one or several words.

        Some built-in ones have a word that no other name may have. And none is a single word that begins with ``and``
        or ``or``: the engine cannot call ``order(1)``.
        """
        if self.text.startswith("`", self.place):
            return self._take_quoted_name()
        end = self._compound_end()
        if end is not None:
            return self._taken(end)
        end = self._words_end()
        name = "" if end is None else self.text[self.place : end]
        if end is None or (name.startswith(("and", "or")) and " " not in name):
            self.miss("a name")
            return None
        return self._taken(end)

    def take_key(self) -> str | None:
        """Take the key of a context entry: a string, a name in backticks, or any text up to its colon.

        Blanks and comments inside of such a text belong to it, those around it do not.
        """
        if self.text.startswith('"', self.place):
            return self.take_string()
        if self.text.startswith("`", self.place):
            return self._take_quoted_name()
        end = following = self.place
        while following < len(self.text) and self.text[following] not in _KEY_ENDS:
            end = following + 1
            following = self._blanks_end(end)
        if end == self.place:
            self.miss("a key")
            return None
        return self._taken(end)

    def take_number(self) -> Decimal | None:
        """Take digits with or without a fraction, or a fraction alone, and a minus directly before it; no exponent."""
        start = self.place + self.text.startswith("-", self.place)
        end = self._digits_end(start)
        if self.text.startswith(".", end):
            fraction_end = self._digits_end(end + 1)
            end = fraction_end if fraction_end > end + 1 else end
        if end == start:
            self.miss("a number")
            return None
        if end - start > MAX_DIGITS:
            raise FeelSyntaxError(f"a number of more than {MAX_DIGITS} digits", text=self.text, offset=start)
        number = Decimal(self.text[start:end])
        number = number.copy_negate() if start > self.place and number else number
        self.place = end
        self.skip_blanks()
        return number

    def take_string(self) -> str | None:
        """Take a string in double quotes and resolve its escapes; an unknown escape stays as it is."""
        text, place = self.text, self.place + 1
        if not text.startswith('"', self.place):
            self.miss("a string")
            return None
        parts: list[str] = []
        while place < len(text) and text[place] != '"':
            escape = _ESCAPES.get(text[place + 1 : place + 2]) if text[place] == "\\" else None
            parts.append(text[place] if escape is None else escape)
            place += 1 if escape is None else 2
        if place >= len(text):
            self.miss("'\"'", at=place)
            return None
        self.place = place + 1
        self.skip_blanks()
        return "".join(parts)

    def _take_quoted_name(self) -> str | None:
        end = self.text.find("`", self.place + 1)
        if end <= self.place + 1:
            self.miss("a name in backticks")
            return None
        name = self.text[self.place + 1 : end]
        self.place = end + 1
        self.skip_blanks()
        return name

    def _taken(self, end: int) -> str:
        text = self.text[self.place : end]
        self.place = end
        self.skip_blanks()
        return text

    def _words_end(self) -> int | None:
        end = self._word_end(self.place)
        while end is not None:
            following = end
            while self.text.startswith(" ", following):
                following += 1
            next_end = self._word_end(following) if following > end else None
            if next_end is None:
                break
            end = next_end
        return end

    def _compound_end(self) -> int | None:
        for name in COMPOUND_FUNCTIONS:
            end = self.place + len(name)
            if self.text.startswith(name, self.place) and self.text.startswith("(", self._blanks_end(end)):
                return end
        return None

    def _word_end(self, start: int) -> int | None:
        text = self.text
        if start >= len(text) or not is_name_start(text[start]):
            return None
        end = start + 1
        while end < len(text) and _continues_name(text[end]):
            end += 1
        return None if text[start:end] in _NOT_NAMES else end

    def _digits_end(self, start: int) -> int:
        while start < len(self.text) and self.text[start] in _DIGITS:
            start += 1
        return start


def is_name_start(character: str) -> bool:
    """Whether a name may begin with it: letters, ``_``, ``$`` and their like, of the basic plane."""
    return unicodedata.category(character) in _NAME_START and character <= "\uffff"


def is_plain_name(text: str) -> bool:
    """Whether `text` is a name without backticks."""
    return bool(text) and is_name_start(text[0]) and all(map(_continues_name, text)) and text not in _NOT_NAMES


def _continues_name(character: str) -> bool:
    if character.isascii():
        return character.isalnum() or character in "_$"
    return character <= "\uffff" and unicodedata.category(character) in _NAME_PART
