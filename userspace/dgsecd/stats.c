// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "array.h"
#include "log.h"
#include "resume.h"
#include "session.h"
#include "stats.h"

struct stats stats;

static const char *file;

void stats_set_file(const char *path)
{
	file = path;
}

static void put_number(FILE *out, const char *name, uint64_t value)
{
	fprintf(out, "\"%s\":%" PRIu64 ",", name, value);
}

/* The comma behind the last member, if any, is taken back. */
static void end_object(FILE *out)
{
	fflush(out);
	if (fseek(out, -1, SEEK_CUR) == 0)
		fputc('}', out);
}

static void put_totals(FILE *out)
{
	const struct {
		const char *name;
		uint64_t value;
	} rows[] = {
		{ "handshakes", stats.handshakes },
		{ "resumed_ids", stats.resumed[HANDSHAKE_RESUMED_BY_ID] },
		{ "resumed_tickets", stats.resumed[HANDSHAKE_RESUMED_BY_TICKET] },
		{ "cached_sessions", resume_count() },
		{ "cached_octets", resume_octets() },
		{ "calls", stats.calls },
		{ "calls_failed", stats.calls_failed },
		{ "sessions", session_count() },
		{ "half_open", session_half_open() },
		{ "records_daemon", stats.records_daemon },
		{ "datagrams_held", stats.datagrams_held },
		{ "datagrams_held_over", stats.datagrams_held_over },
		{ "injected", stats.injected },
		{ "inject_failed", stats.inject_failed },
		{ "cookies_sent", stats.cookie_sent },
		{ "cookies_good", stats.cookie_good },
		{ "sent", stats.sent },
		{ "send_failed", stats.send_failed },
		{ "events_lost", stats.events_lost },
		{ "reloads", stats.reloads },
		{ "reloads_failed", stats.reloads_failed },
#ifdef __GLIBC__
		{ "memory", mallinfo2().uordblks },
#endif
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		put_number(out, rows[i].name, rows[i].value);
}

static void put_datagrams(FILE *out)
{
	fputs("\"datagrams\":{", out);
	put_number(out, "hello", stats.hello);
	put_number(out, "hello_fragment", stats.hello_fragment);
	put_number(out, "handshake", stats.handshake);
	put_number(out, "application", stats.application);
	put_number(out, "malformed", stats.malformed);
	put_number(out, "no_session", stats.no_session);
	put_number(out, "duplicate", stats.duplicate);
	end_object(out);
}

static char *json(void)
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	if (!out)
		return NULL;
	fputc('{', out);
	put_totals(out);
	put_datagrams(out);
	fputs(",\"refused\":{", out);
	for (int i = HANDSHAKE_NO_FAILURE + 1; i < HANDSHAKE_FAILURES; i++)
		put_number(out, handshake_failure_name(i), stats.refused[i]);
	end_object(out);
	fputs(",\"ended\":{", out);
	for (int i = SESSION_ALIVE + 1; i < SESSION_ENDS; i++)
		put_number(out, session_end_name(i), stats.ended[i]);
	end_object(out);
	fputc('}', out);
	if (fclose(out)) {
		free(text);
		return NULL;
	}
	return text;
}

/* A reader finds the old file or the new one, never half of it. */
static int replace_file(const char *path, const char *text)
{
	char temporary[PATH_MAX];
	int fd, ret = 0;
	size_t len = strlen(text);

	if (snprintf(temporary, sizeof(temporary), "%s.new", path) >= (int)sizeof(temporary))
		return -ENAMETOOLONG;
	fd = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (fd < 0)
		return -errno;
	if (write(fd, text, len) != (ssize_t)len || write(fd, "\n", 1) != 1)
		ret = -EIO;
	if (close(fd) && !ret)
		ret = -errno;
	if (!ret && rename(temporary, path))
		ret = -errno;
	if (ret)
		unlink(temporary);
	return ret;
}

void stats_write(void)
{
	char *text = json();
	int ret;

	if (!text) {
		log_error("stats: out of memory");
		return;
	}
	if (file) {
		ret = replace_file(file, text);
		if (ret)
			log_error("stats: %s cannot be written: %s", file, strerror(-ret));
	} else {
		log_info("stats %s", text);
	}
	free(text);
}
