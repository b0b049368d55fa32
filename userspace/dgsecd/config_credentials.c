// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <mbedtls/base64.h>
#include <mbedtls/sha256.h>

#include "array.h"
#include "config_check.h"
#include "config_credentials.h"
#include "log.h"
#include "secretfile.h"
#include "value.h"
#include "x509.h"

#define PSK_FILE_MAX	4096
#define PEM_FILE_MAX	(4 << 20)	/* lists of revoked certificates are long */
#define NI_PREFIX	"ni:///sha-256;"

enum { NI_DIGITS = 43, SPKI_MAX = 256 };

/* ---- files ----------------------------------------------------------------- */

/* NULL: the mistake is noted. */
static char *read_file(const struct config_key *key, const struct config_file *file, size_t max,
		       bool secret, char shown[256])
{
	char *(*read)(const char *path, size_t size, const char **exposed, char *why,
		      size_t why_size) = secret ? secretfile_read : secretfile_read_public;
	const char *exposed;
	char *path, *text, why[128];

	if (asprintf(&path, "%s%s", *file->name == '/' ? "" : file->config->dir,
		     file->name) < 0) {
		file->mistakes->out_of_memory = true;
		return NULL;
	}
	log_escape(shown, 256, path, strlen(path));
	if (value_like_key(path))
		strcpy(shown, "(not shown, as it looks like a key)");
	text = read(path, max, &exposed, why, sizeof(why));
	if (!text)
		config_mistake(file->mistakes, file->line, "%s %s: %s", key->name, shown, why);
	else if (exposed)
		config_mistake(file->mistakes, file->line, "%s %s holds %s, but %s", key->name,
			       shown, secret ? "a key" : "what we trust", exposed);
	free(path);
	if (text && exposed) {
		secretfile_free(text);
		text = NULL;
	}
	return text;
}

void config_read_psk(const struct config_key *key, const struct config_file *file, void *section)
{
	const struct config_key *psk = &config_peer_keys[PEER_PSK];
	char shown[256], *text = read_file(key, file, PSK_FILE_MAX, true, shown);

	if (!text)
		return;
	text[strcspn(text, " \t\r\n")] = '\0';
	if (!psk->parse(psk, text, section))
		config_bad_psk(file->mistakes, file->line, key->name, text,
			       (unsigned int)psk->min);
	secretfile_free(text);
}

/* Kept as text, since each library reads it in its own way; mbedTLS here, as a test. */
static void read_pem(const struct config_key *key, const struct config_file *file, bool secret,
		     const char *(*add)(struct x509 *x509, const char *pem), char **out)
{
	char shown[256], *text = read_file(key, file, PEM_FILE_MAX, secret, shown);
	const char *wrong;
	struct x509 x509;

	if (!text)
		return;
	x509_init(&x509);
	wrong = add(&x509, text);
	x509_free(&x509);
	if (wrong) {
		config_mistake(file->mistakes, file->line, "%s %s: %s", key->name, shown, wrong);
		secretfile_free(text);
		return;
	}
	*out = text;
}

void config_read_key(const struct config_key *key, const struct config_file *file, void *section)
{
	struct config *config = section;

	read_pem(key, file, true, x509_add_key, &config->handshake.credentials.key);
}

void config_read_chain(const struct config_key *key, const struct config_file *file, void *section)
{
	struct config *config = section;

	read_pem(key, file, false, x509_add_chain, &config->handshake.credentials.chain);
}

void config_read_anchors(const struct config_key *key, const struct config_file *file,
			 void *section)
{
	struct config *config = section;

	read_pem(key, file, false, x509_add_anchors, &config->handshake.credentials.anchors);
}

void config_read_revoked(const struct config_key *key, const struct config_file *file,
			 void *section)
{
	struct config *config = section;

	read_pem(key, file, false, x509_add_revoked, &config->handshake.credentials.revoked);
}

/* ---- values ---------------------------------------------------------------- */

static struct public_identity *public_of(struct peer *peer)
{
	if (!peer->public)
		peer->public = calloc(1, sizeof(*peer->public));
	return peer->public;
}

static bool set_key(struct peer *peer, const uint8_t hash[HANDSHAKE_HASH])
{
	struct public_identity *public = public_of(peer);

	if (!public)
		return false;
	memcpy(public->key, hash, HANDSHAKE_HASH);
	public->has_key = true;
	return true;
}

void config_read_public_key(const struct config_key *key, const struct config_file *file,
			    void *section)
{
	char shown[256], *text = read_file(key, file, PSK_FILE_MAX, false, shown);
	uint8_t hash[HANDSHAKE_HASH];

	if (!text)
		return;
	if (!x509_public_key_hash_pem(text, hash))
		config_mistake(file->mistakes, file->line,
			       "%s %s: no public key of an elliptic curve in PEM (\"-----BEGIN PUBLIC KEY-----\")",
			       key->name, shown);
	else if (!set_key(section, hash))
		file->mistakes->out_of_memory = true;
	secretfile_free(text);
}

