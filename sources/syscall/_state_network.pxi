# What network events do: socket, bind, connect, accept, and every read and write that carries a tuple.

cdef uint8_t l4_of(uint32_t kind, uint32_t protocol) noexcept nogil:
    cdef bint raw = kind == SOCK_RAW
    if protocol == IPPROTO_TCP:
        return L4_RAW if raw else L4_TCP
    if protocol == IPPROTO_UDP:
        return L4_RAW if raw else L4_UDP
    if protocol == IPPROTO_ICMP:
        return L4_RAW if raw else L4_ICMP
    if protocol == IPPROTO_RAW:
        return L4_RAW
    if protocol == 0:
        if (kind & 0xFF) == SOCK_STREAM:
            return L4_TCP
        if (kind & 0xFF) == SOCK_DGRAM:
            return L4_UDP
    return L4_UNKNOWN


cdef void add_socket(
    Core* k, Thr* t, int64_t n, uint32_t domain, uint32_t kind, uint32_t protocol, uint32_t flags
) noexcept nogil:
    cdef Fdi* f = fd_new(k, FD_UNKNOWN)
    if f == NULL:
        return
    f.open_flags = flags
    if domain == AF_UNIX:
        f.type = FD_UNIX_SOCK
    elif domain == AF_INET:
        f.type = FD_IPV4_SOCK
        f.sock[12] = l4_of(kind, protocol)
    elif domain == AF_INET6:
        f.type = FD_IPV6_SOCK
        f.sock[36] = l4_of(kind, protocol)
    elif domain == AF_NETLINK:
        f.type = FD_NETLINK
    event_fd_new(k, t, n, f)


cdef void on_socket(Core* k, const Event* e) noexcept nogil:
    if p_i64(e, 0) >= 0 and k.thread != NULL:
        add_socket(k, k.thread, p_i64(e, 0), p_u32(e, 1), p_u32(e, 2), p_u32(e, 3), p_u32(e, 4))


cdef void on_socketpair(Core* k, const Event* e) noexcept nogil:
    cdef int64_t one = p_i64(e, 1), two = p_i64(e, 2)
    cdef Thr* t = k.thread
    cdef Fdi* f
    cdef Fdi* twin
    cdef uint64_t source = p_u64(e, 3), peer = p_u64(e, 4)
    if p_i64(e, 0) < 0 or t == NULL:
        return
    if one == two:
        k.fd = NULL
        return
    f = fd_new(k, FD_UNIX_SOCK)
    if f == NULL:
        return
    memcpy(f.sock, &source, 8)
    memcpy(f.sock + 8, &peer, 8)
    twin = fd_copy(k, f)
    event_fd_new(k, t, one, f)
    add_fd(k, t, two, twin)


cdef inline Fdi* event_fd_own(Core* k) noexcept nogil:
    # The event's descriptor, to be changed.
    return NULL if k.thread == NULL or k.fd == NULL else own_fd(k, k.thread, k.thread.lastevent_fd)


# ---- bind

cdef void on_bind(Core* k, const Event* e) noexcept nogil:
    cdef Text a = p_bytes(e, 1)
    cdef const uint8_t* at = <const uint8_t*>a.at
    cdef uint8_t l4
    cdef Fdi* f
    if k.fd == NULL or p_i64(e, 0) < 0 or not addr_valid(a):
        return
    f = event_fd_own(k)
    if f == NULL:
        return
    if at[0] == AF_INET and s16(at + 5) > 0:
        f.type = FD_IPV4_SERVSOCK
        l4 = f.sock[12]
        memcpy(f.sock, at + 1, 4)
        memcpy(f.sock + 4, at + 5, 2)
        f.sock[6] = l4
        f.flags |= FLAGS_ROLE_SERVER
    elif at[0] == AF_INET6 and s16(at + 17) > 0:
        l4 = f.sock[36]
        if is_mapped(at + 1):
            f.type = FD_IPV4_SERVSOCK
            f.sock[6] = l4
            memcpy(f.sock, at + 13, 4)
            memcpy(f.sock + 4, at + 17, 2)
        else:
            f.type = FD_IPV6_SERVSOCK
            memcpy(f.sock + 16, at + 17, 2)
            memcpy(f.sock, at + 1, 16)
            f.sock[18] = f.sock[36]
        f.flags |= FLAGS_ROLE_SERVER
    name_by_address(k, f, a)


