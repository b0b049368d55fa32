/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Names in certificates, in one form that can be compared: "cn:lamp",
 * "dns:lamp.example", "uri:urn:dev:mac:0024befffe804ff1",
 * "eui64:0024befffe804ff1". The type is part of a name: an authority that lets
 * its customers choose a common name has not checked that they own the domain
 * of the same text.
 */
#ifndef DGSECD_CERTNAME_H
#define DGSECD_CERTNAME_H

#include <stdbool.h>
#include <stddef.h>

enum { CERTNAME_MAX = 255 };

enum certname_type {
	CERTNAME_CN,			/* common name of the subject */
	CERTNAME_DNS,			/* subjectAltName dNSName */
	CERTNAME_URI,			/* subjectAltName uniformResourceIdentifier */
	CERTNAME_EUI64,			/* the same, an EUI-64: RFC 7925 section 4.4.2 */
	CERTNAME_TYPES,
};

/* False: it is no such name, or not one that can be written down. */
bool certname_make(char out[CERTNAME_MAX + 1], enum certname_type type, const void *text,
		   size_t len);

/* From the configuration: TYPE:TEXT. */
bool certname_parse(char out[CERTNAME_MAX + 1], const char *text);

#endif
