// SPDX-License-Identifier: GPL-2.0
#include "args.h"

#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int args_error(struct args *a, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(a->error, sizeof(a->error), fmt, ap);
	va_end(ap);
	return -1;
}

const char *args_peek(const struct args *a)
{
	return a->argc > 0 ? a->argv[0] : NULL;
}

const char *args_next(struct args *a)
{
	if (a->argc <= 0)
		return NULL;
	a->argc--;
	return *a->argv++;
}

/* Take an option out, wherever it stands. */
bool args_option(struct args *a, const char *name)
{
	bool found = false;
	int i, j = 0;

	for (i = 0; i < a->argc; i++) {
		if (!strcmp(a->argv[i], name))
			found = true;
		else
			a->argv[j++] = a->argv[i];
	}
	a->argc = j;
	return found;
}

int args_done(struct args *a)
{
	if (a->argc > 0)
		return args_error(a, "'%s' is one word too many", a->argv[0]);
	return 0;
}

/* Digits only: strtoull() alone would take a sign, blanks, and octal. */
static int parse_u64(const char *text, uint64_t *out)
{
	bool hex = text[0] == '0' && (text[1] == 'x' || text[1] == 'X');
	const char *digits = hex ? text + 2 : text;
	unsigned long long n;

	if (!*digits || digits[strspn(digits, hex ? "0123456789abcdefABCDEF" :
							   "0123456789")])
		return -1;
	errno = 0;
	n = strtoull(digits, NULL, hex ? 16 : 10);
	if (errno)
		return -1;
	*out = n;
	return 0;
}