# ---- connect

cdef void connect_by_address(Core* k, Fdi* f, Text a) noexcept nogil:
    # No tuple, only what the enter event asked for.
    cdef const uint8_t* at = <const uint8_t*>a.at
    if at[0] == AF_INET:
        f.type = FD_IPV4_SOCK
        memcpy(f.sock + 4, at + 1, 4)
        memcpy(f.sock + 10, at + 5, 2)
    elif at[0] == AF_INET6 and is_mapped(at + 1):
        f.type = FD_IPV4_SOCK
        memcpy(f.sock + 4, at + 13, 4)
        memcpy(f.sock + 10, at + 17, 2)
    elif at[0] == AF_INET6:
        f.type = FD_IPV6_SOCK
        memcpy(f.sock + 34, at + 17, 2)
        memcpy(f.sock + 16, at + 1, 16)
    else:
        str_put(k, &f.name, text_of(b"NULL", 4))  # how the empty tuple prints


cdef void connect_tuple(Core* k, Fdi* f, Text a, Text address, Text entered) noexcept nogil:
    # The tuple's destination, unless it only repeats an address that another thread could have changed meanwhile:
    # then the enter event's.
    cdef const uint8_t* at = <const uint8_t*>a.at
    cdef const uint8_t* adr = <const uint8_t*>address.at
    cdef const uint8_t* ent = <const uint8_t*>entered.at
    cdef uint8_t packed[37]
    cdef uint8_t fresh[40]
    cdef uint32_t ip = 4 if at[0] == AF_INET else 16
    cdef uint32_t dip = 3 + ip
    cdef bint mapped, changed
    memcpy(packed, at, 2 * ip + 5)
    if (
        address.n >= ip + 3
        and entered.n >= ip + 3
        and memcmp(at + dip, adr + 1, ip) == 0
        and memcmp(at + dip + ip, adr + 1 + ip, 2) == 0
    ):
        memcpy(packed + dip, ent + 1, ip + 2)
    mapped = ip == 16 and is_mapped(packed + 1) and is_mapped(packed + 19)
    f.type = FD_IPV4_SOCK if ip == 4 or mapped else FD_IPV6_SOCK
    ip = unpack_tuple(fresh, packed, mapped)
    changed = set_tuple(f.sock, True, fresh, ip)
    if changed and f.flags & FLAGS_ROLE_SERVER and is_udp(f):
        swap_addresses(f)
    name_socket(k, f)


cdef void connect_unix(Core* k, Fdi* f, Text a, Text address, Text entered) noexcept nogil:
    cdef const uint8_t* at = <const uint8_t*>a.at
    cdef Text path = upto_nul(text_of(a.at + 17, a.n - 17))
    cdef Text same
    if address.n > 1 and entered.n > 1:
        same = upto_nul(text_of(address.at + 1, address.n - 1))
        if same.n == path.n and memcmp(same.at, path.at, path.n) == 0:
            path = upto_nul(text_of(entered.at + 1, entered.n - 1))
    memcpy(f.sock, at + 1, 16)
    name_unix(k, f, s64(at + 1), s64(at + 9), path)


