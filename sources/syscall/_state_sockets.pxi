# Sockets: their tuples, names, roles and connections (libsinsp's parsers; offsets into Fdi.sock in _state_fds.pxi).

cdef inline uint32_t s32(const uint8_t* at) noexcept nogil:
    cdef uint32_t v
    memcpy(&v, at, 4)
    return v


cdef inline uint16_t s16(const uint8_t* at) noexcept nogil:
    cdef uint16_t v
    memcpy(&v, at, 2)
    return v


cdef inline uint64_t s64(const uint8_t* at) noexcept nogil:
    cdef uint64_t v
    memcpy(&v, at, 8)
    return v


cdef inline bint all_zero(const uint8_t* at, uint32_t n) noexcept nogil:
    cdef uint32_t i
    for i in range(n):
        if at[i] != 0:
            return False
    return True


cdef inline bint is_mapped(const uint8_t* ip) noexcept nogil:
    # An IPv4 address in IPv6 clothes; all zero counts as one.
    return all_zero(ip, 10) and ((ip[10] == 0xFF and ip[11] == 0xFF) or all_zero(ip + 10, 6))


cdef bint addr_valid(Text a) noexcept nogil:
    if a.n == 0:
        return False
    if a.at[0] == AF_INET:
        return a.n >= 7
    if a.at[0] == AF_INET6:
        return a.n >= 19
    if a.at[0] == AF_UNIX:
        return a.n >= 2 and a.at[a.n - 1] == 0
    return True


cdef bint tuple_valid(Text a) noexcept nogil:
    if a.n == 0:
        return False
    if a.at[0] == AF_INET:
        return a.n >= 13
    if a.at[0] == AF_INET6:
        return a.n >= 37
    if a.at[0] == AF_UNIX:
        return a.n >= 18 and a.at[a.n - 1] == 0
    return True


# ---- texts

cdef int show4(char* out, const uint8_t* ip) noexcept nogil:
    return snprintf(out, 20, b"%u.%u.%u.%u", ip[0], ip[1], ip[2], ip[3])


cdef int show4_port(char* out, const uint8_t* ip, uint16_t port) noexcept nogil:
    return snprintf(out, 32, b"%u.%u.%u.%u:%u", ip[0], ip[1], ip[2], ip[3], port)


cdef int show4_tuple(char* out, const uint8_t* sip, uint16_t sport, const uint8_t* dip, uint16_t dport) noexcept nogil:
    cdef int n = show4_port(out, sip, sport)
    out[n] = b"-"
    out[n + 1] = b">"
    return n + 2 + show4_port(out + n + 2, dip, dport)


cdef int show6_port(char* out, const uint8_t* ip, uint16_t port) noexcept nogil:
    cdef char text[64]
    if inet_ntop(LINUX_AF_INET6, ip, text, 64) == NULL:
        return 0
    return snprintf(out, 80, b"%s:%u", text, port)


cdef int show6_tuple(char* out, const uint8_t* sip, uint16_t sport, const uint8_t* dip, uint16_t dport) noexcept nogil:
    cdef int n = show6_port(out, sip, sport)
    out[n] = b"-"
    out[n + 1] = b">"
    return n + 2 + show6_port(out + n + 2, dip, dport)


cdef int show6_plain(char* out, const uint8_t* sip, const uint8_t* dip) noexcept nogil:
    cdef char text[64]
    cdef char other[64]
    if inet_ntop(LINUX_AF_INET6, sip, text, 64) == NULL or inet_ntop(LINUX_AF_INET6, dip, other, 64) == NULL:
        return 0
    return snprintf(out, 160, b"%s->%s", text, other)


