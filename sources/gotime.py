"""Times as Go's time.Parse reads them in RFC 3339: its laxness and the words of its errors."""

import re

_FAST = re.compile(r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?Z", re.ASCII)
_DIGITS = re.compile(r"[0-9]+")
_DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)

RFC3339 = "2006-01-02T15:04:05Z07:00"
RFC3339_NANO = "2006-01-02T15:04:05.999999999Z07:00"


class TimeError(ValueError):
    """The text is no time; in Go's words."""


def parse(value: str, layout: str = RFC3339_NANO) -> int:
    """Nanoseconds since 1970, as the 64 bits that Go's UnixNano gives (far years wrap). Raises TimeError."""
    match = _FAST.fullmatch(value)
    if match is None:
        return _Reader(value, layout).read()
    year, month, day, hour, minute, second = map(int, match.groups()[:6])
    if not (1 <= month <= 12 and 1 <= day <= days_in(year, month) and hour < 24 and minute < 60 and second < 60):
        return _Reader(value, layout).read()
    return _nanoseconds(year, month, day, hour * 3600 + minute * 60 + second, int((match[7] or "").ljust(9, "0")))


def days_in(year: int, month: int) -> int:
    """Days of a month."""
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    return _DAYS[month - 1] + (month == 2 and leap)


def _nanoseconds(year: int, month: int, day: int, seconds: int, fraction: int) -> int:
    # Days since 1970 of the proleptic Gregorian calendar, counted in years that begin in March.
    shifted = year - (month <= 2)
    era, of_era = divmod(shifted, 400)
    of_year = (153 * ((month + 9) % 12) + 2) // 5 + day - 1
    days = era * 146097 + of_era * 365 + of_era // 4 - of_era // 100 + of_year - 719468
    total = (days * 86400 + seconds) * 1_000_000_000 + fraction
    return (total + (1 << 63)) % (1 << 64) - (1 << 63)


class _Reader:
    """Reads one text by Go's general rules; slow, for the unusual and for the errors."""

    def __init__(self, value: str, layout: str) -> None:
        self.value = value
        self.rest = value
        self.layout = layout

    def read(self) -> int:
        year = self._year()
        self._literal("-")
        month = self._number("01", 1, 12, "month")
        self._literal("-")
        day = self._number("02")
        self._literal("T")
        hour = self._number("15", 0, 23, "hour", lax=True)
        self._literal(":")
        minute = self._number("04", 0, 59, "minute")
        self._literal(":")
        second = self._number("05", 0, 59, "second")
        fraction = self._fraction()
        offset = self._zone()
        if self.rest:
            raise TimeError(f"parsing time {_quote(self.value)}: extra text: {_quote(self.rest)}")
        if not 1 <= day <= days_in(year, month):
            raise self._range("day")
        return _nanoseconds(year, month, day, hour * 3600 + minute * 60 + second - offset, fraction)

    def _bad(self, element: str) -> TimeError:
        where = f"{_quote(self.value)} as {_quote(self.layout)}"
        return TimeError(f"parsing time {where}: cannot parse {_quote(self.rest)} as {_quote(element)}")

    def _range(self, what: str) -> TimeError:
        return TimeError(f"parsing time {_quote(self.value)}: {what} out of range")

    def _literal(self, char: str) -> None:
        if not self.rest.startswith(char):
            raise self._bad(char)
        self.rest = self.rest[1:]

    def _year(self) -> int:
        if not (self.rest[:4].isascii() and self.rest[:4].isdigit() and len(self.rest) >= 4):
            raise self._bad("2006")
        year, self.rest = int(self.rest[:4]), self.rest[4:]
        return year

    def _number(self, element: str, low: int = 0, high: int = 99, what: str = "", *, lax: bool = False) -> int:
        match = _DIGITS.match(self.rest[:2])
        if match is None or (match.end() < 2 and not lax):
            raise self._bad(element)
        number = int(match[0])
        if not low <= number <= high:
            raise self._range(what)
        self.rest = self.rest[match.end() :]
        return number

    def _fraction(self) -> int:
        if self.rest[:1] not in (".", ","):
            return 0
        match = _DIGITS.match(self.rest, 1)
        if match is None:
            return 0
        self.rest = self.rest[match.end() :]
        return int(match[0][:9].ljust(9, "0"))

    def _zone(self) -> int:
        """Seconds east of UTC."""
        if self.rest.startswith("Z"):
            self.rest = self.rest[1:]
            return 0
        sign, hours, colon, minutes = self.rest[:1], self.rest[1:3], self.rest[3:4], self.rest[4:6]
        if len(self.rest) < 6 or colon != ":" or not (hours + minutes).isascii() or not (hours + minutes).isdigit():
            raise self._bad("Z07:00")
        if int(hours) > 24:
            raise self._range("time zone offset hour")
        if int(minutes) > 60:
            raise self._range("time zone offset minute")
        if sign not in ("+", "-"):
            raise self._bad("Z07:00")
        self.rest = self.rest[6:]
        seconds = int(hours) * 3600 + int(minutes) * 60
        return -seconds if sign == "-" else seconds


def _quote(value: str) -> str:
    """Go's own quoting within time errors: every byte that is not plain ASCII becomes an escape."""
    out = ['"']
    for char in value:
        if char in '"\\':
            out.append("\\" + char)
        elif " " <= char < "\x7f":
            out.append(char)
        else:
            out += [f"\\x{byte:02x}" for byte in char.encode("utf-8", "surrogateescape")]
    out.append('"')
    return "".join(out)
