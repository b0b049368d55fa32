// SPDX-License-Identifier: GPL-2.0
/* Peers in a kernel that may refuse: whoever must go, goes in the end. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../tests/ktap.h"

/* The code under test asks this kernel and this clock; the names are taken. */
#define kernel_peer_list	fake_peer_list
#define kernel_peer_new		fake_peer_new
#define kernel_peer_set		fake_peer_set
#define kernel_peer_del		fake_peer_del
#define kernel_error		fake_error
#define peers_same		test_peers_same
#define peers_find		test_peers_find
#define peers_name		test_peers_name
#define peers_create		test_peers_create
#define peers_sync		test_peers_sync
#include "../peers.c" /* NOLINT(bugprone-suspicious-include): with these names */

#define IFACE	"[interface dg0]\nlower = lowpan0\naddress = fd00:d9::1/64\n"
#define A	"[peer a]\nidentity = ia\npsk = 000102030405060708090a0b0c0d0e0f\naddress = fd00:d9::a\n"
#define A2	"[peer a]\nidentity = ia\npsk = ff0102030405060708090a0b0c0d0e0f\naddress = fd00:d9::a\n"
#define B	"[peer b]\nidentity = ib\npsk = 101112131415161718191a1b1c1d1e1f\naddress = fd00:d9::b\n"

static struct dgsec_peer kernel[8];
static size_t n_kernel;
static uint32_t last_id;
static bool refuse_list, refuse_del;

const char *fake_error(void)
{
	return "out of memory";
}

int fake_peer_list(int (*fn)(const struct dgsec_peer *peer, void *arg), void *arg)
{
	int ret = refuse_list ? -ENOMEM : 0;

	for (size_t i = 0; i < n_kernel && !ret; i++)
		ret = fn(&kernel[i], arg);
	return ret;
}

int fake_peer_new(const struct peer *peer, uint32_t *id)
{
	struct dgsec_peer *new = &kernel[n_kernel];

	for (size_t i = 0; i < n_kernel; i++)
		if (!strcmp(kernel[i].name, peer->name))
			return -EEXIST;
	memset(new, 0, sizeof(*new));
	DGSEC_PUT(new, DGSEC_A_PEER_INNER_ADDR, inner_addr, peer->addr);
	DGSEC_PUT(new, DGSEC_A_PEER_ID, id, ++last_id);
	new->has |= DGSEC_HAS(DGSEC_A_PEER_NAME);
	strcpy(new->name, peer->name);
	new->payload = peer->payload;
	new->max_assocs = peer->max_assocs;
	n_kernel++;
	*id = last_id;
	return 0;
}

int fake_peer_set(const struct peer *peer)
{
	(void)peer;
	return 0;
}

int fake_peer_del(uint32_t id)
{
	if (refuse_del)
		return -ENOMEM;
	for (size_t i = 0; i < n_kernel; i++) {
		if (kernel[i].id != id)
			continue;
		kernel[i] = kernel[--n_kernel];
		return 0;
	}
	return -ENOENT;
}

static struct config *running;

/* A reload, or a start if nothing runs. */
static int load(const char *text)
{
	struct mistakes mistakes = { .n = 0 };
	char *copy = strdup(text);
	struct config *config = config_parse(copy, "", &mistakes);
	int ret;

	free(copy);
	if (!config)
		abort();
	ret = peers_sync(config, running);
	if (ret) {
		config_free(config);
		return ret;
	}
	config_free(running);
	running = config;
	return 0;
}

/* The daemon ends. */
static void stop(void)
{
	timer_disarm(&retry);
	config_free(running);
	running = NULL;
}

static uint32_t id_of(const char *name)
{
	for (size_t i = 0; i < n_kernel; i++)
		if (!strcmp(kernel[i].name, name))
			return kernel[i].id;
	return 0;
}

static void second_later(void)
{
	timer_run(timer_now() + RETRY);
}

static void test_start(void)
{
	uint32_t a, b;

	ktap_test(!load(IFACE A B) && id_of("a") && id_of("b"), "a start creates peers");
	a = id_of("a");
	b = id_of("b");
	stop();
	ktap_test(!load(IFACE A B) && id_of("a") == a && id_of("b") == b, "the next one keeps them");
	stop();
	ktap_test(!load(IFACE A2 B) && id_of("a") && id_of("a") != a && id_of("b") == b,
		  "but not one with another key");
	a = id_of("a");
	ktap_test(!load(IFACE A2 B "mark = 1\n") && id_of("a") == a && id_of("b") == b,
		  "a reload keeps those whose keys are the same");
	refuse_list = true;
	ktap_test(load(IFACE A) && id_of("a") == a && id_of("b") == b,
		  "a reload that cannot list them changes nothing");
	refuse_list = false;
}

static void test_rekey(void)
{
	uint32_t old = id_of("a");

	refuse_del = true;
	ktap_test(!load(IFACE A B) && id_of("a") == old && !running->peers[0]->id,
		  "a key is replaced, and the kernel refuses to delete the peer");
	ktap_test(peers_create(running->peers[0]) == -EEXIST && !running->peers[0]->id,
		  "a handshake with the new key does not get its number");
	second_later();
	ktap_test(id_of("a") == old && retry.armed, "it is tried again, in vain");
	ktap_test(!load(IFACE A B) && !running->peers[0]->id && retry.armed,
		  "another reload does not take it for good");
	stop();
	ktap_test(!load(IFACE A B) && !running->peers[0]->id && retry.armed, "nor does a restart");
	refuse_del = false;
	second_later();
	ktap_test(id_of("a") && id_of("a") != old && running->peers[0]->id == id_of("a") &&
		  !retry.armed, "when it can be deleted, the new one is created");
	old = id_of("a");
	stop();
	ktap_test(!load(IFACE A B) && id_of("a") == old, "which a restart keeps");
}

static void test_removed(void)
{
	refuse_del = true;
	ktap_test(!load(IFACE A) && id_of("b") && retry.armed,
		  "a peer is removed, and the kernel refuses");
	refuse_del = false;
	second_later();
	ktap_test(!id_of("b") && !retry.armed, "it is gone a second later");

	refuse_del = true;
	load(IFACE B);
	refuse_del = false;
	n_kernel = 0;
	second_later();
	ktap_test(!retry.armed, "one that somebody else deleted meanwhile is gone too");
}

static void test_strangers(void)
{
	uint32_t id;

	load(IFACE A B);
	id = id_of("b");
	/* Deleted and made again, by somebody who may have given it keys. */
	fake_peer_del(id);
	fake_peer_new(running->peers[1], &id);
	ktap_test(!load(IFACE A B) && id_of("b") != id,
		  "a peer that somebody else has made is not kept in a reload");
}

int main(void)
{
	char path[] = "/tmp/dgsecd-test-XXXXXX";
	int fd = mkstemp(path);

	ktap_begin();
	if (fd < 0) {
		ktap_test(false, "a file for fingerprints");
		return ktap_end();
	}
	close(fd);
	fingerprint_set_file(path);
	test_start();
	test_rekey();
	test_removed();
	test_strangers();
	stop();
	free(doomed);
	free(index_by_id);
	unlink(path);
	return ktap_end();
}
