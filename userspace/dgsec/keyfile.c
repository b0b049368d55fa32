// SPDX-License-Identifier: GPL-2.0
/* No message shows what a line holds: it may be a key. */
#include "keyfile.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Ample for four lines and some comments. */
#define KEYFILE_MAX		4096

/* RFC 5288, RFC 6655: what of a nonce no number reaches */
#define SALT_LEN		4

struct item {
	const char *name;
	uint8_t *to;
	unsigned int len;
	unsigned int line;		/* where it was given; 0: not yet */
};

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

/* The next word of a line, from *pos. Return: its length, 0 at the end. */
static size_t next_word(const char *line, size_t len, size_t *pos,
			const char **word)
{
	size_t start;

	while (*pos < len && is_blank(line[*pos]))
		(*pos)++;
	start = *pos;
	if (start < len && line[start] == '#')
		return 0;
	while (*pos < len && !is_blank(line[*pos]))
		(*pos)++;
	*word = line + start;
	return *pos - start;
}

static int parse_line(struct args *a, const char *name, unsigned int nr,
		      const char *line, size_t len, struct item *items,
		      size_t count)
{
	const char *word, *value, *rest;
	size_t pos = 0, n, digits;
	struct item *item;

	n = next_word(line, len, &pos, &word);
	if (!n)
		return 0;
	for (item = items; item < items + count; item++)
		if (strlen(item->name) == n && !memcmp(item->name, word, n))
			break;
	if (item == items + count)
		return args_error(a, "%s: line %u: expected tx-key, tx-iv, rx-key or rx-iv",
				  name, nr);
	if (item->line)
		return args_error(a, "%s: line %u: %s is given twice, first on line %u",
				  name, nr, item->name, item->line);
	digits = next_word(line, len, &pos, &value);
	if (!digits || args_hex(value, digits, item->to, item->len) ||
	    next_word(line, len, &pos, &rest))
		return args_error(a, "%s: line %u: %s takes %u octets as %u hexadecimal digits",
				  name, nr, item->name, item->len,
				  2 * item->len);
	item->line = nr;
	return 0;
}

/* Wipes @keys when it fails. */
int keyfile_parse(struct args *a, const char *name, const char *text,
		  size_t len, uint32_t cipher, struct dgsec_keys *keys)
{
	unsigned int key_len = dgsec_cipher_key_len(cipher);
	unsigned int iv_len = dgsec_cipher_iv_len(cipher);
	struct item items[] = {
		{ "tx-key", keys->tx_key, key_len, 0 },
		{ "tx-iv", keys->tx_iv, iv_len, 0 },
		{ "rx-key", keys->rx_key, key_len, 0 },
		{ "rx-iv", keys->rx_iv, iv_len, 0 },
	};
	const char *end = text + len;
	const char *eol;
	unsigned int nr;
	size_t i;

	memset(keys, 0, sizeof(*keys));
	for (nr = 1; text < end; nr++) {
		eol = memchr(text, '\n', end - text);
		if (!eol)
			eol = end;
		if (parse_line(a, name, nr, text, eol - text, items, 4))
			goto err;
		text = eol < end ? eol + 1 : end;
	}
	for (i = 0; i < 4; i++) {
		if (!items[i].line) {
			args_error(a, "%s: there is no line %s", name,
				   items[i].name);
			goto err;
		}
	}
	/* Of a longer IV, too: what follows is xored with numbers. */
	if (!memcmp(keys->tx_key, keys->rx_key, key_len) &&
	    !memcmp(keys->tx_iv, keys->rx_iv, SALT_LEN)) {
		args_error(a, "%s: tx and rx are the same: both ends would use the same nonces",
			   name);
		goto err;
	}
	keys->key_len = key_len;
	keys->iv_len = iv_len;
	return 0;
err:
	explicit_bzero(keys, sizeof(*keys));
	return -1;
}

/* Return: how much was read, or -1. */
static ssize_t read_all(int fd, char *buf, size_t size)
{
	size_t len = 0;
	ssize_t n;

	while (len < size) {
		n = read(fd, buf + len, size - len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		if (!n)
			break;
		len += n;
	}
	return len;
}

/* Does somebody mean the key itself? No message should show it then. */
static bool looks_like_key(const char *path)
{
	size_t n = strspn(path, "0123456789abcdefABCDEF");

	return n >= 8 && !path[n];
}

/* @path: a file, or "-" for standard input. */
int keyfile_read(struct args *a, const char *path, uint32_t cipher,
		 struct dgsec_keys *keys)
{
	bool in = !strcmp(path, "-");
	const char *name = in ? "standard input" : path;
	char buf[KEYFILE_MAX + 1];
	struct stat st;
	int fd, ret = -1;
	ssize_t len;

	fd = in ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 && looks_like_key(path))
		return args_error(a, "keys: expected a file, or - for standard input");
	if (fd < 0)
		return args_error(a, "keys: cannot open %s: %s", path,
				  strerror(errno));
	if (fstat(fd, &st)) {
		args_error(a, "keys: %s: %s", name, strerror(errno));
		goto out;
	}
	if (S_ISREG(st.st_mode) && (st.st_mode & 077)) {
		args_error(a, "keys: %s has mode %03o: make it 600, and take new keys",
			   name, st.st_mode & 0777);
		goto out;
	}
	len = read_all(fd, buf, sizeof(buf));
	if (len < 0)
		args_error(a, "keys: cannot read %s: %s", name,
			   strerror(errno));
	else if (len > KEYFILE_MAX)
		args_error(a, "keys: %s is longer than %d octets", name,
			   KEYFILE_MAX);
	else
		ret = keyfile_parse(a, name, buf, len, cipher, keys);
	explicit_bzero(buf, sizeof(buf));
out:
	if (!in)
		close(fd);
	return ret;
}
