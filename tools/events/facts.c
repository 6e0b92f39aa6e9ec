/*
 * Prints the facts of falcosecurity/libs' event and system call tables, one a line, tab-separated.
 *
 * It compiles the tables of a checkout themselves, so that nothing is re-typed; `generate.py` beside it runs the
 * compiler and turns the lines into engine/events/tables.py.
 *
 *     event     code  name  category  flags
 *     param     code  name  type  format  (flag table | dynamic table | dirfd:N | -)
 *     flagtable name  then  flag  name  value
 *     syscall   id  name  enter-event exit-event flags     (of x86-64)
 *     number    number  id
 *     owner     code  id ...
 */
#include <asm/unistd_64.h>
#include <stdio.h>
#include <string.h>
#include "syscall_compat_x86_64.h"
#include "flags_table.c"
#include "dynamic_params_table.c"
#include "event_table.c"
#include "syscall_table.c"
#define SCAP_SUCCESS 0
#define SCAP_FAILURE 1
#include "owners.inc"

static const char *const sc_names[PPM_SC_MAX] = {
#define PPM_SC_X(name, value) [value] = #name,
        PPM_SC_FIELDS
#undef PPM_SC_X
};

static const char *const types[] = {
        "NONE", "INT8", "INT16", "INT32", "INT64", "UINT8", "UINT16", "UINT32", "UINT64", "CHARBUF",
        "BYTEBUF", "ERRNO", "SOCKADDR", "SOCKTUPLE", "FD", "PID", "FDLIST", "FSPATH", "SYSCALLID", "SIGTYPE",
        "RELTIME", "ABSTIME", "PORT", "L4PROTO", "SOCKFAMILY", "BOOL", "IPV4ADDR", "DYNAMIC", "FLAGS8", "FLAGS16",
        "FLAGS32", "UID", "GID", "DOUBLE", "SIGSET", "CHARBUFARRAY", "CHARBUF_PAIR_ARRAY", "IPV4NET", "IPV6ADDR",
        "IPV6NET", "IPADDR", "IPNET", "MODE", "FSRELPATH", "ENUMFLAGS8", "ENUMFLAGS16", "ENUMFLAGS32", "FD32", "PID32"};
static const char *const formats[] = {"NA", "DEC", "HEX", "10_PADDED_DEC", "ID", "DIR", "OCT"};

struct named {
	const char *name;
	const void *table;
	int dynamic;
	int count;
};
static const struct named tables[] = {
#include "named.inc"
};

static const struct named *table_of(const void *info) {
	for(size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
		if(tables[i].table == info) {
			return &tables[i];
		}
	}
	return NULL;
}

static void param(const char *kind, const char *owner, const struct ppm_param_info *p) {
	const struct named *table = p->info ? table_of(p->info) : NULL;
	printf("%s\t%s\t%s\t%s\t%s\t", kind, owner, p->name, types[p->type], formats[p->fmt]);
	if(table) {
		printf("%s\n", table->name);
	} else if(p->info) {
		printf("dirfd:%ld\n", (long)p->info);
	} else {
		printf("-\n");
	}
}

int main(void) {
	char owner[16];
	for(size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
		if(tables[i].dynamic) {
			const struct ppm_param_info *p = tables[i].table;
			for(int j = 0; j < tables[i].count; j++) {
				param("dynamic", tables[i].name, &p[j]);
			}
		} else {
			for(const struct ppm_name_value *v = tables[i].table; v->name; v++) {
				printf("flag\t%s\t%s\t%u\n", tables[i].name, v->name, v->value);
			}
		}
	}
	for(int code = 0; code < PPM_EVENT_MAX; code++) {
		const struct ppm_event_info *e = &g_event_info[code];
		printf("event\t%d\t%s\t%d\t%d\n", code, e->name, e->category, e->flags);
		snprintf(owner, sizeof(owner), "%d", code);
		for(unsigned j = 0; j < e->nparams; j++) {
			param("param", owner, &e->params[j]);
		}
		const ppm_sc_code *sc = g_events_to_sc_map[code];
		printf("owner\t%d", code);
		for(; sc && *sc != -1; sc++) {
			printf("\t%d", *sc);
		}
		printf("\n");
	}
	for(int sc = 0; sc < PPM_SC_MAX; sc++) {
		printf("syscall\t%d\t%s\n", sc, sc_names[sc] ? sc_names[sc] : "");
	}
	for(int nr = 0; nr < SYSCALL_TABLE_SIZE; nr++) {
		const struct syscall_evt_pair *pair = &g_syscall_table[nr];
		if(pair->ppm_sc != PPM_SC_UNKNOWN) {
			printf("number\t%d\t%d\t%d\t%d\t%d\n", nr, pair->ppm_sc, pair->flags, pair->enter_event_type,
			       pair->exit_event_type);
		}
	}
	return 0;
}
