# Which container a thread is in: cgroup paths, as Falco's container plugin matches them.

cdef void cgroups_drop(Core* k, Cgroups* g) noexcept nogil:
    if g == NULL:
        return
    g.rc -= 1
    if g.rc == 0:
        str_drop(k, g.raw)
        str_drop(k, g.paths)
        str_drop(k, g.container_id)
        free(g)


cdef Text common_subsystem(Text name, char* room) noexcept nogil:
    # Subsystems go by the names they have in user space; `room` has 64 bytes.
    cdef const char* at
    cdef uint32_t head
    cdef uint32_t i
    for i in range(name.n):
        if name.n - i >= 7 and memcmp(name.at + i, b"_cgroup", 7) == 0:
            if name.n - 7 <= 64:
                head = i
                memcpy(room, name.at, head)
                memcpy(room + head, name.at + i + 7, name.n - i - 7)
                name = text_of(room, name.n - 7)
            break
    if text_is(name, b"perf"):
        at = b"perf_event"
        return text_of(at, 10)
    if text_is(name, b"mem"):
        at = b"memory"
        return text_of(at, 6)
    if text_is(name, b"io"):
        at = b"blkio"
        return text_of(at, 5)
    return name


cdef Str* common_paths(Core* k, Text raw) noexcept nogil:
    # The cgroups with common names; NULL if one of them is not subsystem=path (or there is none).
    cdef char room[64]
    cdef Str* out
    cdef Text entry, name
    cdef const char* end
    cdef const char* equals
    cdef uint32_t at = 0, n = 0, room_needed = raw.n + 1
    cdef uint32_t i
    for i in range(raw.n):
        if raw.at[i] == 0:
            room_needed += 6
    room_needed += 6
    out = str_room(k, room_needed)
    if out == NULL:
        return NULL
    while at <= raw.n and raw.n > 0:
        end = <const char*>memchr(raw.at + at, 0, raw.n - at) if at < raw.n else NULL
        entry = text_of(raw.at + at, raw.n - at if end == NULL else <uint32_t>(end - raw.at) - at)
        equals = <const char*>memchr(entry.at, b"=", entry.n) if entry.n > 0 else NULL
        if equals == NULL:
            str_drop(k, out)
            return NULL
        name = common_subsystem(text_of(entry.at, <uint32_t>(equals - entry.at)), room)
        if n > 0:
            str_at(out)[n] = 0
            n += 1
        memcpy(str_at(out) + n, name.at, name.n)
        n += name.n
        memcpy(str_at(out) + n, equals, entry.n - (equals - entry.at))
        n += <uint32_t>(entry.n - (equals - entry.at))
        if end == NULL:
            break
        at += entry.n + 1
    k.bytes -= out.n - n
    out.n = n
    return out


cdef void set_cgroups(Core* k, Thr* t, Cgroups* known, Text raw) noexcept nogil:
    # Threads that say the same share it; what cannot be read leaves a thread as it was.
    cdef Cgroups* g
    cdef Cgroups* old = t.cgroups
    cdef Str* paths = NULL
    if raw.n > 0 and raw.at[raw.n - 1] == 0:
        raw.n -= 1
    if known != NULL and str_same(known.raw, raw):
        known.rc += 1
        t.cgroups = known
        cgroups_drop(k, old)
        return
    if raw.n > 0:
        paths = common_paths(k, raw)
        if paths == NULL:
            return
    g = <Cgroups*>calloc(1, sizeof(Cgroups))
    if g == NULL:
        str_drop(k, paths)
        return
    g.rc = 1
    g.raw = str_new(k, raw)
    g.paths = paths
    t.cgroups = g
    cgroups_drop(k, old)


# ---- texts in texts

cdef int64_t find_in(Text s, const char* what, uint32_t start) noexcept nogil:
    cdef uint32_t n = <uint32_t>strlen(what)
    cdef uint32_t i = start
    while <uint64_t>i + n <= s.n:
        if memcmp(s.at + i, what, n) == 0:
            return i
        i += 1
    return -1


cdef int64_t rfind_in(Text s, const char* what, uint32_t n) noexcept nogil:
    cdef int64_t i = <int64_t>s.n - n
    while i >= 0:
        if memcmp(s.at + i, what, n) == 0:
            return i
        i -= 1
    return -1


cdef bint ends_with(Text s, const char* what) noexcept nogil:
    cdef uint32_t n = <uint32_t>strlen(what)
    return s.n >= n and memcmp(s.at + s.n - n, what, n) == 0


cdef inline bint is_hex(char c) noexcept nogil:
    return (48 <= c <= 57) or (97 <= c <= 102) or (65 <= c <= 70)


cdef inline bint is_alnum(char c) noexcept nogil:
    return (48 <= c <= 57) or (97 <= c <= 122) or (65 <= c <= 90)


# ---- matchers, in the plugin's order

cdef bint match_layout(Text s, Text prefix, const char* suffix, bint containerd, Text* found) noexcept nogil:
    cdef int64_t start = rfind_in(s, prefix.at, prefix.n)
    cdef int64_t end = s.n
    cdef int64_t i
    if start < 0:
        return False
    start += prefix.n
    if strlen(suffix) > 0:
        end = rfind_in(s, suffix, <uint32_t>strlen(suffix))
        if end < 0:
            return False
    if end - start == 64:
        i = start
        while i < s.n and is_hex(s.at[i]):
            i += 1
        if i == s.n or i >= 64:
            found[0] = text_of(s.at + start, 12)
            return True
    if end <= start or end - start > 64 or not containerd:
        return False
    if ends_with(s, b".service") or ends_with(s, b".slice") or ends_with(s, b".scope"):
        return False
    found[0] = text_of(s.at + start, <uint32_t>min(end - start, 12))
    return True


