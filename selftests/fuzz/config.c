// SPDX-License-Identifier: GPL-2.0
/*
 * The parser of dgsecd's configuration. The input is a file's text.
 *
 * Demanded: a configuration or mistakes, never both or neither; each mistake
 * in a line that is there, in order, of text that a terminal can bear, without
 * a key in it; and of a configuration all that the rest of dgsecd relies on.
 */
#include <ctype.h>
#include <stdbool.h>

#include "config.h"
#include "fuzz.h"
#include "secretfile.h"
#include "value.h"

const unsigned long fuzz_short_runs = 50000;

enum { KEY_DIGITS = 24 };	/* of what looks like a key: value_like_key() */

/* ---- files of keys, without files ------------------------------------------ */

/* Good for nothing else: everybody has the key. */
static const char good_key[] =
	"-----BEGIN PRIVATE KEY-----\n"
	"MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg6ylN0fsQGS/Xg20v\n"
	"DQYoRlJ0k2m9HRkR77VWXTEIwVOhRANCAARH9QBAWfczmxyUEvhOMznFxZ89Pw+5\n"
	"Hnaib6RpCXg6kGvAj6BV2OKWTuAdniRwxBCFuVMMw1ufHIZBJEK5fnWg\n"
	"-----END PRIVATE KEY-----\n";
static const char good_pem[] =
	"-----BEGIN CERTIFICATE-----\n"
	"MIIBdjCCARugAwIBAgIUUTNfg+CjAIG0bf2nnWxFCZt7Sk8wCgYIKoZIzj0EAwIw\n"
	"DzENMAsGA1UEAwwEZnV6ejAgFw0yNjExMjAxNDUyNDBaGA8yMTI2MTAyNzE0NTI0\n"
	"MFowDzENMAsGA1UEAwwEZnV6ejBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABEf1\n"
	"AEBZ9zObHJQS+E4zOcXFnz0/D7kedqJvpGkJeDqQa8CPoFXY4pZO4B2eJHDEEIW5\n"
	"UwzDW58chkEkQrl+daCjUzBRMB0GA1UdDgQWBBTKTipyNOyoN09mqG+cm5buqE/J\n"
	"+TAfBgNVHSMEGDAWgBTKTipyNOyoN09mqG+cm5buqE/J+TAPBgNVHRMBAf8EBTAD\n"
	"AQH/MAoGCCqGSM49BAMCA0kAMEYCIQCC/agocbWAuuWjv8eOFSAFLFL9HcDRHg9c\n"
	"Sqme1wVTzgIhANXCxzcHTgTQzc8aoc40vTFmWS5ydibQc3y4BUE9DGJB\n"
	"-----END CERTIFICATE-----\n";
static const char good_pub[] =
	"-----BEGIN PUBLIC KEY-----\n"
	"MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAER/UAQFn3M5sclBL4TjM5xcWfPT8P\n"
	"uR52om+kaQl4OpBrwI+gVdjilk7gHZ4kcMQQhblTDMNbnxyGQSRCuX51oA==\n"
	"-----END PUBLIC KEY-----\n";

/* What is in a file is told by its name, so that inputs need nothing else. */
char *secretfile_read(const char *path, size_t max, const char **exposed, char *why,
		      size_t why_size)
{
	const char *name = strrchr(path, '/');

	(void)max;
	name = name ? name + 1 : path;
	*exposed = strstr(name, "open") ? "everybody may read it" : NULL;
	if (!strcmp(name, "good.key"))
		return strdup(good_key);
	if (!strcmp(name, "good.pem"))
		return strdup(good_pem);
	if (!strcmp(name, "good.pub"))
		return strdup(good_pub);
	if (*name && *name != '-')
		return strdup(name);
	snprintf(why, why_size, "No such file or directory");
	return NULL;
}

char *secretfile_read_public(const char *path, size_t max, const char **exposed, char *why,
			     size_t why_size)
{
	return secretfile_read(path, max, exposed, why, why_size);
}

void secretfile_free(char *text)
{
	free(text);
}

/* ---- what is demanded ------------------------------------------------------ */

static size_t digits_at(const char *text)
{
	size_t n = 0;

	while (isxdigit((unsigned char)text[n]))
		n++;
	return n;
}

/* Names of peers are shown whole, whatever they look like. */
static bool is_in_name(const char *input, const char *digits, size_t len)
{
	const char *line, *end;

	for (line = input; line; line = *end ? end + 1 : NULL) {
		end = strchr(line, '\n');
		if (!end)
			end = line + strlen(line);
		if (memchr(line, '[', (size_t)(end - line)) &&
		    memmem(line, (size_t)(end - line), digits, len))
			return true;
	}
	return false;
}

static void check_text(const char *text, const char *input)
{
	size_t len = strlen(text), n;

	demand(len && value_utf8(text, len, false));
	for (; *text; text += n ? n : 1) {
		/* what log_escape() makes of other octets is none */
		if (!strncmp(text, "\\x", 2) && strlen(text) >= 4) {
			n = 4;
			continue;
		}
		n = digits_at(text);
		demand(n < KEY_DIGITS || is_in_name(input, text, n));
	}
}

