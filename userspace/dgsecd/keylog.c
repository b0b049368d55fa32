// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "handshake.h"
#include "keylog.h"
#include "log.h"
#include "record.h"

#define WORD		"CLIENT_RANDOM "
#define LINE		(sizeof(WORD) - 1 + 2 * HELLO_RANDOM + 1 + 2 * HANDSHAKE_MASTER_SECRET + 1)

static char file[PATH_MAX];
static int fd = -1;

void keylog_close(void)
{
	if (fd >= 0)
		close(fd);
	fd = -1;
	*file = '\0';
}

/* Not through a link that somebody has put there, nor into a file that others read. */
static const char *unfit(int opened)
{
	struct stat st;

	if (fstat(opened, &st))
		return strerror(errno);
	if (!S_ISREG(st.st_mode))
		return "not a regular file";
	if (st.st_uid != geteuid())
		return "it belongs to another user";
	if (st.st_mode & 0077)
		return "others may open it: chmod 600 it, or remove it";
	return NULL;
}

int keylog_set(const char *path)
{
	const char *why;
	int opened;

	if (!path) {
		if (fd >= 0)
			log_warning("key log %s is closed: remove it when it is not needed", file);
		keylog_close();
		return 0;
	}
	opened = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK |
		      O_NOCTTY, 0600);
	why = opened < 0 ? strerror(errno) : unfit(opened);
	if (why) {
		log_error("key log %s cannot be used: %s", path, why);
		if (opened >= 0)
			close(opened);
		return -EACCES;
	}
	keylog_close();
	fd = opened;
	snprintf(file, sizeof(file), "%s", path);
	log_warning("KEY LOG: the keys of all associations are written to %s: whoever reads it reads and forges their traffic; remove \"key-log\" when you are done",
		    path);
	return 0;
}

static char *put_hex(char *at, const uint8_t *data, size_t len)
{
	static const char digits[] = "0123456789abcdef";

	while (len--) {
		*at++ = digits[*data >> 4];
		*at++ = digits[*data++ & 15];
	}
	return at;
}

void keylog_write(const uint8_t *random, const uint8_t *secret)
{
	char line[LINE], *at;

	if (fd < 0)
		return;
	at = mempcpy(line, WORD, sizeof(WORD) - 1);
	at = put_hex(at, random, HELLO_RANDOM);
	*at++ = ' ';
	at = put_hex(at, secret, HANDSHAKE_MASTER_SECRET);
	*at++ = '\n';
	/* At once, so that a line is whole for who reads along. */
	if (write(fd, line, sizeof(line)) != (ssize_t)sizeof(line))
		log_limited(LOG_WARNING, "key log %s: a line is missing: %s", file,
			    strerror(errno));
	explicit_bzero(line, sizeof(line));
}
