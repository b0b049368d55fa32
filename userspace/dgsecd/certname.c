// SPDX-License-Identifier: GPL-2.0
#include <ctype.h>
#include <string.h>

#include "certname.h"
#include "value.h"

static const char *const prefixes[CERTNAME_TYPES] = {
	[CERTNAME_CN] = "cn:",
	[CERTNAME_DNS] = "dns:",
	[CERTNAME_URI] = "uri:",
	[CERTNAME_EUI64] = "eui64:",
};

/* DNS names are the same in upper and lower case, and end with a dot or not. */
static bool make_dns(char *out, const char *text, size_t len)
{
	if (len && text[len - 1] == '.')
		len--;
	for (size_t i = 0; i < len; i++) {
		if (!isalnum((unsigned char)text[i]) && !strchr("-_.", text[i]))
			return false;
		out[i] = (char)tolower((unsigned char)text[i]);
	}
	out[len] = '\0';
	return len;
}

/* RFC 3986 section 2: a URI has printable ASCII only, and no blanks. */
static bool make_uri(char *out, const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (!isgraph((unsigned char)text[i]))
			return false;
	memcpy(out, text, len);
	out[len] = '\0';
	return len;
}

static bool make_cn(char *out, const char *text, size_t len)
{
	if (!value_utf8(text, len, false))
		return false;
	memcpy(out, text, len);
	out[len] = '\0';
	return len;
}

/* Eight octets: 00-24-be-ff-fe-80-4f-f1, with colons, or nothing between them. */
static bool make_eui64(char *out, const char *text, size_t len)
{
	enum { DIGITS = 16 };
	size_t step = len == DIGITS ? 2 : 3;

	if (len != DIGITS && len != DIGITS / 2 * 3 - 1)
		return false;
	for (size_t i = 0; i < len; i++) {
		if (i % step == 2) {
			if ((text[i] != '-' && text[i] != ':') || text[i] != text[2])
				return false;
			continue;
		}
		if (!isxdigit((unsigned char)text[i]))
			return false;
		*out++ = (char)tolower((unsigned char)text[i]);
	}
	*out = '\0';
	return true;
}

bool certname_make(char out[CERTNAME_MAX + 1], enum certname_type type, const void *text,
		   size_t len)
{
	static bool (*const make[CERTNAME_TYPES])(char *out, const char *text, size_t len) = {
		[CERTNAME_CN] = make_cn,
		[CERTNAME_DNS] = make_dns,
		[CERTNAME_URI] = make_uri,
		[CERTNAME_EUI64] = make_eui64,
	};
	size_t prefix = strlen(prefixes[type]);

	if (len > CERTNAME_MAX - prefix || memchr(text, 0, len))
		return false;
	memcpy(out, prefixes[type], prefix);
	return make[type](out + prefix, text, len);
}

bool certname_parse(char out[CERTNAME_MAX + 1], const char *text)
{
	size_t prefix;

	for (unsigned int i = 0; i < CERTNAME_TYPES; i++) {
		prefix = strlen(prefixes[i]);
		if (!strncmp(text, prefixes[i], prefix))
			return certname_make(out, (enum certname_type)i, text + prefix,
					     strlen(text + prefix));
	}
	return false;
}
