// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "secretfile.h"

/* The length stands in front, so that all of it can be wiped. */
struct secret {
	size_t size;
	char text[];
};

void secretfile_free(char *text)
{
	struct secret *secret;

	if (!text)
		return;
	secret = (struct secret *)(text - offsetof(struct secret, text));
	explicit_bzero(secret->text, secret->size);
	free(secret);
}

/* errno: ESTALE if there are less octets than there should be, EILSEQ for a NUL. */
static char *read_all(int fd, size_t size)
{
	struct secret *secret = malloc(sizeof(*secret) + size + 1);
	size_t at = 0;
	ssize_t n = 0;
	int saved;

	if (!secret)
		return NULL;
	secret->size = size + 1;
	while (at < size) {
		n = read(fd, secret->text + at, size - at);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		at += (size_t)n;
	}
	secret->text[at] = '\0';
	if (n >= 0 && at == size && strlen(secret->text) == at)
		return secret->text;

	if (n >= 0)
		errno = at < size ? ESTALE : EILSEQ;
	saved = errno;
	secretfile_free(secret->text);
	errno = saved;
	return NULL;
}

static bool same_time(const struct timespec *a, const struct timespec *b)
{
	return a->tv_sec == b->tv_sec && a->tv_nsec == b->tv_nsec;
}

/* Half of a file would be a good one with peers missing. */
static bool unchanged(int fd, const struct stat *before)
{
	struct stat now;

	return !fstat(fd, &now) && now.st_size == before->st_size &&
	       same_time(&now.st_mtim, &before->st_mtim) &&
	       same_time(&now.st_ctim, &before->st_ctim);
}

static const char *reason(int err)
{
	switch (err) {
	case ESTALE:
		return "it changes while it is read: try again";
	case EILSEQ:
		return "not a text file";
	default:
		return strerror(err);
	}
}

static const char *exposure(const struct stat *st, bool secret)
{
	if (secret && (st->st_mode & 0007))
		return "it is open to every user: chmod o= it";
	if (st->st_mode & 0002)
		return "every user can write it: chmod o-w it";
	if (st->st_mode & 0020)
		return "its group can write it: chmod g-w it";
	if (st->st_uid && st->st_uid != geteuid())
		return "it belongs to another user: chown it";
	return NULL;
}

static char *read_file(const char *path, size_t max, bool secret, const char **exposed, char *why,
		       size_t why_size)
{
	/* Nonblocking: a FIFO without a writer must not stop the daemon. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	char *text = NULL;
	struct stat st;

	*exposed = NULL;
	if (fd < 0 || fstat(fd, &st)) {
		snprintf(why, why_size, "%s", strerror(errno));
	} else if (!S_ISREG(st.st_mode)) {
		snprintf(why, why_size, "not a regular file");
	} else if ((uintmax_t)st.st_size > max) {
		snprintf(why, why_size, "longer than %zu octets", max);
	} else {
		text = read_all(fd, (size_t)st.st_size);
		if (text && !unchanged(fd, &st)) {
			secretfile_free(text);
			text = NULL;
			errno = ESTALE;
		}
		if (!text)
			snprintf(why, why_size, "%s", reason(errno));
		*exposed = exposure(&st, secret);
	}
	if (fd >= 0)
		close(fd);
	return text;
}

char *secretfile_read(const char *path, size_t max, const char **exposed, char *why,
		      size_t why_size)
{
	return read_file(path, max, true, exposed, why, why_size);
}

char *secretfile_read_public(const char *path, size_t max, const char **exposed, char *why,
			     size_t why_size)
{
	return read_file(path, max, false, exposed, why, why_size);
}
