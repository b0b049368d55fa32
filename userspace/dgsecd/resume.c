// SPDX-License-Identifier: GPL-2.0
#include <search.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include "resume.h"
#include "timer.h"

struct kept {
	TAILQ_ENTRY(kept) list;
	uint64_t end;			/* when it is too old */
	uint16_t len;
	uint8_t id_len;
	uint8_t id[RESUME_ID_MAX];
	uint8_t session[];
};

/* What the allocator and the tree need for each, nearly. */
#define ENTRY_OVER	64

static TAILQ_HEAD(, kept) entries = TAILQ_HEAD_INITIALIZER(entries);	/* the oldest first */
static void *by_id;
static size_t count, octets, octets_max;
static uint32_t seconds_max;

static int compare_id(const void *a, const void *b)
{
	const struct kept *x = a, *y = b;

	if (x->id_len != y->id_len)
		return x->id_len < y->id_len ? -1 : 1;
	return memcmp(x->id, y->id, x->id_len);
}

static size_t size_of(size_t len)
{
	return sizeof(struct kept) + len + ENTRY_OVER;
}

static void forget(struct kept *entry)
{
	tdelete(entry, &by_id, compare_id);
	TAILQ_REMOVE(&entries, entry, list);
	count--;
	octets -= size_of(entry->len);
	explicit_bzero(entry, sizeof(*entry) + entry->len);
	free(entry);
}

/* All have the same time to live, unless it was changed: then some go later. */
static void make_room(size_t size)
{
	struct kept *entry;

	while ((entry = TAILQ_FIRST(&entries)) &&
	       (entry->end <= timer_now() || octets + size > octets_max))
		forget(entry);
}

static struct kept *find(const uint8_t *id, size_t id_len)
{
	struct kept key = { .id_len = (uint8_t)id_len }, **found;

	if (!id_len || id_len > RESUME_ID_MAX)
		return NULL;
	memcpy(key.id, id, id_len);
	found = tfind(&key, &by_id, compare_id);
	return found ? *found : NULL;
}

void resume_set(uint32_t seconds, size_t cache)
{
	uint64_t end = timer_now() + seconds * UINT64_C(1000);
	struct kept *entry;

	seconds_max = seconds;
	octets_max = cache;
	TAILQ_FOREACH(entry, &entries, list)
		if (entry->end > end)
			entry->end = end;
	make_room(0);
}

void resume_stop(void)
{
	struct kept *entry, *next;

	for (entry = TAILQ_FIRST(&entries); entry; entry = next) {
		next = TAILQ_NEXT(entry, list);
		forget(entry);
	}
}

bool resume_keep(const uint8_t *id, size_t id_len, const uint8_t *session, size_t len)
{
	struct kept *entry = find(id, id_len);

	if (entry)
		forget(entry);
	if (!seconds_max || !id_len || id_len > RESUME_ID_MAX || !len ||
	    len > RESUME_SESSION_MAX || size_of(len) > octets_max)
		return false;
	make_room(size_of(len));
	entry = malloc(sizeof(*entry) + len);
	if (!entry)
		return false;
	entry->end = timer_now() + seconds_max * UINT64_C(1000);
	entry->len = (uint16_t)len;
	entry->id_len = (uint8_t)id_len;
	memcpy(entry->id, id, id_len);
	memcpy(entry->session, session, len);
	if (!tsearch(entry, &by_id, compare_id)) {
		explicit_bzero(entry, sizeof(*entry) + len);
		free(entry);
		return false;
	}
	TAILQ_INSERT_TAIL(&entries, entry, list);
	count++;
	octets += size_of(len);
	return true;
}

size_t resume_find(const uint8_t *id, size_t id_len, uint8_t session[RESUME_SESSION_MAX])
{
	struct kept *entry = find(id, id_len);

	if (!entry)
		return 0;
	if (entry->end <= timer_now()) {
		forget(entry);
		return 0;
	}
	memcpy(session, entry->session, entry->len);
	return entry->len;
}

void resume_sift(bool (*good)(const uint8_t *binding, size_t len))
{
	struct kept *entry, *next;

	for (entry = TAILQ_FIRST(&entries); entry; entry = next) {
		next = TAILQ_NEXT(entry, list);
		if (1 + entry->session[0] > entry->len ||
		    !good(entry->session + 1, entry->session[0]))
			forget(entry);
	}
}

size_t resume_count(void)
{
	return count;
}

size_t resume_octets(void)
{
	return octets;
}
