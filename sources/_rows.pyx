# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
"""Reads what rules need out of lines of JSON, without building documents.

One pass over a line finds the values at given paths: the first of repeated keys counts, numbers keep their spelling,
nesting is bounded. A line that is in any way unusual (odd escapes in keys, broken JSON, an unexpected shape) is not a
row; whoever asked decodes it the exact way.
"""

from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_FromStringAndSize, PyBytes_GET_SIZE
from cpython.mem cimport PyMem_Free, PyMem_Malloc
from cpython.ref cimport Py_INCREF
from cpython.tuple cimport PyTuple_New, PyTuple_SET_ITEM
from cpython.unicode cimport PyUnicode_DecodeUTF8
from libc.stdint cimport int32_t, int64_t, uint64_t
from libc.string cimport memchr, memcmp, memcpy, memset

cdef extern from "Python.h":
    void* PyUnicode_DATA(object text)
    bint PyUnicode_IS_ASCII(object text)
    Py_ssize_t PyUnicode_GET_LENGTH(object text)
    void PyObject_GC_UnTrack(object thing)

cdef enum:
    DEEPEST = 280
    KNOWN = 1024
    SHORT = 48
    ZERO = 48
    CLOSES = 2  # from an opening bracket to its closing one, in ASCII

cdef struct Node:
    const char* key
    int32_t size
    int32_t child
    int32_t next
    int32_t slot
    int64_t seen


cdef inline const char* blanks(const char* p, const char* end) noexcept nogil:
    while p < end and (p[0] == b' ' or p[0] == b'\t' or p[0] == b'\n' or p[0] == b'\r'):
        p += 1
    return p


cdef const char* closing(const char* p, const char* end) noexcept nogil:
    """The quote that ends a string whose first character is at p; NULL if there is none."""
    cdef const char* quote
    cdef const char* back
    cdef const char* at = p
    while True:
        if at >= end:
            return NULL
        quote = <const char*>memchr(at, b'"', end - at)
        if quote == NULL:
            return NULL
        if quote == p or (quote - 1)[0] != b'\\':
            return quote
        back = quote - 1
        while back > p and (back - 1)[0] == b'\\':
            back -= 1
        if (quote - back) % 2 == 0:
            return quote
        at = quote + 1


cdef const char* scalar(const char* p, const char* end) noexcept nogil:
    """Behind a number or a word; NULL if it is neither."""
    cdef const char* start = p
    if p[0] == b't':
        return p + 4 if end - p >= 4 and memcmp(p, "true", 4) == 0 else NULL
    if p[0] == b'f':
        return p + 5 if end - p >= 5 and memcmp(p, "false", 5) == 0 else NULL
    if p[0] == b'n':
        return p + 4 if end - p >= 4 and memcmp(p, "null", 4) == 0 else NULL
    if p[0] == b'-':
        p += 1
    if p >= end or p[0] < b'0' or p[0] > b'9':
        return NULL
    while p < end and ((p[0] >= b'0' and p[0] <= b'9') or p[0] == b'.' or p[0] == b'-' or p[0] == b'+'
                       or p[0] == b'e' or p[0] == b'E'):
        p += 1
    return p


cdef const char* skip(const char* p, const char* end, int depth) noexcept nogil:
    """Behind the value at p; NULL if it is broken or too deep. `depth` containers are open around it."""
    cdef char kinds[DEEPEST + 1]
    cdef int base = depth
    cdef char kind
    while True:
        # A value starts here.
        if p >= end:
            return NULL
        if p[0] == b'"':
            p = closing(p + 1, end)
            if p == NULL:
                return NULL
            p += 1
        elif p[0] == b'{' or p[0] == b'[':
            if depth >= DEEPEST:
                return NULL
            kind = p[0]
            p = blanks(p + 1, end)
            if p >= end:
                return NULL
            if p[0] == kind + CLOSES:
                p += 1
            else:
                kinds[depth] = kind
                depth += 1
                if kind == b'{':
                    p = member(p, end)
                    if p == NULL:
                        return NULL
                continue
        else:
            p = scalar(p, end)
            if p == NULL:
                return NULL
        # A value has ended.
        while depth > base:
            p = blanks(p, end)
            if p >= end:
                return NULL
            kind = kinds[depth - 1]
            if p[0] == b',':
                p = blanks(p + 1, end)
                if kind == b'{':
                    p = member(p, end)
                    if p == NULL:
                        return NULL
                break
            if p[0] != kind + CLOSES:
                return NULL
            p += 1
            depth -= 1
        else:
            return p