cdef void on_connect(Core* k, const Event* e) noexcept nogil:
    cdef int64_t result = p_i64(e, 0)
    cdef Text a = p_bytes(e, 1), address = p_bytes(e, 3)
    cdef Text entered = text_of(b"", 0)
    cdef Enter* x
    cdef Fdi* f
    if k.thread == NULL or k.fd == NULL or (result < 0 and result != -EINPROGRESS):
        return
    f = event_fd_own(k)
    if f == NULL:
        return
    set_connected(f)
    x = enter_of(k.thread, e)
    if x != NULL and addr_valid(x_bytes(x, 1)):
        entered = x_bytes(x, 1)
    if a.n == 0:
        if entered.n > 0:
            connect_by_address(k, f, entered)
        return
    if not addr_valid(address):
        address = text_of(b"", 0)
    if not tuple_valid(a):
        return
    if a.at[0] == AF_INET or a.at[0] == AF_INET6:
        connect_tuple(k, f, a, address, entered)
    elif f.type == FD_UNIX_SOCK and a.n >= 18:
        connect_unix(k, f, a, address, entered)
    else:
        return
    if f.flags & (FLAGS_ROLE_CLIENT | FLAGS_ROLE_SERVER) == 0:
        f.flags |= FLAGS_ROLE_CLIENT


# ---- accept

cdef void on_accept(Core* k, const Event* e) noexcept nogil:
    cdef int64_t n = p_i64(e, 0)
    cdef Text a = p_bytes(e, 1)
    cdef const uint8_t* at = <const uint8_t*>a.at
    cdef uint8_t fresh[40]
    cdef bint mapped
    cdef Fdi* f
    if k.thread == NULL or n < 0:
        return
    k.thread.lastevent_fd = n
    if not tuple_valid(a) or (at[0] != AF_INET and at[0] != AF_INET6 and at[0] != AF_UNIX):
        return
    f = fd_new(k, FD_UNIX_SOCK)
    if f == NULL:
        return
    if at[0] == AF_UNIX:
        memcpy(f.sock, at + 1, 16)
    else:
        mapped = at[0] == AF_INET6 and is_mapped(at + 1) and is_mapped(at + 19)
        set_tuple(f.sock, False, fresh, unpack_tuple(fresh, at, mapped))
        f.type = FD_IPV4_SOCK if at[0] == AF_INET or mapped else FD_IPV6_SOCK
        f.sock[12 if f.type == FD_IPV4_SOCK else 36] = L4_TCP
    name_by_tuple(k, f, a)
    if e.code == ACCEPT4_X:
        f.open_flags = p_u32(e, 5) & O_CLOEXEC
    f.flags = FLAGS_ROLE_SERVER
    set_connected(f)
    event_fd_new(k, k.thread, n, f)


# ---- reads and writes

cdef bint update_tuple(Core* k, Fdi* f, Text a) noexcept nogil:
    # Says whether the descriptor's tuple changed (libsinsp's update_fd).
    cdef const uint8_t* at = <const uint8_t*>a.at
    cdef uint8_t fresh[40]
    cdef bint mapped
    if not tuple_valid(a):
        return False
    if at[0] == AF_INET or at[0] == AF_INET6:
        mapped = at[0] == AF_INET6 and is_mapped(at + 1) and is_mapped(at + 19)
        if at[0] == AF_INET or mapped:
            if f.type == FD_IPV4_SERVSOCK and at[0] == AF_INET:
                f.sock[12] = f.sock[6]
            f.type = FD_IPV4_SOCK
            if not set_tuple(f.sock, True, fresh, unpack_tuple(fresh, at, mapped)):
                return False
        elif not set_tuple(f.sock, f.type == FD_IPV6_SOCK, fresh, unpack_tuple(fresh, at, False)):
            return False
    elif at[0] == AF_UNIX:
        f.type = FD_UNIX_SOCK
        memcpy(f.sock, at + 1, 16)
        str_put(k, &f.name, upto_nul(text_of(a.at + 17, a.n - 17)))
        return True
    if f.type == FD_IPV4_SOCK and f.sock[12] == L4_UNKNOWN:
        f.sock[12] = L4_UDP
    elif f.type == FD_IPV6_SOCK and f.sock[36] == L4_UNKNOWN:
        f.sock[36] = L4_UDP
    complete_tuple(k, f)
    return True


