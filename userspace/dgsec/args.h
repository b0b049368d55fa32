/* SPDX-License-Identifier: GPL-2.0 */
/* Reading the command line: words, numbers, addresses, "keyword value" pairs. */
#ifndef DGSEC_ARGS_H
#define DGSEC_ARGS_H

#include <libdgsec.h>

/* What is left of the command line. Functions that return int return 0, or -1
 * with a text for the user in @error.
 */
struct args {
	int argc;
	char **argv;
	char error[256];
};

struct keyword {
	const char *name;
	const char *expect;	/* "a number", for messages; NULL: takes no value */
	int (*parse)(struct args *a, const struct keyword *kw,
		     const char *value, void *obj);
	uint16_t offset;	/* of the member in obj */
	uint8_t size;		/* of a number, in octets */
	uint8_t attr;		/* its bit in obj->has; 0: none */
	bool required;
	uint64_t min, max;
	uint64_t multiple;	/* 0 is 1 */
	uint32_t (*value)(const char *name);	/* of an enumeration */
};

#define KEYWORD_NUMBER(word, type, member, bit, lo, hi)			\
	.name = (word), .expect = "a number", .parse = args_parse_number, \
	.offset = offsetof(type, member),				\
	.size = sizeof(((type *)0)->member),				\
	.attr = (bit), .min = (lo), .max = (hi)

#define KEYWORD_ENUM(word, type, member, bit, lookup, text)		\
	.name = (word), .expect = (text), .parse = args_parse_enum,	\
	.offset = offsetof(type, member), .attr = (bit), .value = (lookup)

#define KEYWORD_CID(word, type, member, bit)				\
	.name = (word), .expect = "1 to 32 octets in hexadecimal",	\
	.parse = args_parse_cid, .offset = offsetof(type, member),	\
	.attr = (bit)

#define KEYWORD_FLAG(word, bit)						\
	.name = (word), .attr = (bit)

const char *args_peek(const struct args *a);
const char *args_next(struct args *a);
bool args_option(struct args *a, const char *name);
int args_done(struct args *a);
int args_keywords(struct args *a, const struct keyword *table, size_t count,
		  void *obj);
__attribute__((format(printf, 2, 3)))
int args_error(struct args *a, const char *fmt, ...);

/* Parsers of values for keywords. */
int args_parse_number(struct args *a, const struct keyword *kw,
		      const char *value, void *obj);
int args_parse_enum(struct args *a, const struct keyword *kw,
		    const char *value, void *obj);
int args_parse_word(struct args *a, const struct keyword *kw,
		    const char *value, void *obj);

int args_parse_cid(struct args *a, const struct keyword *kw,
		   const char *value, void *obj);

/* Exactly 2 * @len hexadecimal digits, of @digits that are there. */
int args_hex(const char *text, size_t digits, uint8_t *to, size_t len);

/* Single values. @what is how messages call it. */
int args_number(struct args *a, const char *what, const char *text,
		uint64_t min, uint64_t max, uint64_t *out);
int args_addr(struct args *a, const char *what, const char *text,
	      struct in6_addr *addr);
int args_endpoint(struct args *a, const char *what, const char *text,
		  struct in6_addr *addr, uint16_t *port);
int args_peer(struct args *a, const char *text, struct dgsec_peer *key);

/* Which parts of a service were given. */
enum service_part {
	SERVICE_ADDR = 1,
	SERVICE_PORT = 2,
	SERVICE_AUTO = 4,
};

int args_service(struct args *a, const char *what, const char *text,
		 struct in6_addr *addr, uint16_t *port, unsigned int *parts);
int args_bind(struct args *a, const char *what, const char *text,
	      struct in6_addr *addr, uint16_t *port);

#endif /* DGSEC_ARGS_H */
