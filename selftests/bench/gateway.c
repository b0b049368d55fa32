// SPDX-License-Identifier: GPL-2.0
/*
 * The gateway under test: a network namespace of its own with two TUN devices.
 *
 * Copyright (C) 2026 The dgsec authors
 */
#include "gateway.h"

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <unistd.h>

enum {
	/* Far above what any path needs; a packet that takes longer is lost. */
	COLLECT_MS = 1000,
};

/* Runs a command of the shell, which says itself what it does not like. */
int gateway_run(const char *format, ...)
{
	char command[1024];
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(command, sizeof(command), format, args);
	va_end(args);
	if (n < 0 || n >= (int)sizeof(command))
		return bench_error("command too long: %s", command);
	if (system(command))
		return bench_error("failed: %s", command);
	return 0;
}

/* Runs commands of ip(8), one a line: a process for all of them. */
int gateway_ip(const char *format, ...)
{
	FILE *ip = popen("exec ip -batch -", "we");
	va_list args;
	int n;

	if (!ip)
		return bench_error("ip: %s", strerror(errno));
	va_start(args, format);
	n = vfprintf(ip, format, args);
	va_end(args);
	if (pclose(ip) || n < 0)
		return bench_error("ip -batch failed: %s", format);
	return 0;
}

static int file_write(const char *path, const char *value)
{
	size_t len = strlen(value);
	int fd, ret = 0;

	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return bench_error("%s: %s", path, strerror(errno));
	if (write(fd, value, len) != (ssize_t)len)
		ret = bench_error("%s: %s", path, strerror(errno));
	close(fd);
	return ret;
}

int gateway_sysctl(const char *name, const char *value)
{
	char path[256];

	snprintf(path, sizeof(path), "/proc/sys/%s", name);
	return file_write(path, value);
}

/* Each poll runs to its end, and before the bench, see step_back(). */
static int napi_schedule(const char *name)
{
	const struct sched_param param = { .sched_priority = 1 };
	char want[32], comm[32];
	unsigned int found = 0;
	glob_t threads;
	FILE *file;
	size_t i;

	snprintf(want, sizeof(want), "napi/%s-", name);
	if (glob("/proc/[0-9]*/comm", 0, NULL, &threads))
		return bench_error("no threads in /proc");
	for (i = 0; i < threads.gl_pathc; i++) {
		file = fopen(threads.gl_pathv[i], "re");
		if (!file)
			continue;
		if (fgets(comm, sizeof(comm), file) &&
		    !strncmp(comm, want, strlen(want)) &&
		    !sched_setscheduler(atoi(threads.gl_pathv[i] + 6),
					SCHED_FIFO, &param))
			found++;
		fclose(file);
	}
	globfree(&threads);
	return found ? 0 : bench_error("no thread polls %s", name);
}

/*
 * NAPI polls in a kernel thread of its own, as network cards may have it: then
 * what is written before that runs is one burst.
 */
static int napi_threaded(const char *name)
{
	char path[128];

	snprintf(path, sizeof(path), "/sys/class/net/%s/threaded", name);
	if (file_write(path, "1"))
		return -1;
	return napi_schedule(name);
}

/* A TUN device that says nothing by itself, once it is up. */
int gateway_tun(const char *name, bool napi)
{
	struct ifreq ifr = {
		.ifr_flags = IFF_TUN | IFF_NO_PI | (napi ? IFF_NAPI : 0),
	};
	char option[64];
	int fd;

	fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return bench_error("/dev/net/tun: %s (modprobe tun?)",
				   strerror(errno));
	snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "%s", name);
	if (ioctl(fd, TUNSETIFF, &ifr)) {
		bench_error("%s: %s", name, strerror(errno));
		goto err;
	}
	/* No link-local address and so no chatter between packets. */
	snprintf(option, sizeof(option), "net/ipv6/conf/%s/addr_gen_mode", name);
	if (gateway_sysctl(option, "1") || (napi && napi_threaded(name)))
		goto err;
	return fd;
err:
	close(fd);
	return -1;
}

/* Sysfs shows the devices of the namespace it was mounted in. */
static int sysfs_remount(void)
{
	if (unshare(CLONE_NEWNS) ||
	    mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
	    mount("sysfs", "/sys", "sysfs", 0, NULL))
		return bench_error("sysfs: %s", strerror(errno));
	return 0;
}

/* What a real gateway has on before any security: addresses and forwarding. */
int gateway_open(struct bench *bench)
{
	static const char * const names[SIDES] = {
		[SIDE_LOWER] = BENCH_LOWER,
		[SIDE_BACKBONE] = BENCH_BACKBONE,
	};
	int side;

	/* A namespace for each path: no rule of one costs another. */
	if (unshare(CLONE_NEWNET))
		return bench_error("no network namespace: %s", strerror(errno));
	if (bench->burst && sysfs_remount())
		return -1;
	if (gateway_sysctl("net/ipv6/conf/all/forwarding", "1"))
		return -1;
	for (side = 0; side < SIDES; side++) {
		bench->fd[side] = gateway_tun(names[side], bench->burst);
		if (bench->fd[side] < 0)
			return -1;
	}
	return gateway_ip("link set " BENCH_LOWER " mtu 1500 up\n"
			  "link set " BENCH_BACKBONE " mtu 1500 up\n"
			  "addr add " BENCH_ADDR_GATEWAY "/64 dev " BENCH_LOWER " nodad\n"
			  "addr add fd00:b::1/64 dev " BENCH_BACKBONE " nodad\n"
			  "route add " BENCH_NET_DEVICES " via " BENCH_ADDR_ROUTER
			  " dev " BENCH_LOWER "\n");
}

int gateway_inject(int fd, const uint8_t *p, size_t len)
{
	ssize_t ret = write(fd, p, len);

	if (ret != (ssize_t)len)
		return bench_error("injecting %zu octets: %s", len,
				   ret < 0 ? strerror(errno) : "cut short");
	return 0;
}

/* Multicast listener reports are the gateway's own affair. */
static bool is_chatter(const uint8_t *p, size_t len)
{
	return len > 6 && (p[6] == IPPROTO_HOPOPTS || p[6] == IPPROTO_ICMPV6);
}

long gateway_poll(int fd, uint8_t *p, size_t len, int ms)
{
	struct pollfd pfd = { .fd = fd, .events = POLLIN };
	ssize_t ret;

	do {
		if (poll(&pfd, 1, ms) <= 0)
			return 0;
		ret = read(fd, p, len);
		if (ret <= 0)
			return bench_error("collecting: %s", strerror(errno));
	} while (is_chatter(p, ret));
	return ret;
}

/* The next packet on @side. It is there at once, unless a worker has it. */
long gateway_collect(struct bench *bench, enum side side, uint8_t *p,
		     size_t len)
{
	ssize_t ret;

	do {
		ret = read(bench->fd[side], p, len);
	} while (ret > 0 && is_chatter(p, ret));
	if (ret > 0)
		return ret;
	if (ret == 0 || errno != EAGAIN)
		return bench_error("collecting: %s", strerror(errno));
	bench->waits++;
	ret = gateway_poll(bench->fd[side], p, len, COLLECT_MS);
	return ret ? ret : bench_error("dropped: nothing came out");
}