cdef int show_socket(char* out, Fdi* f) noexcept nogil:
    # The name of a socket from its tuple (sockinfo_to_str); `out` has room for 200 bytes; -1: the name stays.
    cdef const uint8_t* s = f.sock
    cdef uint8_t l4
    cdef int n
    if f.type == FD_IPV4_SOCK:
        l4 = s[12]
        if l4 == L4_TCP or l4 == L4_UDP:
            return show4_tuple(out, s, s16(s + 8), s + 4, s16(s + 10))
        if l4 == L4_ICMP or l4 == L4_RAW:
            n = show4(out, s)
            out[n] = b"-"
            out[n + 1] = b">"
            return n + 2 + show4(out + n + 2, s + 4)
    elif f.type == FD_IPV6_SOCK:
        l4 = s[36]
        if l4 == L4_TCP or l4 == L4_UDP:
            if is_mapped(s) and is_mapped(s + 16):
                return show4_tuple(out, s + 12, s16(s + 8), s + 28, s16(s + 10))
            return show6_tuple(out, s, s16(s + 32), s + 16, s16(s + 34))
        if l4 == L4_ICMP:
            if is_mapped(s) and is_mapped(s + 16):
                n = show4(out, s + 12)
                out[n] = b"-"
                out[n + 1] = b">"
                return n + 2 + show4(out + n + 2, s + 28)
            return show6_plain(out, s, s + 16)
    else:
        return -1
    memcpy(out, b"<unknown>", 9)
    return 9


cdef void name_socket(Core* k, Fdi* f) noexcept nogil:
    cdef char out[200]
    cdef int n = show_socket(out, f)
    if n >= 0:
        str_put(k, &f.name, text_of(out, <uint32_t>n))


cdef void name_unix(Core* k, Fdi* f, uint64_t source, uint64_t peer, Text path) noexcept nogil:
    cdef char out[64]
    cdef uint32_t n = <uint32_t>snprintf(out, 64, b"%llx->%llx ", <unsigned long long>source, <unsigned long long>peer)
    cdef Str* name = str_room(k, n + path.n)
    if name != NULL:
        memcpy(str_at(name), out, n)
        memcpy(str_at(name) + n, path.at, path.n)
    str_set(k, &f.name, name)


cdef Text upto_nul(Text raw) noexcept nogil:
    cdef const char* end = <const char*>memchr(raw.at, 0, raw.n)
    if end != NULL:
        raw.n = <uint32_t>(end - raw.at)
    return raw


cdef void name_by_address(Core* k, Fdi* f, Text a) noexcept nogil:
    # How a sockaddr parameter prints.
    cdef char out[200]
    cdef const uint8_t* at = <const uint8_t*>a.at
    cdef int n
    if at[0] == AF_UNIX:
        str_put(k, &f.name, upto_nul(text_of(a.at + 1, a.n - 1)))
        return
    if at[0] == AF_INET:
        n = show4_port(out, at + 1, s16(at + 5))
    elif at[0] == AF_INET6:
        n = show6_port(out, at + 1, s16(at + 17))
    else:
        n = snprintf(out, 200, b"family %d", at[0])
    str_put(k, &f.name, text_of(out, <uint32_t>n))


cdef void name_by_tuple(Core* k, Fdi* f, Text a) noexcept nogil:
    # How a valid tuple parameter prints.
    cdef char out[200]
    cdef const uint8_t* at = <const uint8_t*>a.at
    cdef int n
    if at[0] == AF_UNIX:
        name_unix(k, f, s64(at + 1), s64(at + 9), upto_nul(text_of(a.at + 17, a.n - 17)))
        return
    if at[0] == AF_INET:
        n = show4_tuple(out, at + 1, s16(at + 5), at + 7, s16(at + 11))
    elif at[0] == AF_INET6:
        if is_mapped(at + 1) and is_mapped(at + 19):
            n = show4_tuple(out, at + 13, s16(at + 17), at + 31, s16(at + 35))
        else:
            n = show6_tuple(out, at + 1, s16(at + 17), at + 19, s16(at + 35))
    else:
        n = snprintf(out, 200, b"family %d", at[0])
    str_put(k, &f.name, text_of(out, <uint32_t>n))


# ---- tuples

