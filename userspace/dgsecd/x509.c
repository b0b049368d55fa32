// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include <mbedtls/oid.h>
#include <mbedtls/sha256.h>

#include "array.h"
#include "certname.h"
#include "x509.h"

void x509_init(struct x509 *x509)
{
	memset(x509, 0, sizeof(*x509));
	mbedtls_pk_init(&x509->key);
	mbedtls_x509_crt_init(&x509->chain);
	mbedtls_x509_crt_init(&x509->anchors);
	mbedtls_x509_crl_init(&x509->revoked);
}

void x509_free(struct x509 *x509)
{
	mbedtls_pk_free(&x509->key);
	mbedtls_x509_crt_free(&x509->chain);
	mbedtls_x509_crt_free(&x509->anchors);
	mbedtls_x509_crl_free(&x509->revoked);
}

static int get_random(void *arg, unsigned char *out, size_t len)
{
	(void)arg;
	return getrandom(out, len, 0) == (ssize_t)len ? 0 : MBEDTLS_ERR_PK_BAD_INPUT_DATA;
}

/* ---- reading --------------------------------------------------------------- */

/* The library wants the 0 at the end counted. */
static size_t size_of(const char *pem)
{
	return strlen(pem) + 1;
}

static bool is_ec(const mbedtls_pk_context *key)
{
	return mbedtls_pk_get_type(key) == MBEDTLS_PK_ECKEY;
}

const char *x509_add_key(struct x509 *x509, const char *pem)
{
	int ret = mbedtls_pk_parse_key(&x509->key, (const unsigned char *)pem, size_of(pem), NULL,
				       0, get_random, NULL);

	if (ret == MBEDTLS_ERR_PK_PASSWORD_REQUIRED || ret == MBEDTLS_ERR_PK_PASSWORD_MISMATCH)
		return "it is encrypted, and there is nobody to ask for its password";
	if (ret)
		return "no private key in PEM (\"-----BEGIN PRIVATE KEY-----\")";
	if (!is_ec(&x509->key))
		return "not a key of an elliptic curve, such as secp256r1";
	x509->have_key = true;
	return NULL;
}

/* The library counts what it could not read, and goes on. */
static const char *certificates(mbedtls_x509_crt *list, const char *pem)
{
	int ret = mbedtls_x509_crt_parse(list, (const unsigned char *)pem, size_of(pem));

	if (ret > 0)
		return "a certificate in it cannot be read";
	return ret ? "no certificate in PEM (\"-----BEGIN CERTIFICATE-----\")" : NULL;
}

const char *x509_add_chain(struct x509 *x509, const char *pem)
{
	const char *wrong = certificates(&x509->chain, pem);

	if (!wrong && !is_ec(&x509->chain.pk))
		wrong = "the first certificate is not for a key of an elliptic curve";
	x509->have_chain = !wrong;
	return wrong;
}

const char *x509_add_anchors(struct x509 *x509, const char *pem)
{
	return certificates(&x509->anchors, pem);
}

const char *x509_add_revoked(struct x509 *x509, const char *pem)
{
	if (mbedtls_x509_crl_parse(&x509->revoked, (const unsigned char *)pem, size_of(pem)))
		return "no list of revoked certificates in PEM (\"-----BEGIN X509 CRL-----\")";
	x509->have_revoked = true;
	return NULL;
}

bool x509_match(const struct x509 *x509)
{
	return !mbedtls_pk_check_pair(&x509->chain.pk, &x509->key, get_random, NULL);
}

int x509_load(struct x509 *x509, const struct handshake_credentials *from)
{
	if ((from->key && x509_add_key(x509, from->key)) ||
	    (from->chain && x509_add_chain(x509, from->chain)) ||
	    (from->anchors && x509_add_anchors(x509, from->anchors)) ||
	    (from->revoked && x509_add_revoked(x509, from->revoked)))
		return -EINVAL;
	return 0;
}

int x509_configure(struct x509 *x509, mbedtls_ssl_config *conf)
{
	/* No list of authorities in the request: a device has one certificate. */
	mbedtls_ssl_conf_cert_req_ca_list(conf, MBEDTLS_SSL_CERT_REQ_CA_LIST_DISABLED);
	mbedtls_ssl_conf_authmode(conf, MBEDTLS_SSL_VERIFY_REQUIRED);
	mbedtls_ssl_conf_ca_chain(conf, &x509->anchors,
				  x509->have_revoked ? &x509->revoked : NULL);
	return mbedtls_ssl_conf_own_cert(conf, &x509->chain, &x509->key);
}

