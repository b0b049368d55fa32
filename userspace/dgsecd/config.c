// SPDX-License-Identifier: GPL-2.0
#include <search.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config.h"
#include "config_check.h"
#include "config_credentials.h"
#include "config_keys.h"
#include "ini.h"
#include "log.h"
#include "secretfile.h"
#include "value.h"

#define FILE_MAX	(64 << 20)	/* a hundred thousand peers and their comments */

struct parser {
	struct config *config;
	struct mistakes *mistakes;
	unsigned int interface_line;	/* 0: there was none */
	uint64_t interface_given;

	bool in_section;
	/* The section of the lines that follow; NULL: skip them. */
	void *section;
	struct limits *limits;		/* in it */
	const struct config_key *keys;
	unsigned int n_keys;
	uint64_t *given;
};

void config_mistake(struct mistakes *mistakes, unsigned int line, const char *format, ...)
{
	struct mistake *list;
	va_list args;
	char *text;
	int ret;

	va_start(args, format);
	ret = vasprintf(&text, format, args);
	va_end(args);
	list = ret < 0 ? NULL :
	       reallocarray(mistakes->list, mistakes->n + 1, sizeof(*mistakes->list));
	if (!list) {
		mistakes->out_of_memory = true;
		if (ret >= 0)
			free(text);
		return;
	}
	list[mistakes->n].line = line;
	list[mistakes->n++].text = text;
	mistakes->list = list;
}

void config_mistakes_free(struct mistakes *mistakes)
{
	for (size_t i = 0; i < mistakes->n; i++)
		free(mistakes->list[i].text);
	free(mistakes->list);
	memset(mistakes, 0, sizeof(*mistakes));
}

/* What is wrong in values is shown, but it may be long, no text at all, or a key. */
static const char *quote(char out[128], const char *text)
{
	size_t len = strlen(text), shown = len < 24 ? len : 24;

	if (value_like_key(text))
		return "(not shown, as it looks like a key)";
	log_escape(out, 120, text, shown);
	if (shown < len)
		strcat(out, "...");
	return out;
}

/* ---- sections -------------------------------------------------------------- */

static void start_interface(struct parser *p, const struct ini *ini)
{
	if (p->interface_line) {
		config_mistake(p->mistakes, ini->line,
			       "a second [interface] section; the first is in line %u: run one dgsecd for each interface",
			       p->interface_line);
		return;
	}
	p->interface_line = ini->line;
	p->section = p->config;
	p->limits = &p->config->limits;
	p->keys = config_interface_keys;
	p->n_keys = INTERFACE_KEYS;
	p->given = &p->interface_given;
	if (!value_ifname(ini->value))
		config_mistake(p->mistakes, ini->line,
			       "expected a section such as [interface dg0], with a name of 1 to 15 octets of UTF-8 without control characters");
	else
		strcpy(p->config->name, ini->value);
}

static struct peer *add_peer(struct config *config)
{
	struct peer **peers, *peer;

	/* Room is doubled: it is full when the number is a power of two. */
	if (!(config->n_peers & (config->n_peers - 1))) {
		peers = reallocarray(config->peers, config->n_peers ? 2 * config->n_peers : 1,
				     sizeof(*peers));
		if (!peers)
			return NULL;
		config->peers = peers;
	}
	peer = calloc(1, sizeof(*peer));
	if (peer)
		config->peers[config->n_peers++] = peer;
	return peer;
}

static void start_peer(struct parser *p, const struct ini *ini)
{
	size_t len = strlen(ini->value);
	struct peer *peer;

	peer = add_peer(p->config);
	if (!peer) {
		p->mistakes->out_of_memory = true;
		return;
	}
	peer->line = ini->line;
	peer->max_assocs = 4;
	p->section = peer;
	p->limits = &peer->limits;
	p->keys = config_peer_keys;
	p->n_keys = PEER_KEYS;
	p->given = &peer->given;
	if (!len || len > DGSEC_NAME_MAX || !value_utf8(ini->value, len, false))
		config_mistake(p->mistakes, ini->line,
			       "expected a section such as [peer lamp], with a name of 1 to %d octets of UTF-8 without control characters",
			       DGSEC_NAME_MAX);
	else
		strcpy(peer->name, ini->value);
}

static void start_section(struct parser *p, const struct ini *ini)
{
	char name[128];

	p->section = NULL;
	if (!strcmp(ini->name, "interface"))
		start_interface(p, ini);
	else if (!strcmp(ini->name, "peer"))
		start_peer(p, ini);
	else
		config_mistake(p->mistakes, ini->line,
			       "unknown section [%s]: there are [interface NAME] and [peer NAME]",
			       quote(name, ini->name));
}

