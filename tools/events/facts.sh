#!/bin/sh
# Prints the facts of libs' event tables:  tools/events/facts.sh LIBS | python tools/events/generate.py > engine/events/tables.py
# LIBS is a checkout of falcosecurity/libs. Needs a C compiler and the kernel's user-space headers.
set -eu
libs=$1
here=$(dirname "$0")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
driver=$libs/driver
# The map from events to system calls, without the library around it.
sed '/^#include/d' "$libs/userspace/libscap/linux/scap_ppm_sc.c" | sed '/^int scap_get_modifies/,$d' > "$work/owners.inc"
# The tables by name, so that a pointer can be printed as one.
{
    sed -n 's/^const struct ppm_name_value \([a-z0-9_]*\)\[\].*/{"\1", \1, 0, 0},/p' "$driver/flags_table.c"
    sed -n 's/^const struct ppm_param_info \([a-z0-9_]*\)\[\([A-Z0-9_]*\)\].*/{"\1", \1, 1, \2},/p' "$driver/dynamic_params_table.c"
} > "$work/named.inc"
"${CC:-cc}" -w -O0 -I "$driver" -I "$work" -o "$work/facts" "$here/facts.c"
cat "$driver/SCHEMA_VERSION" "$driver/API_VERSION" | sed 's/^/version\t/'
"$work/facts"
