// SPDX-License-Identifier: GPL-2.0
/* Only peers that are what they were when the file was written are known. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../../tests/ktap.h"
#include "array.h"
#include "config.h"
#include "fingerprint.h"

#define IFACE	"[interface dg0]\nlower = lowpan0\naddress = fd00:d9::1/64\n"
#define A	"[peer a]\nidentity = ia\npsk = 000102030405060708090a0b0c0d0e0f\naddress = fd00:d9::a\n"
#define B	"[peer b]\nidentity = ib\npsk = 101112131415161718191a1b1c1d1e1f\naddress = fd00:d9::b\n"

static char path[64];

static struct config *parse(const char *text)
{
	struct mistakes mistakes = { .n = 0 };
	char *copy = strdup(text);
	struct config *config = config_parse(copy, "", &mistakes);

	config_mistakes_free(&mistakes);
	free(copy);
	if (!config)
		abort();
	return config;
}

static char *read_file(void)
{
	static char text[4096];
	FILE *in = fopen(path, "r");
	size_t len = in ? fread(text, 1, sizeof(text) - 1, in) : 0;

	text[len] = '\0';
	if (in)
		fclose(in);
	return text;
}

static void write_file(const char *text)
{
	FILE *out = fopen(path, "w");

	if (!out || fputs(text, out) < 0 || fclose(out))
		abort();
}

/* A daemon with these peers in the kernel. */
static int store(const char *text, uint32_t id_a, uint32_t id_b)
{
	struct config *config = parse(text);
	int ret;

	config->peers[0]->id = id_a;
	config->peers[1]->id = id_b;
	ret = fingerprint_store(config);
	if (!ret && (config->peers[0]->known != !!id_a || config->peers[1]->known != !!id_b))
		ret = -EPROTO;
	config_free(config);
	return ret;
}

/* The next one: bit 0 is set if its first peer is known, and so on; -1: no file. */
static int load(const char *text)
{
	struct config *config = parse(text);
	char why[256];
	int ret = fingerprint_load(config, why, sizeof(why)) ? -1 : 0;

	for (size_t i = 0; i < config->n_peers; i++) {
		if (ret < 0 && config->peers[i]->known)
			ret = -2;
		if (ret >= 0 && config->peers[i]->known)
			ret |= 1 << i;
	}
	config_free(config);
	return ret;
}

static const struct {
	const char *what;
	const char *text;
	int known;
} changes[] = {
	{ "nothing has changed", IFACE A B, 3 },
	{ "another order", IFACE B A, 3 },
	{ "a peer more", IFACE A B
		"[peer c]\nidentity = ic\npsk = 000102030405060708090a0b0c0d0e0f\n", 3 },
	{ "a peer less", IFACE B, 1 },
	{ "other settings", IFACE A "mark = 7\n" B "max-assocs = 2\n", 3 },
	{ "another key", IFACE
		"[peer a]\nidentity = ia\npsk = 000102030405060708090a0b0c0d0e0e\naddress = fd00:d9::a\n"
		B, 2 },
	{ "a longer key", IFACE
		"[peer a]\nidentity = ia\npsk = 000102030405060708090a0b0c0d0e0f00\naddress = fd00:d9::a\n"
		B, 2 },
	{ "another identity", IFACE
		"[peer a]\nidentity = ix\npsk = 000102030405060708090a0b0c0d0e0f\naddress = fd00:d9::a\n"
		B, 2 },
	{ "another name", IFACE
		"[peer x]\nidentity = ia\npsk = 000102030405060708090a0b0c0d0e0f\naddress = fd00:d9::a\n"
		B, 2 },
	{ "another address", IFACE
		"[peer a]\nidentity = ia\npsk = 000102030405060708090a0b0c0d0e0f\naddress = fd00:d9::c\n"
		B, 2 },
	{ "addresses exchanged", IFACE
		"[peer a]\nidentity = ia\npsk = 000102030405060708090a0b0c0d0e0f\naddress = fd00:d9::b\n"
		"[peer b]\nidentity = ib\npsk = 101112131415161718191a1b1c1d1e1f\naddress = fd00:d9::a\n",
		0 },
};

static void test_damage(void)
{
	char *good = strdup(read_file()), *bad = strdup(good);
	size_t len = strlen(good), at;
	unsigned int wrong = 0;

	/* Whatever is changed: the file is refused, or a peer is not known any more. */
	for (at = 0; at < len; at++) {
		strcpy(bad, good);
		bad[at] = bad[at] == '0' ? '1' : '0';
		write_file(bad);
		wrong += load(IFACE A B) == 3;
	}
	/* Cut off anywhere, but behind its last line. */
	for (at = 0; at < len; at++) {
		strcpy(bad, good);
		bad[at] = '\0';
		write_file(bad);
		wrong += load(IFACE A B) == 3;
	}
	ktap_test(!wrong, "every octet of the file changed, and cut off there");
	write_file("");
	ktap_test(load(IFACE A B) == -1, "an empty file is refused");
	strcpy(bad, good);
	strchr(bad, '\n')[1] = 'x';
	write_file(bad);
	ktap_test(load(IFACE A B) == -1, "one with a bad line is refused as a whole");
	write_file(good);
	ktap_test(load(IFACE A B) == 3, "the good one is not");
	free(good);
	free(bad);
}

int main(void)
{
	char dir[] = "/tmp/dgsecd-test-XXXXXX", first[4096];
	struct stat st;

	ktap_begin();
	if (!mkdtemp(dir)) {
		ktap_test(false, "a directory for files");
		return ktap_end();
	}
	snprintf(path, sizeof(path), "%s/peers", dir);
	fingerprint_set_file(path);

	ktap_test(load(IFACE A B) == -1, "no file: no peer is known");
	ktap_test(!store(IFACE A B, 1, 2), "the file is written");
	ktap_test(!stat(path, &st) && (st.st_mode & 07777) == 0600, "for its owner only");
	strcpy(first, read_file());
	ktap_test(!strstr(first, "0001020304") && !strstr(first, "1011121314") &&
		  !strstr(first, "ia"), "no key and no identity is in it");
	for (size_t i = 0; i < ARRAY_SIZE(changes); i++)
		ktap_test(load(changes[i].text) == changes[i].known, "%s", changes[i].what);

	ktap_test(!store(IFACE A B, 1, 2) && strcmp(first, read_file()),
		  "it is another one each time");
	test_damage();
	chmod(path, 0604);
	ktap_test(load(IFACE A B) == -1, "one that others can read is refused");
	ktap_test(!store(IFACE A B, 1, 0) && load(IFACE A B) == 1,
		  "a peer that the kernel has not is not known");

	/* A directory in the place of the new file: it cannot be written. */
	snprintf(first, sizeof(first), "%s.new", path);
	mkdir(first, 0700);
	ktap_test(store(IFACE A B, 1, 2) && load(IFACE A B) == -1 && access(path, F_OK),
		  "a file that cannot be written does not stay as it was");
	rmdir(first);
	ktap_test(!store(IFACE A B, 1, 2) && load(IFACE A B) == 3, "the next time it can be");

	unlink(path);
	rmdir(dir);
	return ktap_end();
}