/* ---- keys ------------------------------------------------------------------ */

static const struct config_key *key_at(const struct parser *p, unsigned int i)
{
	return i < p->n_keys ? &p->keys[i] : &config_limit_keys[i - p->n_keys];
}

static void unknown_key(struct parser *p, const struct ini *ini)
{
	char names[2048] = "", name[128];
	size_t len = 0;

	for (unsigned int i = 0; i < p->n_keys + LIMIT_KEYS && len < sizeof(names); i++)
		len += (size_t)snprintf(names + len, sizeof(names) - len, "%s%s", i ? ", " : "",
					key_at(p, i)->name);
	config_mistake(p->mistakes, ini->line, "unknown key \"%s\" in this section: there are %s",
		       quote(name, ini->name), names);
}

void config_bad_psk(struct mistakes *mistakes, unsigned int line, const char *what,
		    const char *text, unsigned int min)
{
	size_t digits = strspn(text, "0123456789abcdefABCDEF");

	if (text[digits])
		config_mistake(mistakes, line,
			       "%s: expected only hexadecimal digits, found something else at place %zu",
			       what, digits + 1);
	else
		config_mistake(mistakes, line,
			       "%s: expected %u to %zu octets, each two hexadecimal digits, found %zu digit%s",
			       what, min, handshake_mbedtls.key_max, digits,
			       digits == 1 ? "" : "s");
}

static void read_key(struct parser *p, const struct ini *ini)
{
	const struct config_key *key;
	unsigned int i = 0;
	char value[128];

	while (i < p->n_keys + LIMIT_KEYS && strcmp(key_at(p, i)->name, ini->name))
		i++;
	if (i == p->n_keys + LIMIT_KEYS) {
		unknown_key(p, ini);
		return;
	}
	key = key_at(p, i);
	if (*p->given & UINT64_C(1) << i) {
		config_mistake(p->mistakes, ini->line, "%s is given twice in this section",
			       key->name);
		return;
	}
	/* Also when it is wrong: it is not missing then. */
	*p->given |= UINT64_C(1) << i;
	if (key->parse(key, ini->value, i < p->n_keys ? p->section : p->limits)) {
		if (key->read)
			key->read(key, &(struct config_file){ p->config, p->mistakes, ini->line,
							      ini->value }, p->section);
		return;
	}
	if (key->secret)
		config_bad_psk(p->mistakes, ini->line, key->name, ini->value,
			       (unsigned int)key->min);
	else
		config_mistake(p->mistakes, ini->line, "%s: expected %s, found \"%s\"", key->name,
			       key->expected, quote(value, ini->value));
}

/* One key of a section that is known: those of others would only confuse. */
static void read_line(struct parser *p, const struct ini *ini)
{
	if (p->section)
		read_key(p, ini);
	else if (!p->in_section)
		config_mistake(p->mistakes, ini->line,
			       "a key before the first section: start with [interface NAME]");
}

/* ---- the whole ------------------------------------------------------------- */

static void set_defaults(struct config *config)
{
	*config = (struct config) {
		.service_port = 5683,
		.listen.port = 5684,
		.handshake_rate = 100,
		.handshake_burst = 200,
		.handshake_prefix_rate = 1000,
		.handshake_total_rate = 4000,
		.max_peers = 131072,
		.max_assocs = 131072,
		.max_exchanges = 16384,
		.max_peer_exchanges = 4096,
		.half_open_max = 1000,
		/* With the timers below, four flights of ours. */
		.half_open_expiry = 120000,
		/* Twice the maximum segment lifetime: RFC 6347 section 4.2.4. */
		.confirm_expiry = 240000,
		/* Twice the first timer of RFC 7925 section 11, and a little. */
		.confirm_grace = 20000,
		.resume_seconds = 86400,	/* the most that RFC 5246 appendix F.1.4 advises */
		.session_cache = 4 << 20,	/* ten thousand sessions and more */
		.session_tickets = true,
		.payload = DGSEC_PAYLOAD_COAP,
		.handshake = {
			.cid_len = 8,
			.ciphers = { DGSEC_CIPHER_AES_128_CCM_8, DGSEC_CIPHER_AES_128_CCM,
				     DGSEC_CIPHER_AES_128_GCM, DGSEC_CIPHER_AES_256_CCM_8,
				     DGSEC_CIPHER_AES_256_CCM, DGSEC_CIPHER_AES_256_GCM,
				     DGSEC_CIPHER_CHACHA20_POLY1305 },
			/* RFC 7925 section 11: a flight may take seconds on 802.15.4. */
			.retransmit_min = 9000,
			.retransmit_max = 60000,
			/* With its headers no more than the 1280 octets of lowpan0. */
			.mtu = 1152,
			.cookie_seconds = 60,
		},
		/* Compressed to 4 or 8 bits by 6LoWPAN (RFC 6282 section 4.3.3). */
		.connect_ports = { 61616, 61617 },
		.retry_min = 5000,
		.retry_max = 300000,
		.linger = 60000,
		.queue_len = 8,
		.queue_seconds = 60,
		.limits.window = DGSEC_WINDOW_MIN,
		/*
		 * Between CoAP's third and fourth repetition of a request, so
		 * that one may still be answered through a new association.
		 */
		.limits.unanswered_seconds = 10,
	};
}