cdef void on_transfer(Core* k, const Event* e, int at, bint incoming) noexcept nogil:
    # A read or a write; `at` is where the event has a tuple, -1 if it has none.
    cdef Thr* t = k.thread
    cdef Fdi* f = k.fd
    cdef Text a
    if f == NULL or t == NULL or p_i64(e, 0) < 0:
        return
    if is_inet(f) and f.flags & CONNECTION_FLAGS != FLAGS_SOCKET_CONNECTED:
        f = event_fd_own(k)
        if f == NULL:
            return
        set_connected(f)
    if at < 0 or (str_n(f.name) > 0 and is_tcp(f)):
        return
    a = p_bytes(e, <uint32_t>at)
    if not tuple_valid(a):
        return
    f = event_fd_own(k)
    if f == NULL or not update_tuple(k, f, a):
        return
    if not is_inet(f):
        name_by_tuple(k, f, a)
        return
    if f.flags & (FLAGS_ROLE_CLIENT | FLAGS_ROLE_SERVER) == 0:
        guess_role(t, f, incoming)
    if f.flags & (FLAGS_ROLE_CLIENT if incoming else FLAGS_ROLE_SERVER):
        swap_addresses(f)
    name_socket(k, f)


cdef void on_send(Core* k, const Event* e, int at) noexcept nogil:
    # A send on a descriptor nobody saw the making of: a datagram socket, most likely.
    cdef Text a = p_bytes(e, 4)
    if e.code != SENDMMSG_X and k.fd == NULL and k.thread != NULL and p_i64(e, 0) >= 0 and a.n > 0:
        if a.at[0] == AF_INET or a.at[0] == AF_INET6:
            add_socket(k, k.thread, p_i64(e, 2), a.at[0], SOCK_DGRAM, IPPROTO_UDP, 0)
    on_transfer(k, e, at, False)


# ---- interfaces

cdef uint32_t infer4(Core* k, uint32_t peer) noexcept nogil:
    # The interface that a peer is reached by: the very address, its subnet, else the first that is not loopback.
    cdef uint32_t i
    for i in range(k.nv4):
        if k.v4[i].addr == peer:
            return peer
    for i in range(k.nv4):
        if (k.v4[i].addr & k.v4[i].netmask) == (peer & k.v4[i].netmask):
            return k.v4[i].addr
    for i in range(k.nv4):
        if k.v4[i].addr != LOOPBACK4:
            return k.v4[i].addr
    return 0


cdef void infer6(Core* k, const uint8_t* peer, uint8_t* found) noexcept nogil:
    cdef uint32_t i
    cdef uint8_t loopback[16]
    memset(loopback, 0, 16)
    loopback[15] = 1
    for i in range(k.nv6):
        if memcmp(k.v6[i].addr, peer, 16) == 0:
            memcpy(found, peer, 16)
            return
    for i in range(k.nv6):
        if memcmp(k.v6[i].addr, peer, 8) == 0:
            memcpy(found, k.v6[i].addr, 16)
            return
    for i in range(k.nv6):
        if memcmp(k.v6[i].addr, loopback, 16) != 0:
            memcpy(found, k.v6[i].addr, 16)
            return
    memset(found, 0, 16)


cdef void complete_tuple(Core* k, Fdi* f) noexcept nogil:
    # An address that the event does not give is that of an interface.
    cdef uint8_t* s = f.sock
    cdef uint8_t found[16]
    cdef uint32_t ip = 4 if f.type == FD_IPV4_SOCK else 16
    cdef uint32_t known, missing, address
    if not is_inet(f) or (not all_zero(s, ip) and not all_zero(s + ip, ip)):
        return
    missing = 0 if all_zero(s, ip) else ip
    known = ip - missing
    if ip == 4:
        address = infer4(k, s32(s + known))
        memcpy(found, &address, 4)
    else:
        infer6(k, s + known, found)
    if memcmp(found, s + known, ip) == 0 and s16(s + 2 * ip) == s16(s + 2 * ip + 2):
        return
    memcpy(s + missing, found, ip)