cdef inline bint match_runc(Text s, const char* prefix, const char* suffix, Text* found) noexcept nogil:
    return match_layout(s, text_of(prefix, <uint32_t>strlen(prefix)), suffix, False, found)


cdef bint match_containerd(Text s, Text* found) noexcept nogil:
    # /namespace/id, whatever the namespace: the first part between slashes that looks like a name.
    cdef uint32_t i, j
    for i in range(s.n):
        if s.at[i] != b"/":
            continue
        j = i + 1
        while j < s.n and is_alnum(s.at[j]):
            j += 1
            if j + 1 < s.n and (s.at[j] == b"." or s.at[j] == b"_" or s.at[j] == b"-") and is_alnum(s.at[j + 1]):
                j += 1
        if j > i + 1 and j < s.n and s.at[j] == b"/":
            return match_layout(s, text_of(s.at + i, j - i + 1), b"", True, found)
    return False


cdef bint match_lxc(Text s, Text* found) noexcept nogil:
    cdef const char* prefix = b"/lxc/"
    cdef int64_t at = find_in(s, prefix, 0)
    cdef int64_t end
    if at < 0:
        prefix = b"/lxc.payload/"
        at = find_in(s, prefix, 0)
    if at < 0:
        prefix = b"/lxc.payload."
        at = find_in(s, prefix, 0)
    if at < 0:
        return False
    at += strlen(prefix)
    end = find_in(s, b"/", <uint32_t>at)
    found[0] = text_of(s.at + at, <uint32_t>((s.n if end < 0 else end) - at))
    return True


cdef bint match_libvirt(Text s, Text* found) noexcept nogil:
    cdef const char* delimiter = b".scope"
    cdef int64_t at = find_in(s, b".libvirt-lxc", 0)
    cdef int64_t other
    if at >= 0 and at == <int64_t>s.n - 12:
        other = rfind_in(s, b"/", 1)
        if other >= 0:
            found[0] = text_of(s.at + other + 1, <uint32_t>(at - other - 1 if at > other else s.n - other - 1))
            return True
    at = find_in(s, b"-lxc\\x2", 0)
    if at >= 0:
        if find_in(s, b".scope/libvirt", 0) >= 0:
            delimiter = b".scope/libvirt"
        other = find_in(s, delimiter, 0)
        if other >= 0 and other == <int64_t>s.n - <int64_t>strlen(delimiter) and other >= at + 8:
            found[0] = text_of(s.at + at + 8, <uint32_t>(other - at - 8))
            return True
    at = find_in(s, b"/libvirt/lxc/", 0)
    if at >= 0:
        found[0] = text_of(s.at + at + 13, <uint32_t>(s.n - at - 13))
        return True
    return False


cdef bint match_bpm(Text s, Text* found) noexcept nogil:
    cdef int64_t at = find_in(s, b"bpm-", 0)
    cdef int64_t end, i
    if at < 0:
        return False
    at += 4
    end = find_in(s, b".scope", <uint32_t>at)
    if end < 0:
        end = s.n
    for i in range(at, end):
        if not is_alnum(s.at[i]) and s.at[i] != b"." and s.at[i] != b"_" and s.at[i] != b"-":
            return False
    found[0] = text_of(s.at + at, <uint32_t>(end - at))
    return end > at


cdef bint match_cgroup(Text s, Text* found, uint8_t* kind) noexcept nogil:
    kind[0] = KIND_NONE
    if (
        match_runc(s, b"/libpod-", b".scope", found)
        or match_runc(s, b"/libpod-", b".scope/container", found)
        or match_runc(s, b"/libpod-", b"", found)
        or match_runc(s, b"/libpod-payload-", b".scope", found)
        or match_runc(s, b"/libpod-payload-", b".scope/container", found)
        or match_runc(s, b"/libpod-payload-", b"", found)
        or match_runc(s, b"/", b"", found)
        or match_runc(s, b"/docker-", b".scope", found)
        or match_runc(s, b"/crio-", b"", found)
        or match_runc(s, b"/cri-containerd-", b".scope", found)
        or match_runc(s, b"/crio-", b".scope", found)
        or match_runc(s, b":cri-containerd:", b"", found)
        or match_runc(s, b"/nerdctl-", b".scope", found)
        or match_containerd(s, found)
    ):
        return True
    if match_lxc(s, found):
        kind[0] = KIND_LXC
        return True
    if match_libvirt(s, found):
        kind[0] = KIND_LIBVIRT_LXC
        return True
    if match_bpm(s, found):
        kind[0] = KIND_BPM
        return True
    return False


cdef void match_container(Core* k, Cgroups* g) noexcept nogil:
    # The first cgroup that names a container decides.
    cdef Text all = str_text(g.paths)
    cdef Text entry, found
    cdef uint32_t at = 0
    cdef int64_t end, equals
    g.matched = True
    while at < all.n:
        entry = text_of(all.at + at, all.n - at)
        entry = upto_nul(entry)
        at += entry.n + 1
        equals = find_in(entry, b"=", 0)
        if equals < 0:
            continue
        entry = text_of(entry.at + equals + 1, <uint32_t>(entry.n - equals - 1))
        found = text_of(b"", 0)
        if entry.n > 0 and match_cgroup(entry, &found, &g.kind) and found.n > 0:
            g.container_id = str_new(k, found)
            return
