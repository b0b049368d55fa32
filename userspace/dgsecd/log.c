// SPDX-License-Identifier: GPL-2.0
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "log.h"

static enum log_target log_target;
static bool log_journal;
static int log_highest = LOG_INFO;

/* JOURNAL_STREAM is inherited by children whose stderr went elsewhere: compare. */
static bool stderr_is_journal(void)
{
	const char *stream = getenv("JOURNAL_STREAM");
	unsigned long long dev, ino;
	struct stat st;

	return stream && sscanf(stream, "%llu:%llu", &dev, &ino) == 2 &&
	       !fstat(STDERR_FILENO, &st) && st.st_dev == dev && st.st_ino == ino;
}

void log_open(enum log_target target, bool debug)
{
	log_target = target;
	log_highest = debug ? LOG_DEBUG : LOG_INFO;
	log_journal = stderr_is_journal();
	if (target == LOG_TO_SYSLOG)
		openlog("dgsecd", LOG_PID, LOG_DAEMON);
}

void log_line(int priority, const char *format, ...)
{
	char text[1024];
	va_list args;

	if (priority > log_highest)
		return;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);

	if (log_target == LOG_TO_SYSLOG)
		syslog(priority, "%s", text);
	else if (log_journal)
		fprintf(stderr, "<%d>%s\n", priority, text);
	else
		fprintf(stderr, "dgsecd: %s\n", text);
}

bool log_limit_pass(struct log_limit *limit)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	if (!limit->since || (uint64_t)now.tv_sec >= limit->since + LOG_INTERVAL) {
		if (limit->suppressed)
			log_warning("%u more lines like the next were left out", limit->suppressed);
		limit->since = (uint64_t)now.tv_sec;
		limit->lines = 0;
		limit->suppressed = 0;
	}
	if (limit->lines < LOG_BURST) {
		limit->lines++;
		return true;
	}
	limit->suppressed++;
	return false;
}

const char *log_escape(char *out, size_t size, const void *data, size_t len)
{
	const unsigned char *in = data;
	size_t at = 0;

	for (size_t i = 0; i < len && at + 5 <= size; i++) {
		if (in[i] >= ' ' && in[i] <= '~' && in[i] != '\\' && in[i] != '"')
			out[at++] = (char)in[i];
		else
			at += (size_t)snprintf(out + at, size - at, "\\x%02x", in[i]);
	}
	out[at] = '\0';
	return out;
}