/* RFC 6920 section 3: base64url without padding, of all 256 bits. */
static bool parse_ni(const char *text, uint8_t hash[HANDSHAKE_HASH])
{
	char copy[NI_DIGITS + 2];
	size_t len;

	if (strlen(text) != NI_DIGITS || strpbrk(text, "+/"))
		return false;
	for (size_t i = 0; i < NI_DIGITS; i++)
		copy[i] = text[i] == '-' ? '+' : text[i] == '_' ? '/' : text[i];
	copy[NI_DIGITS] = '=';
	return !mbedtls_base64_decode(hash, HANDSHAKE_HASH, &len, (const unsigned char *)copy,
				      NI_DIGITS + 1) && len == HANDSHAKE_HASH;
}

void config_ni(char out[CONFIG_NI_MAX], const uint8_t hash[HANDSHAKE_HASH])
{
	char *digits = stpcpy(out, NI_PREFIX);
	unsigned char base64[NI_DIGITS + 2];
	size_t len;

	mbedtls_base64_encode(base64, sizeof(base64), &len, hash, HANDSHAKE_HASH);
	for (size_t i = 0; i < NI_DIGITS; i++)
		digits[i] = base64[i] == '+' ? '-' : base64[i] == '/' ? '_' : (char)base64[i];
	digits[NI_DIGITS] = '\0';
}

bool config_parse_public_key(const struct config_key *key, const char *text, void *section)
{
	uint8_t hash[HANDSHAKE_HASH], spki[SPKI_MAX];
	size_t len;

	(void)key;
	if (!strncmp(text, NI_PREFIX, strlen(NI_PREFIX)))
		return parse_ni(text + strlen(NI_PREFIX), hash) && set_key(section, hash);
	return !mbedtls_base64_decode(spki, sizeof(spki), &len, (const unsigned char *)text,
				      strlen(text)) &&
	       x509_public_key_hash(spki, len, hash) && set_key(section, hash);
}

bool config_parse_certificate_identity(const struct config_key *key, const char *text,
				       void *section)
{
	struct public_identity *public = public_of(section);

	(void)key;
	return public && certname_parse(public->name, text);
}

bool config_parse_fingerprint(const struct config_key *key, const char *text, void *section)
{
	struct public_identity *public = public_of(section);
	char digits[2 * HANDSHAKE_HASH + 1];
	size_t n = 0, len = HANDSHAKE_HASH;

	(void)key;
	for (size_t i = 0; text[i]; i++) {
		if (text[i] == ':' && i % 3 == 2)
			continue;
		if (n == sizeof(digits) - 1)
			return false;
		digits[n++] = text[i];
	}
	digits[n] = '\0';
	if (!public || !value_hex(digits, public->certificate, &len) || len != HANDSHAKE_HASH)
		return false;
	public->has_certificate = true;
	return true;
}

/* ---- the whole ------------------------------------------------------------- */

static void check_own(const struct handshake_settings *settings, struct mistakes *mistakes,
		      unsigned int line)
{
	const struct handshake_credentials *own = &settings->credentials;
	struct x509 x509;

	if ((settings->public_keys || settings->certificates) && !own->key)
		config_mistake(mistakes, line,
			       "private-key-file is missing in this section: peers with a public key or a certificate want ours");
	if (settings->certificates && !own->chain)
		config_mistake(mistakes, line,
			       "certificate-file is missing in this section: peers with a certificate want ours");
	if (own->revoked && !own->anchors)
		config_mistake(mistakes, line, "there is a crl-file, but no ca-file");
	if (!own->key || !own->chain)
		return;
	x509_init(&x509);
	if (!x509_load(&x509, own) && !x509_match(&x509))
		config_mistake(mistakes, line,
			       "private-key-file is not the key of the first certificate in certificate-file");
	x509_free(&x509);
}

static int hash_trust(const struct handshake_credentials *from, uint8_t hash[HANDSHAKE_HASH])
{
	const char *const texts[] = { from->anchors, from->revoked };
	mbedtls_sha256_context sha256;
	int ret;

	mbedtls_sha256_init(&sha256);
	ret = mbedtls_sha256_starts(&sha256, 0);
	/* With the 0 at its end, so that nothing can move from one to the other. */
	for (size_t i = 0; !ret && i < ARRAY_SIZE(texts); i++)
		ret = mbedtls_sha256_update(&sha256, (const uint8_t *)(texts[i] ? texts[i] : ""),
					    texts[i] ? strlen(texts[i]) + 1 : 1);
	if (!ret)
		ret = mbedtls_sha256_finish(&sha256, hash);
	mbedtls_sha256_free(&sha256);
	return ret;
}

void config_check_credentials(struct config *config, struct mistakes *mistakes, unsigned int line)
{
	struct handshake_settings *settings = &config->handshake;
	bool psk = false, named = false;

	/* What is wrong by itself is enough for now. */
	for (size_t i = 0; i < config->n_peers; i++) {
		const struct peer *peer = config->peers[i];
		const struct public_identity *public = peer->public;

		psk = psk || peer->psk.len;
		named = named || (public && *public->name);
		if (public && public->has_key)
			settings->public_keys = true;
		if (public && (public->has_certificate || *public->name))
			settings->certificates = true;
	}
	if (hash_trust(&settings->credentials, config->trust))
		mistakes->out_of_memory = true;
	/* Without any, strangers get the same answer as ever. */
	settings->no_psk = !psk && (settings->public_keys || settings->certificates);
	if (mistakes->n)
		return;
	check_own(settings, mistakes, line);
	if (named && !settings->credentials.anchors)
		config_mistake(mistakes, line,
			       "ca-file is missing in this section: nobody vouches for certificate-identity of peers");
}