int args_number(struct args *a, const char *what, const char *text,
		uint64_t min, uint64_t max, uint64_t *out)
{
	if (parse_u64(text, out) || *out < min || *out > max)
		return args_error(a, "%s: '%s' is not a number from %" PRIu64
				  " to %" PRIu64, what, text, min, max);
	return 0;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

int args_hex(const char *text, size_t digits, uint8_t *to, size_t len)
{
	size_t i;
	int hi, lo;

	if (digits != 2 * len)
		return -1;
	for (i = 0; i < len; i++) {
		hi = hex_digit(text[2 * i]);
		lo = hex_digit(text[2 * i + 1]);
		if (hi < 0 || lo < 0)
			return -1;
		to[i] = hi << 4 | lo;
	}
	return 0;
}

int args_parse_cid(struct args *a, const struct keyword *kw,
		   const char *value, void *obj)
{
	struct dgsec_cid *cid = (void *)((char *)obj + kw->offset);
	size_t digits = strlen(value);

	if (!digits || digits > 2 * sizeof(cid->id) ||
	    args_hex(value, digits, cid->id, digits / 2))
		return args_error(a, "%s %s: expected %s", kw->name, value,
				  kw->expect);
	cid->len = digits / 2;
	return 0;
}

int args_addr(struct args *a, const char *what, const char *text,
	      struct in6_addr *addr)
{
	if (strchr(text, '%'))
		return args_error(a, "%s: '%s': no zone is needed, the interface says it",
				  what, text);
	if (inet_pton(AF_INET6, text, addr) != 1)
		return args_error(a, "%s: '%s' is not an IPv6 address", what,
				  text);
	return 0;
}

/* "[ADDR]:PORT", "ADDR", "[ADDR]" or ":PORT"; what is not there is zero. */
static int parse_addr_port(struct args *a, const char *what, const char *text,
			   struct in6_addr *addr, uint16_t *port,
			   unsigned int *parts)
{
	char buf[INET6_ADDRSTRLEN + 16];
	const char *colon = NULL;
	const char *end;
	uint64_t n = 0;

	memset(addr, 0, sizeof(*addr));
	*port = 0;
	*parts = 0;
	if (text[0] == '[') {
		end = strchr(text, ']');
		if (!end || (end[1] && end[1] != ':') ||
		    (size_t)(end - text) > sizeof(buf))
			return args_error(a, "%s: '%s' is not [ADDRESS]:PORT",
					  what, text);
		snprintf(buf, sizeof(buf), "%.*s", (int)(end - text - 1),
			 text + 1);
		if (args_addr(a, what, buf, addr))
			return -1;
		*parts |= SERVICE_ADDR;
		colon = end[1] ? end + 1 : NULL;
	} else if (text[0] == ':' && text[1] != ':') {
		colon = text;
	} else {
		if (args_addr(a, what, text, addr))
			return -1;
		*parts |= SERVICE_ADDR;
	}
	if (colon) {
		if (args_number(a, what, colon + 1, 1, 65535, &n))
			return -1;
		*port = n;
		*parts |= SERVICE_PORT;
	}
	return 0;
}

/* IPV4ADDRESS:PORT; the address is mapped. Return: whether it is one. */
static bool parse_v4(const char *text, struct in6_addr *addr, uint16_t *port)
{
	const char *colon = strchr(text, ':');
	char buf[INET_ADDRSTRLEN];
	uint64_t n;

	if (!colon || (size_t)(colon - text) >= sizeof(buf))
		return false;
	snprintf(buf, sizeof(buf), "%.*s", (int)(colon - text), text);
	memset(addr, 0, sizeof(*addr));
	memset(&addr->s6_addr[10], 0xff, 2);
	if (inet_pton(AF_INET, buf, &addr->s6_addr[12]) != 1 ||
	    parse_u64(colon + 1, &n) || !n || n > 65535)
		return false;
	*port = n;
	return true;
}

int args_endpoint(struct args *a, const char *what, const char *text,
		  struct in6_addr *addr, uint16_t *port)
{
	unsigned int parts;

	if (parse_v4(text, addr, port))
		return 0;
	if (text[0] != '[')
		return args_error(a, "%s: '%s' is not [ADDRESS]:PORT", what,
				  text);
	if (parse_addr_port(a, what, text, addr, port, &parts))
		return -1;
	if (parts != (SERVICE_ADDR | SERVICE_PORT))
		return args_error(a, "%s: '%s' has no port: expected [ADDRESS]:PORT",
				  what, text);
	return 0;
}

/* [ADDR]:PORT, IPv4ADDR:PORT or :PORT, where a socket is bound. */
int args_bind(struct args *a, const char *what, const char *text,
	      struct in6_addr *addr, uint16_t *port)
{
	unsigned int parts;

	if (parse_v4(text, addr, port))
		return 0;
	if (parse_addr_port(a, what, text, addr, port, &parts))
		return -1;
	if (!(parts & SERVICE_PORT))
		return args_error(a, "%s: '%s' has no port: expected [ADDRESS]:PORT or :PORT",
				  what, text);
	return 0;
}

int args_service(struct args *a, const char *what, const char *text,
		 struct in6_addr *addr, uint16_t *port, unsigned int *parts)
{
	if (!strcmp(text, "auto")) {
		memset(addr, 0, sizeof(*addr));
		*port = 0;
		*parts = SERVICE_AUTO;
		return 0;
	}
	return parse_addr_port(a, what, text, addr, port, parts);
}

/* A peer by number, inner address or name, in that order. */
int args_peer(struct args *a, const char *text, struct dgsec_peer *key)
{
	uint64_t id = 0;

	memset(key, 0, sizeof(*key));
	if (*text && !text[strspn(text, "0123456789")]) {
		if (args_number(a, "peer", text, 1, UINT32_MAX, &id))
			return -1;
		DGSEC_PUT(key, DGSEC_A_PEER_ID, id, id);
		return 0;
	}
	if (inet_pton(AF_INET6, text, &key->inner_addr) == 1) {
		key->has = DGSEC_HAS(DGSEC_A_PEER_INNER_ADDR);
		return 0;
	}
	if (!*text || strlen(text) > DGSEC_NAME_MAX)
		return args_error(a, "peer: '%s' is no number, address or name of 1 to %d octets",
				  text, DGSEC_NAME_MAX);
	memcpy(key->name, text, strlen(text) + 1);
	key->has = DGSEC_HAS(DGSEC_A_PEER_NAME);
	return 0;
}

int args_parse_number(struct args *a, const struct keyword *kw,
		      const char *value, void *obj)
{
	void *p = (char *)obj + kw->offset;
	uint64_t n = 0;

	if (args_number(a, kw->name, value, kw->min, kw->max, &n))
		return -1;
	if (kw->multiple && n % kw->multiple)
		return args_error(a, "%s: '%s' is not a multiple of %" PRIu64,
				  kw->name, value, kw->multiple);
	switch (kw->size) {
	case sizeof(uint16_t):
		*(uint16_t *)p = n;
		break;
	case sizeof(uint32_t):
		*(uint32_t *)p = n;
		break;
	default:
		*(uint64_t *)p = n;
	}
	return 0;
}

int args_parse_enum(struct args *a, const struct keyword *kw,
		    const char *value, void *obj)
{
	uint32_t n = kw->value(value);

	if (!n)
		return args_error(a, "%s: '%s' is not one of %s", kw->name,
				  value, kw->expect);
	*(uint32_t *)((char *)obj + kw->offset) = n;
	return 0;
}

/* The word itself, for the verb to look at later. */
int args_parse_word(struct args *a, const struct keyword *kw,
		    const char *value, void *obj)
{
	(void)a;
	*(const char **)((char *)obj + kw->offset) = value;
	return 0;
}

static int unknown_keyword(struct args *a, const char *word,
			   const struct keyword *table, size_t count)
{
	char list[192] = "";
	size_t i, n = 0;

	for (i = 0; i < count && n < sizeof(list); i++)
		n += snprintf(list + n, sizeof(list) - n, "%s%s",
			      i ? ", " : "", table[i].name);
	return args_error(a, "'%s' is not one of %s", word, list);
}

/* Read "keyword value" pairs to the end, each at most once, into @obj. */
int args_keywords(struct args *a, const struct keyword *table, size_t count,
		  void *obj)
{
	const struct keyword *kw;
	const char *word, *value;
	uint64_t seen = 0;
	size_t i;

	while ((word = args_next(a))) {
		for (i = 0; i < count && strcmp(table[i].name, word); i++)
			;
		if (i == count)
			return unknown_keyword(a, word, table, count);
		kw = &table[i];
		if (seen & UINT64_C(1) << i)
			return args_error(a, "'%s' is given twice", word);
		seen |= UINT64_C(1) << i;
		if (kw->expect) {
			value = args_next(a);
			if (!value)
				return args_error(a, "'%s' needs a value: %s",
						  word, kw->expect);
			if (kw->parse(a, kw, value, obj))
				return -1;
		}
		if (kw->attr)
			*(uint64_t *)obj |= DGSEC_HAS(kw->attr);
	}
	for (i = 0; i < count; i++) {
		if (table[i].required && !(seen & UINT64_C(1) << i))
			return args_error(a, "'%s' is missing: %s",
					  table[i].name, table[i].expect);
	}
	return 0;
}
