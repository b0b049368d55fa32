// SPDX-License-Identifier: GPL-2.0
/*
 * Link-layer security of IEEE 802.15.4 devices: Debian's iwpan has no commands
 * for it. Devices must be in the first network namespace.
 */

#include "netlink.h"
#include "util.h"

#include <linux/netlink.h>
#include <string.h>

static const char usage[] =
	"usage: llsec key DEVICE KEY       a key for data frames, with index 1\n"
	"       llsec peer DEVICE ADDRESS  another device's extended address (8 octets)\n"
	"       llsec level DEVICE LEVEL   secure what is sent: 1 to 3, 5 to 7";

/* Of the family's interface, which has no installed header, what is needed here. */
enum {
	/* commands */
	SET_PARAMS = 37,
	ADD_KEY = 39,
	ADD_DEVICE = 42,
	ADD_LEVEL = 48,		/* what is taken from others */

	/* attributes: octets, where nothing else is said */
	DEVICE_NAME = 1,	/* a string */
	ADDRESS = 5,		/* 8 octets, in the order in which it is written */
	ENABLED = 41,
	LEVEL = 42,		/* of what is sent */
	KEY_MODE = 43,
	KEY_ID = 46,
	FRAME_COUNTER = 47,	/* 32 bits: the lowest that is taken */
	KEY_BYTES = 48,		/* 16 octets */
	KEY_USAGE = 49,		/* a bit for each type of frame */
	FRAME_TYPE = 51,
	LEVELS = 53,		/* a bit for each level */
	OVERRIDE = 54,		/* a device may do otherwise */
	DEVICE_KEY_MODE = 55,	/* 0: any key does */

	/* values */
	MODE_INDEX = 1,		/* of keys: the frame names an index */
	TYPE_DATA = 1,		/* of frames */
};

struct context {
	int fd;
	int family;
	const char *device;
	struct request r;
};

static void begin(struct context *c, int command, int flags)
{
	request_begin(&c->r, c->family, command, flags);
	request_put(&c->r, DEVICE_NAME, c->device, strlen(c->device) + 1);
}

static void put(struct context *c, int type, __u8 value)
{
	request_put(&c->r, type, &value, sizeof(value));
}

static void put_index(struct context *c)
{
	put(c, KEY_MODE, MODE_INDEX);
	put(c, KEY_ID, 1);
}

static void ask(struct context *c, const char *what)
{
	static struct reply reply;

	netlink_ask(c->fd, &c->r, &reply);
	if (reply.error)
		die("%s: %s: %s %s", c->device, what, strerror(reply.error), reply.text);
}

static void add_key(struct context *c, const char *text)
{
	__u8 key[16];

	if (hex_parse(text, key, sizeof(key)) != sizeof(key))
		die("%s: a key is 32 hex digits", text);
	begin(c, ADD_KEY, NLM_F_CREATE | NLM_F_EXCL);
	put_index(c);
	put(c, KEY_USAGE, 1 << TYPE_DATA);
	request_put(&c->r, KEY_BYTES, key, sizeof(key));
	ask(c, "key");

	begin(c, ADD_LEVEL, NLM_F_CREATE | NLM_F_EXCL);
	put(c, FRAME_TYPE, TYPE_DATA);
	put(c, LEVELS, 0xff);
	put(c, OVERRIDE, 0);
	ask(c, "levels that are taken");
}

/* With colons between the octets, or without. */
static void add_peer(struct context *c, const char *text)
{
	__u8 address[8];
	__u32 counter = 0;
	char digits[2 * sizeof(address) + 1];
	size_t n = 0;

	for (const char *p = text; *p && n < sizeof(digits); p++)
		if (*p != ':')
			digits[n++] = *p;
	if (n != sizeof(digits) - 1)
		die("%s: an extended address is 8 octets", text);
	digits[n] = '\0';
	if (hex_parse(digits, address, sizeof(address)) != sizeof(address))
		die("%s: not hex", text);
	begin(c, ADD_DEVICE, NLM_F_CREATE | NLM_F_EXCL);
	request_put(&c->r, ADDRESS, address, sizeof(address));
	request_put(&c->r, FRAME_COUNTER, &counter, sizeof(counter));
	put(c, OVERRIDE, 0);
	put(c, DEVICE_KEY_MODE, 0);
	ask(c, "peer");
}

static void set_level(struct context *c, const char *text)
{
	if (strlen(text) != 1 || !strchr("123567", *text))
		die("%s: no level", text);
	begin(c, SET_PARAMS, 0);
	put(c, ENABLED, 1);
	put_index(c);
	put(c, LEVEL, *text - '0');
	ask(c, "level");
}

static const struct {
	const char *name;
	void (*run)(struct context *c, const char *value);
} verbs[] = {
	{ "key", add_key },
	{ "peer", add_peer },
	{ "level", set_level },
};

int main(int argc, char **argv)
{
	static struct context c;

	for (size_t i = 0; argc == 4 && i < ARRAY_SIZE(verbs); i++) {
		if (strcmp(argv[1], verbs[i].name))
			continue;
		c.device = argv[2];
		c.fd = netlink_open();
		c.family = netlink_family(c.fd, "802.15.4 MAC");
		verbs[i].run(&c, argv[3]);
		return 0;
	}
	die("%s", usage);
}
