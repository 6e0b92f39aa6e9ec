# Users and groups of the host. Those of containers are never known in a replay: libsinsp would read them from the
# container's own files.

cdef void user_drop(Core* k, User* user) noexcept nogil:
    if user != NULL:
        str_drop(k, user.name)
        str_drop(k, user.home)
        str_drop(k, user.shell)
        free(user)


cdef inline Text at_most(Text text, uint32_t n) noexcept nogil:
    text = upto_nul(text)
    if text.n > n:
        text.n = n
    return text


cdef void user_put(Core* k, Map* users, uint32_t uid, uint32_t gid, Text name, Text home, Text shell) noexcept nogil:
    # Names that start with + or - are NSS directives, not users.
    cdef User* user = <User*>map_get(k, users, uid)
    cdef void* old
    if name.n > 0 and (name.at[0] == b"+" or name.at[0] == b"-"):
        return
    if user == NULL:
        if users.n >= MAX_USERS:
            return
        user = <User*>calloc(1, sizeof(User))
        if user == NULL:
            return
        user.gid = gid
        old = map_put(k, users, uid, user)
        if old == user:
            free(user)
            return
    str_put(k, &user.name, at_most(name, MAX_CREDENTIALS - 1))
    str_put(k, &user.home, at_most(home, MAX_PATH - 1))
    str_put(k, &user.shell, at_most(shell, MAX_PATH - 1))


cdef inline void user_seen(Core* k, uint32_t uid, uint32_t gid) noexcept nogil:
    if uid == 0 and map_get(k, &k.users, 0) == NULL:
        user_put(k, &k.users, 0, gid, text_of(b"root", 4), text_of(b"/root", 5), text_of(b"<NA>", 4))


cdef inline void group_seen(Core* k, uint32_t gid) noexcept nogil:
    if gid == 0 and map_get(k, &k.group_names, 0) == NULL:
        user_put(k, &k.group_names, 0, 0, text_of(b"root", 4), text_of(b"", 0), text_of(b"", 0))


cdef void on_user_event(Core* k, const Event* e) noexcept nogil:
    cdef uint32_t uid = p_u32(e, 0)
    if p_bytes(e, 5).n > 1:
        return
    if e.code == USER_ADDED_E:
        user_put(k, &k.users, uid, p_u32(e, 1), p_text(e, 2), p_text(e, 3), p_text(e, 4))
    else:
        user_drop(k, <User*>map_take(k, &k.users, uid))


cdef void on_group_event(Core* k, const Event* e) noexcept nogil:
    cdef uint32_t gid = p_u32(e, 0)
    if p_bytes(e, 2).n > 1:
        return
    if e.code == GROUP_ADDED_E:
        user_put(k, &k.group_names, gid, 0, p_text(e, 1), text_of(b"", 0), text_of(b"", 0))
    else:
        user_drop(k, <User*>map_take(k, &k.group_names, gid))


cdef void users_merge(Core* k, Map* pending, Map* into) noexcept nogil:
    # Lists count after the events that only carry state.
    cdef uint32_t i
    cdef User* user
    if pending.slots == NULL:
        return
    for i in range(pending.mask + 1):
        user = <User*>pending.slots[i].value
        if user != NULL:
            user_put(
                k, into, <uint32_t>pending.slots[i].key, user.gid,
                str_text(user.name), str_text(user.home), str_text(user.shell),
            )
    users_clear(k, pending)


cdef void users_clear(Core* k, Map* users) noexcept nogil:
    cdef uint32_t i
    if users.slots != NULL:
        for i in range(users.mask + 1):
            user_drop(k, <User*>users.slots[i].value)
    map_free(k, users)