static bool hash_key(mbedtls_pk_context *key, uint8_t hash[HANDSHAKE_HASH])
{
	unsigned char der[512];
	int len;

	if (!is_ec(key))
		return false;
	/* It is written to the end of the room. */
	len = mbedtls_pk_write_pubkey_der(key, der, sizeof(der));
	return len > 0 && !mbedtls_sha256(der + sizeof(der) - len, (size_t)len, hash, 0);
}

static bool public_key_hash(const uint8_t *data, size_t len, uint8_t hash[HANDSHAKE_HASH])
{
	mbedtls_pk_context key;
	bool ok;

	mbedtls_pk_init(&key);
	ok = !mbedtls_pk_parse_public_key(&key, data, len) && hash_key(&key, hash);
	mbedtls_pk_free(&key);
	return ok;
}

bool x509_public_key_hash(const uint8_t *der, size_t len, uint8_t hash[HANDSHAKE_HASH])
{
	return public_key_hash(der, len, hash);
}

bool x509_public_key_hash_pem(const char *pem, uint8_t hash[HANDSHAKE_HASH])
{
	return public_key_hash((const uint8_t *)pem, size_of(pem), hash);
}

/* ---- names ----------------------------------------------------------------- */

struct names {
	struct handshake_claim *claim;
	char text[HANDSHAKE_NAMES_MAX][CERTNAME_MAX + 1];
};

static void add_name(struct names *names, enum certname_type type, const mbedtls_x509_buf *from)
{
	size_t n = names->claim->n_names;

	if (n == HANDSHAKE_NAMES_MAX || !certname_make(names->text[n], type, from->p, from->len))
		return;
	names->claim->names[n] = names->text[n];
	names->claim->n_names++;
}

static void add_common_name(struct names *names, const mbedtls_x509_crt *crt)
{
	const mbedtls_x509_name *at = &crt->subject;
	const mbedtls_x509_buf *last = NULL;

	/* RFC 7925 section 4.4.2: the leftmost, as it is written; in the octets the last. */
	for (; at; at = at->next)
		if (at->oid.len == strlen(MBEDTLS_OID_AT_CN) && at->oid.p &&
		    !memcmp(at->oid.p, MBEDTLS_OID_AT_CN, at->oid.len))
			last = &at->val;
	if (!last || (last->tag != MBEDTLS_ASN1_UTF8_STRING &&
		      last->tag != MBEDTLS_ASN1_PRINTABLE_STRING &&
		      last->tag != MBEDTLS_ASN1_IA5_STRING))
		return;
	add_name(names, CERTNAME_CN, last);
	add_name(names, CERTNAME_EUI64, last);
}

static void add_alternative_names(struct names *names, const mbedtls_x509_crt *crt)
{
	const mbedtls_x509_sequence *at = &crt->subject_alt_names;
	mbedtls_x509_subject_alternative_name san;

	for (; at && at->buf.p; at = at->next) {
		if (mbedtls_x509_parse_subject_alt_name(&at->buf, &san))
			continue;
		if (san.type == MBEDTLS_X509_SAN_DNS_NAME)
			add_name(names, CERTNAME_DNS, &san.san.unstructured_name);
		else if (san.type == MBEDTLS_X509_SAN_UNIFORM_RESOURCE_IDENTIFIER)
			add_name(names, CERTNAME_URI, &san.san.unstructured_name);
		mbedtls_x509_free_subject_alt_name(&san);
	}
}

/* ---- verifying ------------------------------------------------------------- */

static bool same(const mbedtls_x509_buf *a, const mbedtls_x509_buf *b)
{
	return a->len == b->len && !memcmp(a->p, b->p, a->len);
}

/* The library passes over a certificate for whose issuer there is no list. */
static bool lacks_list(const struct x509 *own, const mbedtls_x509_crt *crt)
{
	const mbedtls_x509_crl *crl;
	const mbedtls_x509_crt *anchor;

	if (!own->have_revoked)
		return false;
	for (anchor = &own->anchors; anchor; anchor = anchor->next)
		if (same(&anchor->raw, &crt->raw))
			return false;
	for (crl = &own->revoked; crl; crl = crl->next)
		if (same(&crl->issuer_raw, &crt->issuer_raw))
			return false;
	return true;
}