cdef inline const char* member(const char* p, const char* end) noexcept nogil:
    """From a key to its value; NULL if there is no key."""
    if p >= end or p[0] != b'"':
        return NULL
    p = closing(p + 1, end)
    if p == NULL:
        return NULL
    p = blanks(p + 1, end)
    if p >= end or p[0] != b':':
        return NULL
    return blanks(p + 1, end)


cdef inline int two(const char* p) noexcept nogil:
    """Two digits as a number; -1 if they are none."""
    if p[0] < b'0' or p[0] > b'9' or p[1] < b'0' or p[1] > b'9':
        return -1
    return (p[0] - ZERO) * 10 + (p[1] - ZERO)


cdef bint instant(const char* p, Py_ssize_t size, int64_t* ns) noexcept nogil:
    """Reads `YYYY-MM-DDTHH:MM:SS[.f]Z`; 0 for any other way of writing a time."""
    cdef int high, low, year, month, day, hour, minute, second, shifted, era, of_era, of_year, days, most
    cdef int64_t fraction = 0
    cdef int digits = 0
    if size < 20 or size > 30 or p[size - 1] != b'Z':
        return False
    if p[4] != b'-' or p[7] != b'-' or p[10] != b'T' or p[13] != b':' or p[16] != b':':
        return False
    high, low, month, day = two(p), two(p + 2), two(p + 5), two(p + 8)
    hour, minute, second = two(p + 11), two(p + 14), two(p + 17)
    if high < 0 or low < 0 or hour < 0 or minute < 0 or second < 0 or hour > 23 or minute > 59 or second > 59:
        return False
    year = high * 100 + low
    if month < 1 or month > 12 or day < 1 or year < 1700 or year > 2200:
        return False
    most = 30 if month == 4 or month == 6 or month == 9 or month == 11 else 31
    if month == 2:
        most = 29 if year % 4 == 0 and (year % 100 != 0 or year % 400 == 0) else 28
    if day > most:
        return False
    if size > 20:
        if p[19] != b'.' or size == 21:
            return False
        for digits in range(9):
            fraction *= 10
            if 20 + digits < size - 1:
                if p[20 + digits] < b'0' or p[20 + digits] > b'9':
                    return False
                fraction += p[20 + digits] - ZERO
    shifted = year - (1 if month <= 2 else 0)
    era = shifted // 400
    of_era = shifted - era * 400
    of_year = (153 * ((month + 9) % 12) + 2) // 5 + day - 1
    days = era * 146097 + of_era * 365 + of_era // 4 - of_era // 100 + of_year - 719468
    ns[0] = (<int64_t>days * 86400 + hour * 3600 + minute * 60 + second) * 1000000000 + fraction
    return True


cdef object simply(const char* p, Py_ssize_t size):
    """The text of a string whose escapes are single letters; None if there are others."""
    cdef bytes room = PyBytes_FromStringAndSize(NULL, size)
    cdef char* out = PyBytes_AS_STRING(room)
    cdef char* start = out
    cdef const char* end = p + size
    cdef const char* mark
    while True:
        mark = <const char*>memchr(p, b'\\', end - p)
        if mark == NULL:
            memcpy(out, p, end - p)
            out += end - p
            return PyUnicode_DecodeUTF8(start, out - start, "surrogateescape")
        if mark + 1 >= end:
            return None
        memcpy(out, p, mark - p)
        out += mark - p
        if mark[1] == b'"' or mark[1] == b'\\' or mark[1] == b'/':
            out[0] = mark[1]
        elif mark[1] == b'n':
            out[0] = b'\n'
        elif mark[1] == b't':
            out[0] = b'\t'
        elif mark[1] == b'r':
            out[0] = b'\r'
        else:
            return None
        out += 1
        p = mark + 2


