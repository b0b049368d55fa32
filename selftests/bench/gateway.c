// SPDX-License-Identifier: GPL-2.0
/*
 * The gateway under test: a network namespace of its own with two TUN devices.
 *
 * Copyright (C) 2026 The dgsec authors
 */
#include "gateway.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum {
	/* Far above what any path needs; a packet that takes longer is lost. */
	COLLECT_MS = 1000,
};

/* Runs one command of ip(8), which says itself what it does not like. */
int gateway_ip(const char *format, ...)
{
	char command[512] = "ip ";
	va_list args;
	size_t len = strlen(command);
	int n;

	va_start(args, format);
	n = vsnprintf(command + len, sizeof(command) - len, format, args);
	va_end(args);
	if (n < 0 || (size_t)n >= sizeof(command) - len)
		return bench_error("command too long: %s", command);
	if (system(command))
		return bench_error("failed: %s", command);
	return 0;
}

int gateway_sysctl(const char *name, const char *value)
{
	char path[256];
	size_t len = strlen(value);
	int fd, ret = 0;

	snprintf(path, sizeof(path), "/proc/sys/net/ipv6/conf/%s", name);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return bench_error("%s: %s", path, strerror(errno));
	if (write(fd, value, len) != (ssize_t)len)
		ret = bench_error("%s: %s", path, strerror(errno));
	close(fd);
	return ret;
}

static int tun_open(const char *name)
{
	struct ifreq ifr = { .ifr_flags = IFF_TUN | IFF_NO_PI };
	int fd;

	fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0) {
		bench_error("/dev/net/tun: %s (modprobe tun?)", strerror(errno));
		return -1;
	}
	snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "%s", name);
	if (ioctl(fd, TUNSETIFF, &ifr)) {
		bench_error("%s: %s", name, strerror(errno));
		close(fd);
		return -1;
	}
	return fd;
}

/* What a real gateway has on before any security: addresses and forwarding. */
int gateway_open(struct bench *bench)
{
	static const char * const names[SIDES] = {
		[SIDE_LOWER] = BENCH_LOWER,
		[SIDE_BACKBONE] = BENCH_BACKBONE,
	};
	char option[64];
	int side;

	/* A namespace for each path: no rule of one costs another. */
	if (unshare(CLONE_NEWNET))
		return bench_error("no network namespace: %s", strerror(errno));
	if (gateway_sysctl("all/forwarding", "1"))
		return -1;
	for (side = 0; side < SIDES; side++) {
		bench->fd[side] = tun_open(names[side]);
		if (bench->fd[side] < 0)
			return -1;
		/* No link-local address and so no chatter between packets. */
		snprintf(option, sizeof(option), "%s/addr_gen_mode",
			 names[side]);
		if (gateway_sysctl(option, "1") ||
		    gateway_ip("link set %s mtu 1500 up", names[side]))
			return -1;
	}
	if (gateway_ip("addr add " BENCH_ADDR_GATEWAY "/64 dev " BENCH_LOWER
		       " nodad") ||
	    gateway_ip("addr add fd00:b::1/64 dev " BENCH_BACKBONE " nodad"))
		return -1;
	return 0;
}

int gateway_inject(struct bench *bench, enum side side, const uint8_t *p,
		   size_t len)
{
	ssize_t ret = write(bench->fd[side], p, len);

	if (ret != (ssize_t)len)
		return bench_error("injecting %zu octets: %s", len,
				   ret < 0 ? strerror(errno) : "cut short");
	return 0;
}

/* The next packet on @side. It is there at once, unless a worker has it. */
long gateway_collect(struct bench *bench, enum side side, uint8_t *p,
		     size_t len)
{
	struct pollfd pfd = { .fd = bench->fd[side], .events = POLLIN };
	ssize_t ret;

	for (;;) {
		ret = read(bench->fd[side], p, len);
		if (ret > 0)
			return ret;
		if (ret == 0 || errno != EAGAIN)
			return bench_error("collecting: %s", strerror(errno));
		if (poll(&pfd, 1, COLLECT_MS) <= 0)
			return bench_error("dropped: nothing came out");
	}
}
