// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
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

static char *read_all(int fd, size_t size)
{
	struct secret *secret = malloc(sizeof(*secret) + size + 1);
	size_t at = 0;
	ssize_t n = 0;

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
	if (n >= 0 && strlen(secret->text) == at)
		return secret->text;

	if (n >= 0)
		errno = EILSEQ;
	secretfile_free(secret->text);
	return NULL;
}

char *secretfile_read(const char *path, size_t max, const char **exposed, char *why,
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
		if (!text)
			snprintf(why, why_size, "%s",
				 errno == EILSEQ ? "not a text file" : strerror(errno));
		if (st.st_mode & 0007)
			*exposed = "it is open to every user: chmod o= it";
		else if (st.st_mode & 0020)
			*exposed = "its group can write it: chmod g-w it";
	}
	if (fd >= 0)
		close(fd);
	return text;
}
