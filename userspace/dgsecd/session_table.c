// SPDX-License-Identifier: GPL-2.0
#include <search.h>

#include "session.h"
#include "session_table.h"

struct session_list session_half_open_list = TAILQ_HEAD_INITIALIZER(session_half_open_list);
struct session_list session_waiting_list = TAILQ_HEAD_INITIALIZER(session_waiting_list);

static size_t n_half_open, n_waiting;
static void *by_endpoint;
static void *by_assoc;

size_t session_count(void)
{
	return n_half_open + n_waiting;
}

size_t session_half_open(void)
{
	return n_half_open;
}

static int compare_endpoint(const void *a, const void *b)
{
	const struct session *x = a, *y = b;

	return endpoint_compare(&x->ep, &y->ep);
}

static int compare_assoc(const void *a, const void *b)
{
	const struct session *x = a, *y = b;

	return (x->over.assoc > y->over.assoc) - (x->over.assoc < y->over.assoc);
}

struct session *session_find(const struct endpoint *ep)
{
	struct session key = { .ep = *ep }, **found;

	found = tfind(&key, &by_endpoint, compare_endpoint);
	return found ? *found : NULL;
}

struct session *session_find_assoc(uint32_t assoc)
{
	struct session key = { .over.assoc = assoc }, **found;

	found = tfind(&key, &by_assoc, compare_assoc);
	return found ? *found : NULL;
}

bool session_insert(struct session *s)
{
	if (!tsearch(s, &by_endpoint, compare_endpoint))
		return false;
	TAILQ_INSERT_TAIL(&session_half_open_list, s, entry);
	n_half_open++;
	return true;
}

bool session_move(struct session *s)
{
	TAILQ_REMOVE(&session_half_open_list, s, entry);
	n_half_open--;
	TAILQ_INSERT_TAIL(&session_waiting_list, s, entry);
	n_waiting++;
	return tsearch(s, &by_assoc, compare_assoc);
}

void session_remove(struct session *s)
{
	tdelete(s, &by_endpoint, compare_endpoint);
	if (s->over.assoc) {
		tdelete(s, &by_assoc, compare_assoc);
		TAILQ_REMOVE(&session_waiting_list, s, entry);
		n_waiting--;
	} else {
		TAILQ_REMOVE(&session_half_open_list, s, entry);
		n_half_open--;
	}
}