cdef bint set_tuple(uint8_t* s, bint same_kind, const uint8_t* fresh, uint32_t ip) noexcept nogil:
    # Put addresses and ports into a tuple of addresses of `ip` bytes; says whether that changed it. `fresh` is laid
    # out as the tuple is. The same tuple in either direction changes nothing.
    cdef uint32_t sport = 2 * ip, dport = 2 * ip + 2
    if memcmp(s, fresh, 2 * ip + 4) == 0:
        return not same_kind and (all_zero(s + ip, ip) or s16(s + dport) == 0)
    if (
        same_kind
        and memcmp(s, fresh + ip, ip) == 0
        and memcmp(s + ip, fresh, ip) == 0
        and s16(s + sport) == s16(fresh + dport)
        and s16(s + dport) == s16(fresh + sport)
    ):
        return False
    memcpy(s, fresh, 2 * ip + 4)
    return True


cdef uint8_t unpack_tuple(uint8_t* fresh, const uint8_t* at, bint mapped) noexcept nogil:
    # A tuple parameter as Fdi.sock has it; returns the length of an address.
    if at[0] == AF_INET:
        memcpy(fresh, at + 1, 4)
        memcpy(fresh + 4, at + 7, 4)
        memcpy(fresh + 8, at + 5, 2)
        memcpy(fresh + 10, at + 11, 2)
        return 4
    if mapped:
        memcpy(fresh, at + 13, 4)
        memcpy(fresh + 4, at + 31, 4)
        memcpy(fresh + 8, at + 17, 2)
        memcpy(fresh + 10, at + 35, 2)
        return 4
    memcpy(fresh, at + 1, 16)
    memcpy(fresh + 16, at + 19, 16)
    memcpy(fresh + 32, at + 17, 2)
    memcpy(fresh + 34, at + 35, 2)
    return 16


cdef void swap_addresses(Fdi* f) noexcept nogil:
    cdef uint8_t ip = 4 if f.type == FD_IPV4_SOCK else 16
    cdef uint8_t kept[16]
    cdef uint8_t* s = f.sock
    memcpy(kept, s, ip)
    memcpy(s, s + ip, ip)
    memcpy(s + ip, kept, ip)
    memcpy(kept, s + 2 * ip, 2)
    memcpy(s + 2 * ip, s + 2 * ip + 2, 2)
    memcpy(s + 2 * ip + 2, kept, 2)


cdef inline bint is_udp(Fdi* f) noexcept nogil:
    return f.type == FD_IPV4_SOCK and f.sock[12] == L4_UDP


cdef inline bint is_tcp(Fdi* f) noexcept nogil:
    return f.type == FD_IPV4_SOCK and f.sock[12] == L4_TCP


cdef inline bint is_inet(Fdi* f) noexcept nogil:
    return f.type == FD_IPV4_SOCK or f.type == FD_IPV6_SOCK


cdef inline void set_connected(Fdi* f) noexcept nogil:
    f.flags = (f.flags & ~<uint32_t>(FLAGS_CONNECTION_PENDING | FLAGS_CONNECTION_FAILED)) | FLAGS_SOCKET_CONNECTED


cdef bint has_port(Thr* t, uint16_t port, bint bound) noexcept nogil:
    # Whether a process is bound to a port, or uses one as a client.
    cdef Thr* owner = fds_owner(t)
    cdef uint32_t i
    cdef Fdi* f
    if owner == NULL or owner.fds == NULL or owner.fds.map.slots == NULL:
        return False
    for i in range(owner.fds.map.mask + 1):
        f = <Fdi*>owner.fds.map.slots[i].value
        if f == NULL:
            continue
        if f.type == FD_IPV4_SOCK and s16(f.sock + (10 if bound else 8)) == port:
            return True
        if bound and f.type == FD_IPV4_SERVSOCK and s16(f.sock + 4) == port:
            return True
    return False


cdef void guess_role(Thr* t, Fdi* f, bint incoming) noexcept nogil:
    if not has_port(t, s16(f.sock + 10), True):
        f.flags |= FLAGS_ROLE_CLIENT
    elif not has_port(t, s16(f.sock + 8), False) or incoming:
        f.flags |= FLAGS_ROLE_SERVER
    else:
        f.flags |= FLAGS_ROLE_CLIENT
