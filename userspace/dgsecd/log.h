/* SPDX-License-Identifier: GPL-2.0 */
/* Log lines: who, what, why, what to do. */
#ifndef DGSECD_LOG_H
#define DGSECD_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <syslog.h>

enum log_target {
	LOG_TO_STDERR,		/* with journald's <N> prefixes if it is the journal */
	LOG_TO_SYSLOG,
};

void log_open(enum log_target target, bool debug);

void log_line(int priority, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

#define log_error(...)		log_line(LOG_ERR, __VA_ARGS__)
#define log_warning(...)	log_line(LOG_WARNING, __VA_ARGS__)
#define log_info(...)		log_line(LOG_INFO, __VA_ARGS__)
#define log_debug(...)		log_line(LOG_DEBUG, __VA_ARGS__)

/*
 * What strangers can cause must not fill the log: at most LOG_BURST lines in
 * LOG_INTERVAL seconds from one place, then one that says how many were left
 * out.
 */
#define LOG_BURST		10
#define LOG_INTERVAL		10

struct log_limit {
	uint64_t since;			/* seconds */
	unsigned int lines;
	unsigned int suppressed;
};

bool log_limit_pass(struct log_limit *limit);

#define log_limited(priority, ...)				\
	do {							\
		static struct log_limit limit_;			\
								\
		if (log_limit_pass(&limit_))			\
			log_line(priority, __VA_ARGS__);	\
	} while (0)

/* Room for @len octets from strangers as text. */
#define LOG_ESCAPED(len)	(4 * (len) + 1)

/* Printable ASCII as it is, all else as \xNN: safe on a terminal. */
const char *log_escape(char *out, size_t size, const void *data, size_t len);

#endif