cdef class Projector:
    """Finds the values at some paths of each line.

    `paths`: where values are. `eager`: (path number, whether what is no string reads as an empty text) of each text
    that a row brings along. `time`: the path whose time is the row's. `needed`: path number -> None (it must be
    there), or a text that must be there, or `!text`: some other text. `shown`: makes the text of a container.
    """

    cdef Node* nodes
    cdef int32_t count, slots, time
    cdef int64_t turn
    cdef int32_t* eager
    cdef char* bare
    cdef int32_t texts
    cdef int32_t* spans
    cdef list keys, needed, known
    cdef object unescape, shown
    cdef public Py_ssize_t longest

    def __cinit__(self, paths, eager, time, needed, unescape, shown):
        cdef int32_t node, at
        self.keys = []
        self.known = [None] * KNOWN
        self.unescape, self.shown, self.longest = unescape, shown, 0x7FFFFFFF
        self.count, self.slots, self.time, self.turn = 1, len(paths), time, 0
        self.nodes = <Node*>PyMem_Malloc(sizeof(Node) * (1 + sum(len(path) for path in paths)))
        self.spans = <int32_t*>PyMem_Malloc(sizeof(int32_t) * 2 * (self.slots + 1))
        self.texts = len(eager)
        self.eager = <int32_t*>PyMem_Malloc(sizeof(int32_t) * (self.texts + 1))
        self.bare = <char*>PyMem_Malloc(self.texts + 1)
        if not self.nodes or not self.spans or not self.eager or not self.bare:
            raise MemoryError
        memset(self.nodes, 0, sizeof(Node))
        self.nodes[0].child = self.nodes[0].next = self.nodes[0].slot = -1
        for at, path in enumerate(paths):
            node = 0
            for key in path:
                node = self._child(node, key.encode("utf-8", "surrogateescape"))
            self.nodes[node].slot = at
        for at, (slot, bare) in enumerate(eager):
            self.eager[at] = slot
            self.bare[at] = bool(bare)
        self.needed = [(slot, None if text is None else text.encode()) for slot, text in needed]

    def __dealloc__(self):
        PyMem_Free(self.nodes)
        PyMem_Free(self.spans)
        PyMem_Free(self.eager)
        PyMem_Free(self.bare)

    cdef int32_t _child(self, int32_t parent, bytes key):
        """The node below, made if it is not there; in the order in which they were asked for."""
        cdef int32_t last = -1
        cdef int32_t node = self.nodes[parent].child
        while node >= 0:
            if self.nodes[node].size == len(key) and memcmp(self.nodes[node].key, PyBytes_AS_STRING(key), len(key)) == 0:
                return node
            last, node = node, self.nodes[node].next
        self.keys.append(key)
        node = self.count
        self.count += 1
        self.nodes[node] = Node(PyBytes_AS_STRING(key), <int32_t>len(key), -1, -1, -1, 0)
        if last < 0:
            self.nodes[parent].child = node
        else:
            self.nodes[last].next = node
        return node

    cdef const char* _object(self, const char* p, const char* end, const char* base, int32_t parent, int depth) noexcept:
        """Behind the object whose bracket is at p, its values noted; NULL if it does not fit."""
        cdef const char* key
        cdef const char* close
        cdef const char* value
        cdef int32_t node
        cdef Py_ssize_t size
        p = blanks(p + 1, end)
        if p < end and p[0] == b'}':
            return p + 1
        while True:
            if p >= end or p[0] != b'"':
                return NULL
            key = p + 1
            close = closing(key, end)
            if close == NULL:
                return NULL
            size = close - key
            p = blanks(close + 1, end)
            if p >= end or p[0] != b':':
                return NULL
            value = blanks(p + 1, end)
            node = self.nodes[parent].child
            while node >= 0:
                if self.nodes[node].size == size and memcmp(self.nodes[node].key, key, size) == 0:
                    break
                node = self.nodes[node].next
            if node < 0:
                if memchr(key, b'\\', size) != NULL:
                    return NULL
                p = skip(value, end, depth)
            elif self.nodes[node].seen == self.turn:
                p = skip(value, end, depth)
            else:
                self.nodes[node].seen = self.turn
                if self.nodes[node].child >= 0 and value < end and value[0] == b'{':
                    p = self._object(value, end, base, node, depth + 1)
                elif self.nodes[node].child >= 0 and value < end and value[0] == b'[':
                    return NULL
                else:
                    p = skip(value, end, depth)
                if self.nodes[node].slot >= 0:
                    self.spans[2 * self.nodes[node].slot + 2] = <int32_t>(value - base)
                    self.spans[2 * self.nodes[node].slot + 3] = <int32_t>(p - base)
            if p == NULL:
                return NULL
            p = blanks(p, end)
            if p >= end:
                return NULL
            if p[0] == b'}':
                return p + 1
            if p[0] != b',':
                return NULL
            p = blanks(p + 1, end)

    cdef object _string(self, const char* p, Py_ssize_t size, bint whole=False):
        """The text of a string without its quotes, up to its first NUL unless `whole`."""
        cdef uint64_t mark, head, tail
        cdef Py_ssize_t place = -1
        cdef object text = None
        if 0 < size <= SHORT:
            # Values repeat: a bounded table saves making them again, and keeps their hash.
            mark = <uint64_t>size * 0x9E3779B97F4A7C15ULL
            if size >= 8:
                memcpy(&head, p, 8)
                memcpy(&tail, p + size - 8, 8)
                mark ^= head * 0xC2B2AE3D27D4EB4FULL ^ tail * 0x165667B19E3779F9ULL
            else:
                mark ^= (<uint64_t><unsigned char>p[0] << 16 | <uint64_t><unsigned char>p[size // 2] << 8
                         | <unsigned char>p[size - 1]) * 0xC2B2AE3D27D4EB4FULL
            place = <Py_ssize_t>((mark ^ (mark >> 29)) % KNOWN)
            text = self.known[place]
            if text is not None and PyUnicode_GET_LENGTH(text) == size and memcmp(PyUnicode_DATA(text), p, size) == 0:
                return text
            text = None
        if memchr(p, b'\\', size) != NULL:
            text = simply(p, size)
        if text is None and memchr(p, b'\\', size) != NULL:
            text = (<bytes>self.unescape(PyBytes_FromStringAndSize(p, size))).decode("utf-8", "surrogateescape")
            place = -1
        elif text is None:
            text = PyUnicode_DecodeUTF8(p, size, "surrogateescape")
        else:
            place = -1
        if whole:
            return text
        if memchr(p, 0, size) != NULL or place < 0 and "\0" in text:
            return (<str>text).partition("\0")[0]
        if place >= 0 and PyUnicode_IS_ASCII(text):
            self.known[place] = text
        return text

    cdef object _text(self, const char* base, int32_t start, int32_t end, bint bare):
        """A value as a field shows it."""
        if start < 0:
            return None
        if base[start] == b'"':
            return self._string(base + start + 1, end - start - 2)
        if bare:
            return ""
        if base[start] == b'{' or base[start] == b'[':
            return (<str>self.shown(PyBytes_FromStringAndSize(base + start, end - start))).partition("\0")[0]
        return PyUnicode_DecodeUTF8(base + start, end - start, "strict")

    cdef object _row(self, bytes data, const char* p, const char* end):
        """The row of the line between p and end; None if it does not fit."""
        cdef const char* base = PyBytes_AS_STRING(data)
        cdef int64_t ns = 0
        cdef int32_t at, start, stop
        cdef object row, text
        if end - p > self.longest:
            return None
        self.turn += 1
        memset(self.spans, 0xFF, sizeof(int32_t) * 2 * (self.slots + 1))
        self.spans[0] = <int32_t>(p - base)
        self.spans[1] = <int32_t>(end - base)
        p = blanks(p, end)
        if p >= end or p[0] != b'{':
            return None
        p = self._object(p, end, base, 0, 1)
        if p == NULL or blanks(p, end) != end:
            return None
        start, stop = self.spans[2 * self.time + 2], self.spans[2 * self.time + 3]
        if start < 0 or base[start] != b'"' or not instant(base + start + 1, stop - start - 2, &ns):
            return None
        for slot, wanted in self.needed:
            at = slot
            start, stop = self.spans[2 * at + 2], self.spans[2 * at + 3]
            if start < 0:
                return None
            if wanted is not None and not self._wanted(base + start, stop - start, wanted):
                return None
        row = PyTuple_New(3 + self.texts)
        text = ns
        Py_INCREF(text)
        PyTuple_SET_ITEM(row, 0, text)
        Py_INCREF(data)
        PyTuple_SET_ITEM(row, 1, data)
        text = PyBytes_FromStringAndSize(<const char*>self.spans, sizeof(int32_t) * 2 * (self.slots + 1))
        Py_INCREF(text)
        PyTuple_SET_ITEM(row, 2, text)
        for at in range(self.texts):
            start, stop = self.spans[2 * self.eager[at] + 2], self.spans[2 * self.eager[at] + 3]
            text = self._text(base, start, stop, self.bare[at])
            Py_INCREF(text)
            PyTuple_SET_ITEM(row, 3 + at, text)
        # It holds numbers, bytes and texts: nothing for the collector of cycles to look at.
        PyObject_GC_UnTrack(row)
        return row

    cdef bint _wanted(self, const char* p, Py_ssize_t size, bytes wanted):
        """Whether a string is, or with `!` is not, a text; strings with escapes never fit."""
        cdef const char* text = PyBytes_AS_STRING(wanted)
        cdef Py_ssize_t length = PyBytes_GET_SIZE(wanted)
        cdef bint other = length > 0 and text[0] == b'!'
        if p[0] != b'"' or memchr(p, b'\\', size) != NULL:
            return False
        if other:
            text, length = text + 1, length - 1
        return (size - 2 == length and memcmp(p + 1, text, length) == 0) != other

    def rows(self, bytes data, list out):
        """Append one item for each line of `data` that is not empty: a row, or the line where it does not fit.

        A carriage return at the end is no part of a row's line. Returns how many lines do not fit.
        """
        cdef const char* p = PyBytes_AS_STRING(data)
        cdef const char* end = p + PyBytes_GET_SIZE(data)
        cdef const char* stop
        cdef const char* tail
        cdef object row
        cdef int others = 0
        if PyBytes_GET_SIZE(data) > 0x7FFFFFF0:
            raise OverflowError("a block is too large")
        while p < end:
            stop = <const char*>memchr(p, b'\n', end - p)
            if stop == NULL:
                stop = end
            tail = stop - 1 if stop > p and (stop - 1)[0] == b'\r' else stop
            if tail > p:
                row = self._row(data, p, tail)
                if row is None:
                    others += 1
                    row = PyBytes_FromStringAndSize(p, stop - p)
                out.append(row)
            p = stop + 1
        return others

    def parts(self, bytes data, list places, list out):
        """Append one item for each (start, end) of `data`: a row, or the bytes there where they do not fit.

        Returns how many do not fit.
        """
        cdef const char* base = PyBytes_AS_STRING(data)
        cdef Py_ssize_t size = PyBytes_GET_SIZE(data)
        cdef Py_ssize_t start, end
        cdef object row
        cdef int others = 0
        if size > 0x7FFFFFF0:
            raise OverflowError("a block is too large")
        for start, end in places:
            if start < 0 or end < start or end > size:
                raise IndexError(start)
            row = self._row(data, base + start, base + end)
            if row is None:
                others += 1
                row = PyBytes_FromStringAndSize(base + start, end - start)
            out.append(row)
        return others

    def row(self, bytes line):
        """The row of one JSON text; None if it does not fit."""
        if PyBytes_GET_SIZE(line) > 0x7FFFFFF0:
            return None
        return self._row(line, PyBytes_AS_STRING(line), PyBytes_AS_STRING(line) + PyBytes_GET_SIZE(line))

    def string(self, tuple row, int slot):
        """The string at a path, whole; what is no string is an empty one, None if there is nothing."""
        cdef bytes data = row[1]
        cdef bytes spans = row[2]
        cdef const char* base = PyBytes_AS_STRING(data)
        cdef int32_t* at = <int32_t*>PyBytes_AS_STRING(spans)
        if slot < 0 or slot >= self.slots or PyBytes_GET_SIZE(spans) != <Py_ssize_t>(sizeof(int32_t) * 2 * (self.slots + 1)):
            raise IndexError(slot)
        cdef int32_t start = at[2 * slot + 2]
        if start < 0:
            return None
        if base[start] != b'"':
            return ""
        return self._string(base + start + 1, at[2 * slot + 3] - start - 2, True)

    def text(self, tuple row, int slot, bint bare=False):
        """The value at a path as a field shows it; None if there is none."""
        cdef bytes data = row[1]
        cdef bytes spans = row[2]
        cdef int32_t* at = <int32_t*>PyBytes_AS_STRING(spans)
        if slot < 0 or slot >= self.slots or PyBytes_GET_SIZE(spans) != <Py_ssize_t>(sizeof(int32_t) * 2 * (self.slots + 1)):
            raise IndexError(slot)
        return self._text(PyBytes_AS_STRING(data), at[2 * slot + 2], at[2 * slot + 3], bare)

    def raw(self, tuple row, int slot):
        """The JSON text at a path; None if there is none. Slot -1: the whole line."""
        cdef bytes data = row[1]
        cdef bytes spans = row[2]
        cdef int32_t* at = <int32_t*>PyBytes_AS_STRING(spans)
        if slot < -1 or slot >= self.slots or PyBytes_GET_SIZE(spans) != <Py_ssize_t>(sizeof(int32_t) * 2 * (self.slots + 1)):
            raise IndexError(slot)
        if at[2 * slot + 2] < 0:
            return None
        return PyBytes_FromStringAndSize(PyBytes_AS_STRING(data) + at[2 * slot + 2], at[2 * slot + 3] - at[2 * slot + 2])


cdef class Braces:
    """Counts braces over a text that comes in blocks, and says where the objects one level down are.

    Nothing else is looked at but strings, in which braces do not count.
    """

    cdef readonly Py_ssize_t depth

    def __cinit__(self):
        self.depth = 0

    def feed(self, bytes data, Py_ssize_t pos, Py_ssize_t start, list out):
        """Go on at `pos`; `start` is where the current object began.

        Appends (start, end) of each object that ends. Returns where to go on once more data has come, behind what is
        whole, and where the current object began.
        """
        cdef const char* base = PyBytes_AS_STRING(data)
        cdef const char* end = base + PyBytes_GET_SIZE(data)
        cdef const char* p = base + pos
        cdef const char* close
        while p < end:
            if p[0] == b'"':
                close = closing(p + 1, end)
                if close == NULL:
                    break
                p = close
            elif p[0] == b'{':
                if self.depth == 1:
                    start = p - base
                self.depth += 1
            elif p[0] == b'}':
                self.depth -= 1
                if self.depth == 1:
                    out.append((start, p + 1 - base))
            p += 1
        return p - base, start