static int compare_lines(const void *a, const void *b)
{
	const struct mistake *x = a, *y = b;

	return (x->line > y->line) - (x->line < y->line);
}

static struct config *parse(char *text, const char *dir, const char *exposed,
			    struct mistakes *mistakes)
{
	struct parser p = { .mistakes = mistakes };
	struct ini ini;

	p.config = malloc(sizeof(*p.config));
	if (!p.config) {
		mistakes->out_of_memory = true;
		return NULL;
	}
	set_defaults(p.config);
	p.config->dir = dir;

	for (ini_start(&ini, text); ini_next(&ini);) {
		switch (ini.kind) {
		case INI_SECTION:
			p.in_section = true;
			start_section(&p, &ini);
			break;
		case INI_KEY:
			read_line(&p, &ini);
			break;
		case INI_BAD_SECTION:
			p.in_section = true;
			p.section = NULL;
			config_mistake(mistakes, ini.line, "%s", ini.name);
			break;
		case INI_BAD:
			config_mistake(mistakes, ini.line, "%s", ini.name);
			break;
		}
	}

	if (!p.interface_line)
		config_mistake(mistakes, 0, "there is no [interface NAME] section");
	else
		config_check_interface(p.config, mistakes, p.interface_line, p.interface_given);
	config_check_peers(p.config, mistakes, p.interface_given, exposed);
	p.config->handshake.resume_ids = p.config->resume_seconds && p.config->session_cache;
	p.config->handshake.resume_tickets = p.config->resume_seconds && p.config->session_tickets;
	config_check_credentials(p.config, mistakes, p.interface_line);
	p.config->dir = NULL;

	if (!mistakes->n && !mistakes->out_of_memory)
		return p.config;
	if (mistakes->n)
		qsort(mistakes->list, mistakes->n, sizeof(*mistakes->list), compare_lines);
	config_free(p.config);
	return NULL;
}

struct config *config_parse(char *text, const char *dir, struct mistakes *mistakes)
{
	return parse(text, dir, NULL, mistakes);
}

struct config *config_load(const char *path, struct mistakes *mistakes)
{
	const char *slash = strrchr(path, '/'), *exposed;
	struct config *config = NULL;
	char *text, *dir, why[128];

	text = secretfile_read(path, FILE_MAX, &exposed, why, sizeof(why));
	if (!text) {
		config_mistake(mistakes, 0, "cannot be read: %s", why);
		return NULL;
	}
	dir = slash ? strndup(path, (size_t)(slash - path + 1)) : strdup("");
	if (dir)
		config = parse(text, dir, exposed, mistakes);
	else
		mistakes->out_of_memory = true;
	free(dir);
	secretfile_free(text);
	return config;
}

static void keep(void *node)
{
	(void)node;
}

void config_free(struct config *config)
{
	if (!config)
		return;
	tdestroy(config->by_identity, keep);
	tdestroy(config->by_key, keep);
	tdestroy(config->by_certificate, keep);
	tdestroy(config->by_certname, keep);
	tdestroy(config->by_addr, keep);
	tdestroy(config->by_name, keep);
	tdestroy(config->by_endpoint, keep);
	for (size_t i = 0; i < config->n_peers; i++) {
		free(config->peers[i]->public);
		explicit_bzero(config->peers[i], sizeof(*config->peers[i]));
		free(config->peers[i]);
	}
	free(config->peers);
	secretfile_free(config->handshake.credentials.key);
	secretfile_free(config->handshake.credentials.chain);
	secretfile_free(config->handshake.credentials.anchors);
	secretfile_free(config->handshake.credentials.revoked);
	free(config);
}
