// SPDX-License-Identifier: GPL-2.0
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <mbedtls/md.h>

#include "fingerprint.h"
#include "log.h"
#include "secretfile.h"
#include "value.h"

#define DIRECTORY	"/run/dgsecd"
#define TITLE		"dgsecd-fingerprints-1 "	/* changes with the format */
#define FILE_MAX	(64 << 20)

enum { HASH = FINGERPRINT, HASH_TEXT = 2 * HASH + 1, MULTICAST = 0xff };

static char file[PATH_MAX];

void fingerprint_set_file(const char *path)
{
	snprintf(file, sizeof(file), "%s", path);
}

/* One lower device carries one interface. Names are those of one namespace. */
static int find_file(const struct config *config)
{
	struct stat st;

	if (*file)
		return 0;
	if (stat("/proc/self/ns/net", &st))
		return -errno;
	if (mkdir(DIRECTORY, 0755) && errno != EEXIST)
		return -errno;
	snprintf(file, sizeof(file), DIRECTORY "/%ju-%s.peers", (uintmax_t)st.st_ino,
		 config->lower);
	return 0;
}

/*
 * Salted, as keys may be the same at many places; an identity ends with its 0, so
 * that nothing can move from it into the key. What is public comes first, behind an
 * octet with which no address begins.
 */
int fingerprint_make(const struct peer *peer, const uint8_t salt[HASH], uint8_t hash[HASH])
{
	uint8_t input[1 + sizeof(*peer->public) + sizeof(peer->addr) + sizeof(peer->name) +
		      sizeof(peer->identity) + sizeof(peer->psk.key)];
	uint8_t *at = input;
	int ret;

	if (peer->public) {
		*at++ = MULTICAST;
		at = mempcpy(at, peer->public, sizeof(*peer->public));
	}
	at = mempcpy(at, &peer->addr, sizeof(peer->addr));
	at = mempcpy(at, peer->name, strlen(peer->name) + 1);
	at = mempcpy(at, peer->identity, strlen(peer->identity) + 1);
	at = mempcpy(at, peer->psk.key, peer->psk.len);
	ret = mbedtls_md_hmac(mbedtls_md_info_from_type(MBEDTLS_MD_SHA256), salt, HASH, input,
			      (size_t)(at - input), hash);
	explicit_bzero(input, sizeof(input));
	return ret ? -ENOMEM : 0;
}

static int fingerprint(const struct peer *peer, const uint8_t salt[HASH], char text[HASH_TEXT])
{
	uint8_t hash[HASH];
	int ret = fingerprint_make(peer, salt, hash);

	for (size_t i = 0; !ret && i < HASH; i++)
		snprintf(text + 2 * i, 3, "%02x", hash[i]);
	return ret;
}

/* ---- reading --------------------------------------------------------------- */

static bool parse_salt(const char *line, uint8_t salt[HASH])
{
	size_t len = HASH;

	return !strncmp(line, TITLE, strlen(TITLE)) &&
	       value_hex(line + strlen(TITLE), salt, &len) && len == HASH;
}

static bool parse_peer(const struct config *config, char *line, const uint8_t salt[HASH])
{
	char *space = strchr(line, ' '), text[HASH_TEXT];
	struct in6_addr addr;
	struct peer *peer;

	if (!space || strlen(space + 1) != HASH_TEXT - 1)
		return false;
	*space = '\0';
	if (!value_address(line, &addr))
		return false;
	peer = config_peer_by_addr(config, &addr);
	if (peer)
		peer->known = !fingerprint(peer, salt, text) && !strcmp(text, space + 1);
	return true;
}

static void forget(struct config *config)
{
	for (size_t i = 0; i < config->n_peers; i++)
		config->peers[i]->known = false;
}

bool fingerprint_parse(struct config *config, char *text)
{
	char *line, *end;
	uint8_t salt[HASH];
	bool good = true;

	forget(config);
	for (line = text; good && *line; line = end + 1) {
		end = strchr(line, '\n');
		good = end;
		if (!good)
			break;
		*end = '\0';
		good = line == text ? parse_salt(line, salt) : parse_peer(config, line, salt);
	}
	if (!good || line == text) {
		forget(config);
		return false;
	}
	return true;
}

int fingerprint_load(struct config *config, char *why, size_t why_size)
{
	int ret = find_file(config);
	const char *exposed;
	char *text, reason[128];

	forget(config);
	if (ret) {
		snprintf(why, why_size, "%s: %s", DIRECTORY, strerror(-ret));
		return ret;
	}
	text = secretfile_read(file, FILE_MAX, &exposed, reason, sizeof(reason));
	if (!text || exposed) {
		snprintf(why, why_size, "%s: %s", file, text ? exposed : reason);
		ret = -EIO;
	} else if (!fingerprint_parse(config, text)) {
		snprintf(why, why_size, "%s: not what dgsecd writes there", file);
		ret = -EINVAL;
	}
	secretfile_free(text);
	return ret;
}

/* ---- writing --------------------------------------------------------------- */

static int print(const struct config *config, FILE *out)
{
	char addr[INET6_ADDRSTRLEN], text[HASH_TEXT];
	uint8_t salt[HASH];
	int ret = 0;

	if (getrandom(salt, sizeof(salt), 0) != sizeof(salt))
		return -EIO;
	fputs(TITLE, out);
	for (size_t i = 0; i < HASH; i++)
		fprintf(out, "%02x", salt[i]);
	fputc('\n', out);
	for (size_t i = 0; i < config->n_peers && !ret; i++) {
		if (!config->peers[i]->id)
			continue;
		ret = fingerprint(config->peers[i], salt, text);
		inet_ntop(AF_INET6, &config->peers[i]->addr, addr, sizeof(addr));
		fprintf(out, "%s %s\n", addr, text);
	}
	return ret;
}

/* A reader finds the old file or the new one, never half of it. */
static int replace(const struct config *config)
{
	char temporary[sizeof(file) + 4];
	FILE *out;
	int fd, ret;

	snprintf(temporary, sizeof(temporary), "%s.new", file);
	unlink(temporary);
	fd = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return -errno;
	out = fdopen(fd, "w");
	if (!out) {
		close(fd);
		ret = -ENOMEM;
	} else {
		ret = print(config, out);
		if (!ret && (fflush(out) || fsync(fd)))
			ret = -errno;
		if (fclose(out) && !ret)
			ret = -errno;
	}
	if (!ret && rename(temporary, file))
		ret = -errno;
	if (ret)
		unlink(temporary);
	return ret;
}

int fingerprint_store(struct config *config)
{
	int ret = find_file(config);

	if (!ret)
		ret = replace(config);
	if (ret) {
		log_warning("%s cannot be written: %s; the next start will end all associations",
			    *file ? file : DIRECTORY, strerror(-ret));
		/* An old one may tell of keys that were good before. */
		if (*file && unlink(file) && errno != ENOENT)
			log_error("%s cannot be removed: remove it, as it is not true any more",
				  file);
	}
	for (size_t i = 0; i < config->n_peers; i++)
		config->peers[i]->known = !ret && config->peers[i]->id;
	return ret;
}