static int64_t seconds(const mbedtls_x509_time *from)
{
	struct tm tm = {
		.tm_year = from->year - 1900,
		.tm_mon = from->mon - 1,
		.tm_mday = from->day,
		.tm_hour = from->hour,
		.tm_min = from->min,
		.tm_sec = from->sec,
	};

	return timegm(&tm);
}

/* When it has to be looked at again, and not before those above it. */
static void limit(struct x509_check *check, const mbedtls_x509_crt *crt)
{
	const mbedtls_x509_crl *crl = check->own->have_revoked ? &check->own->revoked : NULL;
	int64_t end = seconds(&crt->valid_to);

	if (!check->until || end < check->until)
		check->until = end;
	for (; crl; crl = crl->next) {
		end = seconds(&crl->next_update);
		/* Without one: year 0. */
		if (crl->next_update.year && end < check->until)
			check->until = end;
	}
}

static enum handshake_trust claim(const struct x509_check *check, const mbedtls_x509_crt *crt)
{
	struct handshake_claim claim = { .certificate = true, .until = check->until };
	struct names names = { .claim = &claim };

	if (mbedtls_sha256(crt->raw.p, crt->raw.len, claim.hash, 0))
		return HANDSHAKE_STRANGER;
	add_common_name(&names, crt);
	add_alternative_names(&names, crt);
	return check->events->claim(check->user, &claim);
}

/* From the trust anchor, if there is one, down to the client's own at depth 0. */
int x509_verify(void *arg, mbedtls_x509_crt *crt, int depth, uint32_t *flags)
{
	struct x509_check *check = arg;

	/* The alert certificate_expired also is for one that is not valid yet. */
	if (*flags & MBEDTLS_X509_BADCERT_FUTURE)
		*flags |= MBEDTLS_X509_BADCERT_EXPIRED;
	if (lacks_list(check->own, crt))
		*flags |= MBEDTLS_X509_BADCRL_NOT_TRUSTED;
	limit(check, crt);
	if (depth) {
		check->issuers |= *flags;
		*flags = 0;
		return 0;
	}

	switch (claim(check, crt)) {
	case HANDSHAKE_PINNED:
		*flags &= MBEDTLS_X509_BADCERT_EXPIRED | MBEDTLS_X509_BADCERT_FUTURE |
			  MBEDTLS_X509_BADCERT_REVOKED | MBEDTLS_X509_BADCERT_BAD_KEY;
		break;
	case HANDSHAKE_KNOWN:
		*flags |= check->issuers;
		break;
	case HANDSHAKE_STRANGER:
		*flags |= check->issuers;
		/* The alert is access_denied then: only for who is not refused anyway. */
		if (!*flags)
			*flags = MBEDTLS_X509_BADCERT_OTHER;
		break;
	}
	check->issuers = 0;
	check->until = 0;
	return 0;
}

enum handshake_failure x509_failure(uint32_t flags)
{
	static const struct {
		uint32_t flags;
		enum handshake_failure failure;
	} rows[] = {
		{ MBEDTLS_X509_BADCERT_NOT_TRUSTED, HANDSHAKE_UNTRUSTED },
		{ MBEDTLS_X509_BADCERT_REVOKED, HANDSHAKE_REVOKED },
		{ MBEDTLS_X509_BADCERT_EXPIRED | MBEDTLS_X509_BADCERT_FUTURE, HANDSHAKE_EXPIRED },
		{ MBEDTLS_X509_BADCRL_NOT_TRUSTED | MBEDTLS_X509_BADCRL_EXPIRED |
		  MBEDTLS_X509_BADCRL_FUTURE | MBEDTLS_X509_BADCRL_BAD_MD |
		  MBEDTLS_X509_BADCRL_BAD_PK | MBEDTLS_X509_BADCRL_BAD_KEY, HANDSHAKE_BAD_CRL },
		{ MBEDTLS_X509_BADCERT_KEY_USAGE | MBEDTLS_X509_BADCERT_EXT_KEY_USAGE |
		  MBEDTLS_X509_BADCERT_NS_CERT_TYPE, HANDSHAKE_BAD_USAGE },
		{ MBEDTLS_X509_BADCERT_OTHER, HANDSHAKE_UNKNOWN_CERTIFICATE },
	};

	/* All set: it did not come to a verification. */
	for (size_t i = 0; flags != UINT32_MAX && i < ARRAY_SIZE(rows); i++)
		if (flags & rows[i].flags)
			return rows[i].failure;
	return HANDSHAKE_BAD_CERTIFICATE;
}
