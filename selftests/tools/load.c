// SPDX-License-Identifier: GPL-2.0
/*
 * A gateway under load on all processors at once: devices send, a service
 * answers and speaks by itself, both from a thread on each processor, at times
 * all of them over the same association; other threads change the configuration
 * meanwhile. In phases; after each, when all is quiet, one line of JSON tells
 * what both ends and the kernel have counted in it.
 */

#include "load.h"
#include "util.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
	SET = 1 << 22,		/* a power of two */
	SLOT_MS = 8,		/* so long all threads like the same association */
	QUIET_MS = 500,		/* without a packet nothing is on its way */
	RCVBUF = 16 << 20,
};

struct load load;

static const char *const names[LOAD_COUNTS] = {
	[DEVICE_SENT] = "device-sent",
	[DEVICE_REPLAYED] = "device-replayed",
	[DEVICE_FORGED] = "device-forged",
	[DEVICE_ERRORS] = "device-errors",
	[DEVICE_RECEIVED] = "device-received",
	[DEVICE_ALERTS] = "device-alerts",
	[DEVICE_BAD] = "device-bad",
	[DEVICE_STRAY] = "device-stray",
	[DEVICE_TWICE] = "device-twice",
	[SERVICE_RECEIVED] = "service-received",
	[SERVICE_STRAY] = "service-stray",
	[SERVICE_TWICE] = "service-twice",
	[SERVICE_SENT] = "service-sent",
	[SERVICE_ERRORS] = "service-errors",
	[CONFIG_DONE] = "config-done",
	[CONFIG_FAILED] = "config-failed",
	[CONFIG_INJECTED] = "config-injected",
};

/* ---- what the threads share ---------------------------------------------- */

static __thread unsigned int state;

unsigned int load_random(void)
{
	static atomic_uint seeds;

	if (!state)
		state = 2654435761u * ++seeds;
	/* xorshift32 */
	state ^= state << 13;
	state ^= state >> 17;
	state ^= state << 5;
	return state;
}

/* Every second time the same one for all threads */
struct load_assoc *load_pick(void)
{
	unsigned int n = load_random();

	if (n & 1)
		n = now_ms() / SLOT_MS * 2654435761u;
	return &load.assocs[(n >> 8) % load.n_assocs];
}

/* The device's keys, different for each association, generation and direction */
void load_keys(const struct load_assoc *a, uint16_t generation, struct record_keys *keys)
{
	memset(keys, 0, sizeof(*keys));
	keys->cipher = a->index % RECORD_CIPHERS;
	keys->tx_key[0] = 1;
	keys->rx_key[0] = 2;
	keys->tx_key[1] = a->index;
	keys->rx_key[1] = a->index;
	put_be16(keys->tx_key + 2, generation);
	put_be16(keys->rx_key + 2, generation);
}

/* What identifies a record: association, generation, sequence number */
void load_token(uint8_t token[LOAD_TOKEN], const struct load_assoc *a, uint64_t number)
{
	token[0] = a->index;
	put_be16(token + 1, number >> 48);
	for (int i = LOAD_TOKEN - 1; i > 2; i--, number >>= 8)
		token[i] = number;
}

/* Was this record not delivered before? The generation is not 0, nor is the key. */
bool load_is_first(const uint8_t token[LOAD_TOKEN], bool to_device)
{
	static _Atomic uint64_t seen[2][SET];
	uint64_t key, old;
	size_t at;

	memcpy(&key, token, sizeof(key));
	at = key * 0x9e3779b97f4a7c15ULL >> 40;
	for (int tries = 0; tries < SET; tries++, at++) {
		old = 0;
		if (atomic_compare_exchange_strong(&seen[to_device][at % SET], &old, key))
			return true;
		if (old == key)
			return false;
	}
	die("more than %d records", SET);
}

static void enter(const char *netns)
{
	char path[256];
	int fd;

	snprintf(path, sizeof(path), "/run/netns/%s", netns);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || setns(fd, CLONE_NEWNET))
		die("%s: %s", path, strerror(errno));
	close(fd);
}

/* ---- threads -------------------------------------------------------------- */

static void start(void *(*run)(void *arg), void *arg, int cpu)
{
	pthread_attr_t attr;
	pthread_t thread;
	cpu_set_t cpus;
	int err;

	CPU_ZERO(&cpus);
	CPU_SET(cpu, &cpus);
	pthread_attr_init(&attr);
	if (cpu >= 0)
		pthread_attr_setaffinity_np(&attr, sizeof(cpus), &cpus);
	err = pthread_create(&thread, &attr, run, arg);
	if (err)
		die("thread on processor %d: %s", cpu, strerror(err));
	pthread_detach(thread);
	pthread_attr_destroy(&attr);
}

