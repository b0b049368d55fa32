// SPDX-License-Identifier: GPL-2.0
/*
 * libdgsec's decoder of what the kernel says. The input: which object, and the
 * octets of its nest.
 *
 * Demanded: nothing is read beyond the nest; strings end, connection IDs fit;
 * what was decoded, encoded and decoded again is the same.
 */
#include "fuzz.h"
#include "internal.h"

const unsigned long fuzz_short_runs = 200000;

static const struct object *const objects[] = {
	&object_interface, &object_socket, &object_peer, &object_assoc,
	&object_exchange,
};

static void *parse(const struct object *type, struct nlattr *nest)
{
	void *obj = malloc(type->size);

	if (!obj)
		abort();
	memset(obj, 0xee, type->size);
	object_parse(type, nest, obj);
	return obj;
}

static uint64_t check(const struct object *type, const unsigned char *obj)
{
	const struct field *f;
	uint64_t sent = 0;

	for (f = type->fields; f < type->fields + type->count; f++) {
		const void *p = obj + f->offset;

		if (f->type == FIELD_STRING)
			demand(memchr(p, '\0', f->size));
		if (f->type == FIELD_OCTETS)
			demand(*(const uint8_t *)p < f->size);
		if (f->type != FIELD_STATS)
			sent |= DGSEC_HAS(f->attr);
	}
	return sent;
}

static bool is_same(const struct field *f, const void *a, const void *b)
{
	const void *x = (const char *)a + f->offset, *y = (const char *)b + f->offset;

	if (f->type == FIELD_STRING)
		return !strcmp(x, y);
	if (f->type == FIELD_OCTETS)
		return !memcmp(x, y, 1 + *(const uint8_t *)x);
	return !memcmp(x, y, f->size);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct object *type;
	struct input in = { data, size };
	struct nlattr *nest;
	struct nl_msg *msg;
	uint64_t sent;
	void *a, *b;

	type = objects[take8(&in) % ARRAY_SIZE(objects)];
	/* as it lies in a message: behind an attribute's header, aligned */
	if (in.left > UINT16_MAX - NLA_HDRLEN)
		return 0;
	nest = malloc(NLA_HDRLEN + in.left);
	if (!nest)
		abort();
	nest->nla_type = type->nest;
	nest->nla_len = NLA_HDRLEN + in.left;
	memcpy(nest + 1, in.at, in.left);

	a = parse(type, nest);
	sent = check(type, a);
	msg = nlmsg_alloc_size(8192);
	nlmsg_put(msg, 0, 0, 0, 0, 0);
	demand(!object_put(msg, type, a, sent));
	b = parse(type, nlmsg_attrdata(nlmsg_hdr(msg), 0));
	demand((object_has(a) & sent) == object_has(b));
	for (const struct field *f = type->fields; f < type->fields + type->count; f++)
		if (f->type != FIELD_STATS && f->type != FIELD_FLAG &&
		    object_has(b) & DGSEC_HAS(f->attr))
			demand(is_same(f, a, b));
	nlmsg_free(msg);
	free(a);
	free(b);
	free(nest);
	return 0;
}