static void check_mistakes(const struct mistakes *mistakes, const char *input)
{
	unsigned int lines = 1, last = 0;

	demand(mistakes->n && !mistakes->out_of_memory);
	for (const char *p = input; *p; p++)
		lines += *p == '\n';
	for (size_t i = 0; i < mistakes->n; i++) {
		demand(mistakes->list[i].line >= last && mistakes->list[i].line <= lines);
		last = mistakes->list[i].line;
		check_text(mistakes->list[i].text, input);
	}
}

static void check_limits(const struct limits *l)
{
	demand(l->window >= DGSEC_WINDOW_MIN && l->window <= DGSEC_WINDOW_MAX &&
	       !(l->window % 64));
	demand(!l->hard_packets || l->soft_packets <= l->hard_packets);
	demand(!l->hard_bytes || l->soft_bytes <= l->hard_bytes);
	demand(!l->hard_seconds || l->soft_seconds <= l->hard_seconds);
}

/* Whoever comes with this is this peer. */
static bool is_owner(const struct config *config, const struct peer *peer, bool certificate,
		     const uint8_t *hash, const char *name)
{
	struct handshake_claim claim = { .certificate = certificate };
	bool pinned;

	if (hash)
		memcpy(claim.hash, hash, sizeof(claim.hash));
	if (name && *name)
		claim.names[claim.n_names++] = name;
	return config_peer_by_claim(config, &claim, &pinned) == peer &&
	       pinned == !claim.n_names;
}

static void check_public(const struct config *config, const struct peer *peer)
{
	const struct handshake_settings *h = &config->handshake;
	const struct public_identity *public = peer->public;
	char name[CERTNAME_MAX + 1];

	if (public->has_key)
		demand(h->public_keys && is_owner(config, peer, false, public->key, NULL));
	if (public->has_certificate || *public->name)
		demand(h->certificates && h->credentials.chain &&
		       is_owner(config, peer, true,
				public->has_certificate ? public->certificate : NULL,
				public->name));
	if (*public->name)
		demand(h->credentials.anchors && certname_parse(name, public->name) &&
		       !strcmp(name, public->name));
	demand(h->credentials.key);
}

static void check_peer(const struct config *config, const struct peer *peer)
{
	demand(*peer->name && strlen(peer->name) <= DGSEC_NAME_MAX);
	demand(value_utf8(peer->name, strlen(peer->name), false));
	if (peer->nosec) {
		demand(!*peer->identity && !peer->psk.len && !peer->public);
		demand(peer->endpoint_port && !config_peer_connects(peer));
	} else {
		demand(!*peer->identity == !peer->psk.len && (peer->psk.len || peer->public));
	}
	demand(strlen(peer->identity) <= HANDSHAKE_IDENTITY_MAX);
	demand(!peer->psk.len ||
	       (peer->psk.len >= 16 && peer->psk.len <= handshake_mbedtls.key_max));
	demand(value_unicast(&peer->addr));
	demand(value_in_prefix(&peer->addr, &config->addr, config->prefix_len));
	demand(memcmp(&peer->addr, &config->addr, sizeof(peer->addr)));
	demand(IN6_IS_ADDR_UNSPECIFIED(&peer->service_addr) || value_unicast(&peer->service_addr));
	demand(peer->max_assocs >= 1 && peer->max_assocs <= 64);
	demand(peer->payload);
	check_limits(&peer->limits);
	/* unique, or another one would be found */
	if (peer->psk.len)
		demand(config_peer_by_identity(config, peer->identity) == peer);
	if (peer->public)
		check_public(config, peer);
	demand(config_peer_by_addr(config, &peer->addr) == peer);
}

static void check_handshake(const struct handshake_settings *h)
{
	size_t n = 0;

	demand(h->ciphers[0]);
	for (; n < HANDSHAKE_CIPHERS_MAX && h->ciphers[n]; n++)
		for (size_t i = 0; i < n; i++)
			demand(h->ciphers[i] != h->ciphers[n]);
	demand(h->retransmit_min && h->retransmit_min <= h->retransmit_max);
	demand(h->cid_len <= DGSEC_CID_MAX);
	demand(!h->cid_prefix.len || h->cid_prefix.len < h->cid_len);
}

static void check_config(const struct config *config)
{
	demand(*config->name && strlen(config->name) < IF_NAMESIZE);
	demand(*config->lower && strcmp(config->name, config->lower));
	demand(value_unicast(&config->addr));
	demand(config->prefix_len >= 1 && config->prefix_len <= 128);
	demand(config->service_port && (config->listen.port || config->listen.port4));
	demand(config->handshake_burst && config->half_open_max);
	demand(config->n_peers <= config->max_peers);
	check_handshake(&config->handshake);
	check_limits(&config->limits);
	for (size_t i = 0; i < config->n_peers; i++)
		check_peer(config, config->peers[i]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct mistakes mistakes = { .n = 0 };
	struct config *config;
	char *text, *input;

	/* it ends at its first 0, as a file would */
	text = malloc(size + 1);
	if (!text)
		abort();
	memcpy(text, data, size);
	text[size] = '\0';
	input = strdup(text);

	config = config_parse(text, "keys/", &mistakes);
	if (config) {
		demand(!mistakes.n && !mistakes.out_of_memory);
		check_config(config);
	} else {
		check_mistakes(&mistakes, input);
	}
	config_free(config);
	config_mistakes_free(&mistakes);
	free(input);
	free(text);
	return 0;
}