static void *run_device(void *arg)
{
	load_device();
	return NULL;
}

static void *run_service(void *arg)
{
	load_service((intptr_t)arg);
	return NULL;
}

static void *run_changes(void *arg)
{
	intptr_t part = (intptr_t)arg;
	struct dgsec *dg;

	if (dgsec_open(&dg))
		die("netlink: %s", strerror(errno));
	while (!load.quit) {
		atomic_fetch_add(&load.busy, 1);
		if (load.changing)
			load_change(dg, part);
		if (load.swapping && part == 0)
			load_swap(dg);
		atomic_fetch_sub(&load.busy, 1);
		if (!load.changing)
			usleep(1000);
	}
	dgsec_close(dg);
	return NULL;
}

/* ---- phases --------------------------------------------------------------- */

/* What the kernel has counted for an association */
struct tally {
	uint64_t rx, tx;
};

struct snapshot {
	uint64_t counts[LOAD_COUNTS];
	struct dgsec_interface iface;
	struct tally tally[LOAD_ASSOCS_MAX];
	uint64_t received[LOAD_ASSOCS_MAX], served[LOAD_ASSOCS_MAX];
};

static int take_tally(const struct dgsec_assoc *c, void *arg)
{
	struct snapshot *s = arg;
	unsigned int i = c->remote_port - LOAD_DEVICE_PORT;

	if (i < load.n_assocs)
		s->tally[i] = (struct tally) {
			c->stats[DGSEC_A_STATS_RX_RECORDS], c->stats[DGSEC_A_STATS_TX_RECORDS],
		};
	return 0;
}

static void take(struct dgsec *dg, struct snapshot *s)
{
	memset(s, 0, sizeof(*s));
	for (int i = 0; i < LOAD_COUNTS; i++)
		s->counts[i] = load.counts[i];
	for (unsigned int i = 0; i < load.n_assocs; i++) {
		s->received[i] = load.assocs[i].received;
		s->served[i] = load.assocs[i].served;
	}
	if (dgsec_interface_get(dg, load.dev, &s->iface) ||
	    dgsec_assoc_list(dg, load.dev, 0, take_tally, s))
		die("counters: %s", dgsec_error(dg));
}

/* Until nothing has been counted for a while */
static void settle(void)
{
	uint64_t sum, last;

	while (load.busy)
		usleep(1000);
	sum = 0;
	do {
		last = sum;
		usleep(QUIET_MS * 1000);
		sum = 1;
		for (int i = 0; i < LOAD_COUNTS; i++)
			sum += load.counts[i];
	} while (sum != last);
}

static void report(const char *phase, const struct snapshot *was, const struct snapshot *is)
{
	unsigned int uneven = 0, silent = 0;

	printf("{\"phase\":\"%s\"", phase);
	for (int i = 0; i < LOAD_COUNTS; i++)
		printf(",\"%s\":%llu", names[i],
		       (unsigned long long)(is->counts[i] - was->counts[i]));
	for (unsigned int i = 0; i < load.n_assocs; i++) {
		uint64_t received = is->received[i] - was->received[i];
		uint64_t served = is->served[i] - was->served[i];

		if (!received || !served)
			silent++;
		if (load.assocs[i].stable && (received != is->tally[i].tx - was->tally[i].tx ||
					      served != is->tally[i].rx - was->tally[i].rx))
			uneven++;
	}
	printf(",\"uneven\":%u,\"silent\":%u,\"peers\":%u,\"assocs\":%u,\"kernel\":{",
	       uneven, silent, is->iface.peers, is->iface.assocs);
	for (int i = 1, first = 1; i < DGSEC_STATS_SIZE; i++) {
		uint64_t n = is->iface.stats[i] - was->iface.stats[i];

		if (!n || !dgsec_stats_name(i))
			continue;
		printf("%s\"%s\":%llu", first ? "" : ",", dgsec_stats_name(i),
		       (unsigned long long)n);
		first = 0;
	}
	printf("}}\n");
	fflush(stdout);
}

static void run_phase(struct dgsec *dg, const char *name, unsigned int seconds, bool changing,
		      bool swapping)
{
	static struct snapshot was, is;

	if (!seconds)
		return;
	take(dg, &was);
	load.sending = true;
	load.changing = changing;
	load.swapping = swapping;
	sleep(seconds);
	load.changing = false;
	load.swapping = false;
	load.sending = false;
	settle();
	take(dg, &is);
	report(name, &was, &is);
}

/* ---- start ---------------------------------------------------------------- */

static void make_assoc(unsigned int i, const char *netns, const char *addr)
{
	struct load_assoc *a = &load.assocs[i];
	struct sockaddr_in6 here = {
		.sin6_family = AF_INET6, .sin6_port = htons(LOAD_DEVICE_PORT + i),
	}, there = {
		.sin6_family = AF_INET6, .sin6_port = htons(LOAD_PORT),
		.sin6_addr = { { { 0xfd, 0, 0, 6, [15] = 1 } } },
	};
	int size = RCVBUF;

	a->index = i;
	a->stable = i % 2 == 0;
	a->inner = (struct in6_addr) { { { 0xfd, 0, 0, 0xd9, [13] = 1, [15] = i } } };
	if (!inet_pton(AF_INET6, addr, &here.sin6_addr))
		die("%s: no IPv6 address", addr);
	a->addr = here.sin6_addr;
	enter(netns);
	a->fd = udp_open(&here, &there);
	if (setsockopt(a->fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)))
		die("receive buffer: %s", strerror(errno));
}

static unsigned int parse_seconds(const char *text)
{
	char *end;
	unsigned long n = strtoul(text, &end, 10);

	if (*end || end == text || n > 3600)
		die("%s: seconds, from 0 to 3600", text);
	return n;
}

static const char usage[] =
	"usage: gateway-load -g NETNS [-n N] [-q S] [-c S] [-s S] [-a S] NETNS ADDRESS...\n"
	"  -g NETNS  where dg0 and lowpan0 are\n"
	"  -n N      so many associations (64), spread over the devices\n"
	"  -q S      quiet: so many seconds without changes (5)\n"
	"  -c S      change: with changes to the configuration (5)\n"
	"  -s S      swap: with these, and other sockets (5)\n"
	"  -a S      after: without changes again (5)\n"
	"Each device is a NETNS and its ADDRESS there.";

int main(int argc, char **argv)
{
	unsigned int quiet = 5, change = 5, swap = 5, after = 5, devices;
	const char *gateway = NULL;
	int opt, cpus = sysconf(_SC_NPROCESSORS_ONLN);
	struct dgsec *dg;

	load.n_assocs = 64;
	while ((opt = getopt(argc, argv, "g:n:q:c:s:a:")) != -1) {
		switch (opt) {
		case 'g':
			gateway = optarg;
			break;
		case 'n':
			load.n_assocs = strtoul(optarg, NULL, 10);
			break;
		case 'q':
			quiet = parse_seconds(optarg);
			break;
		case 'c':
			change = parse_seconds(optarg);
			break;
		case 's':
			swap = parse_seconds(optarg);
			break;
		case 'a':
			after = parse_seconds(optarg);
			break;
		default:
			die("%s", usage);
		}
	}
	devices = (argc - optind) / 2;
	if (!gateway || !devices || (argc - optind) % 2 || load.n_assocs < 2 * LOAD_PARTS ||
	    load.n_assocs > LOAD_ASSOCS_MAX)
		die("%s", usage);
	for (unsigned int i = 0; i < load.n_assocs; i++) {
		char **device = argv + optind + 2 * (i % devices);

		make_assoc(i, device[0], device[1]);
	}

	enter(gateway);
	load.dev.ifindex = if_nametoindex("dg0");
	load.lower = if_nametoindex("lowpan0");
	if (!load.dev.ifindex || !load.lower)
		die("%s: dg0 or lowpan0: %s", gateway, strerror(errno));
	if (dgsec_open(&dg))
		die("netlink: is the module loaded?");
	load_configure(dg);
	for (int cpu = 0; cpu < cpus; cpu++) {
		start(run_device, NULL, cpu);
		start(run_service, (void *)(intptr_t)load_service_open(), cpu);
	}
	for (intptr_t part = 0; part < LOAD_PARTS; part++)
		start(run_changes, (void *)part, -1);

	run_phase(dg, "quiet", quiet, false, false);
	run_phase(dg, "change", change, true, false);
	run_phase(dg, "swap", swap, true, true);
	load_renew(dg);
	run_phase(dg, "after", after, false, false);
	load.quit = true;
	dgsec_close(dg);
	return 0;
}
