// SPDX-License-Identifier: GPL-2.0
/*
 * dgsecd: handshakes for dgsec. It owns the UDP socket, makes associations
 * with those who know a configured key, and hands them to the kernel. The
 * records themselves never come here.
 */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "array.h"
#include "call.h"
#include "config.h"
#include "event.h"
#include "fingerprint.h"
#include "kernel.h"
#include "link.h"
#include "listener.h"
#include "log.h"
#include "nosec.h"
#include "notify.h"
#include "peers.h"
#include "session.h"
#include "stats.h"
#include "timer.h"

#define DEFAULT_CONFIG	"/etc/dgsec/dgsec.conf"

enum source { SOURCE_SOCKET, SOURCE_EVENTS, SOURCE_LINKS, SOURCE_TIMER, SOURCE_SIGNALS };

struct daemon {
	const char *path;
	struct config *config;
	int epoll;
	int timer;
	int signals;
	size_t n_attached;		/* sockets of the listener's */
	struct timer alive;
	bool stop;
	int status;
};

/*
 * The deletion of an interface that was moved to another network namespace is
 * not told here: look now and then.
 */
#define ALIVE_INTERVAL	10000		/* milliseconds */

/* ---- configuration --------------------------------------------------------- */

static struct config *load(const char *path, FILE *report)
{
	struct mistakes mistakes = { .n = 0 };
	struct config *config = config_load(path, &mistakes);
	char place[16];

	for (size_t i = 0; i < mistakes.n; i++) {
		snprintf(place, sizeof(place), "%u:", mistakes.list[i].line);
		if (!mistakes.list[i].line)
			*place = '\0';
		if (report)
			fprintf(report, "%s:%s %s\n", path, place, mistakes.list[i].text);
		else
			log_error("%s:%s %s", path, place, mistakes.list[i].text);
	}
	if (mistakes.out_of_memory)
		log_error("%s: out of memory", path);
	config_mistakes_free(&mistakes);
	return config;
}

static int check(const char *path)
{
	struct config *config = load(path, stdout);

	if (!config)
		return 1;
	printf("%s: no mistakes, %zu peer%s\n", path, config->n_peers,
	       config->n_peers == 1 ? "" : "s");
	config_free(config);
	return 0;
}

static bool same_places(const struct places *a, const struct places *b)
{
	return IN6_ARE_ADDR_EQUAL(&a->addr, &b->addr) && a->port == b->port &&
	       a->addr4.s_addr == b->addr4.s_addr && a->port4 == b->port4;
}

/* What the running daemon cannot change. NULL: nothing of it is changed. */
static const char *fixed_setting(const struct config *a, const struct config *b)
{
	if (strcmp(a->name, b->name))
		return "the name of the interface";
	if (strcmp(a->lower, b->lower))
		return "lower";
	if (!IN6_ARE_ADDR_EQUAL(&a->addr, &b->addr) || a->prefix_len != b->prefix_len)
		return "address";
	if (!same_places(&a->listen, &b->listen))
		return "listen";
	if (!same_places(&a->listen_nosec, &b->listen_nosec))
		return "listen-nosec";
	if (config_connects(a) &&
	    memcmp(a->connect_ports, b->connect_ports, sizeof(a->connect_ports)))
		return "connect-ports";
	return NULL;
}

static int open_sockets(struct daemon *d, const struct config *config);

static int try_reload(struct daemon *d)
{
	struct config *config = load(d->path, NULL), *old = d->config;
	const char *fixed;

	if (!config)
		return -EINVAL;
	fixed = fixed_setting(old, config);
	if (fixed)
		log_error("%s: a new value of \"%s\" needs a restart", d->path, fixed);
	if (fixed || open_sockets(d, config) || kernel_set(config) ||
	    peers_sync(config, old)) {
		if (!fixed)
			kernel_set(old);
		config_free(config);
		return -EINVAL;
	}
	if (session_reload(config))
		log_error("out of memory: the handshake settings stay the old ones");
	call_reload(config);
	d->config = config;
	config_free(old);
	nosec_sync(config);
	return 0;
}

static void reload(struct daemon *d)
{
	notify_reloading();
	if (try_reload(d)) {
		stats.reloads_failed++;
		log_error("not reloaded: the configuration before stays in force");
	} else {
		stats.reloads++;
		log_info("reloaded %s", d->path);
	}
	notify_ready();
}

/* ---- event loop ------------------------------------------------------------ */

static void fail(struct daemon *d)
{
	d->stop = true;
	d->status = 1;
}

static void check_alive(struct daemon *d)
{
	if (kernel_alive())
		return;
	log_error("%s or the device below it was deleted, or made anew: nothing is left to do here",
		  d->config->name);
	fail(d);
}

static void on_alive(struct timer *timer)
{
	struct daemon *d = (struct daemon *)((char *)timer - offsetof(struct daemon, alive));

	timer_arm(timer, timer_now() + ALIVE_INTERVAL);
	check_alive(d);
	if (!d->stop)
		nosec_retry(d->config);
}

static void on_links(struct daemon *d)
{
	/* A device that went away, or too many to tell: is ours still there? */
	while (link_gone() > 0)
		;
	check_alive(d);
}

static void on_events(struct daemon *d)
{
	bool deleted = false;

	if (event_read(d->config, &deleted))
		fail(d);
	else if (deleted)
		check_alive(d);
}

static void on_signals(struct daemon *d)
{
	struct signalfd_siginfo info;

	while (read(d->signals, &info, sizeof(info)) == sizeof(info)) {
		switch (info.ssi_signo) {
		case SIGHUP:
			reload(d);
			break;
		case SIGUSR1:
			stats_write();
			break;
		default:
			d->stop = true;
		}
	}
}

static void arm_timer(struct daemon *d)
{
	static uint64_t armed = UINT64_MAX;
	struct itimerspec spec = { .it_value.tv_sec = 0 };
	uint64_t next = timer_next();

	if (next == armed)
		return;
	armed = next;
	if (next != UINT64_MAX) {
		spec.it_value.tv_sec = (time_t)(next / 1000);
		spec.it_value.tv_nsec = (long)(next % 1000) * 1000000;
	}
	timerfd_settime(d->timer, TFD_TIMER_ABSTIME, &spec, NULL);
}

static void on_timer(struct daemon *d)
{
	uint64_t times;

	/* It may have been armed anew since: then there is nothing to read. */
	if (read(d->timer, &times, sizeof(times)) == sizeof(times))
		timer_run(timer_now());
}

static void dispatch(struct daemon *d, enum source source)
{
	switch (source) {
	case SOURCE_SOCKET:
		listener_read();
		break;
	case SOURCE_EVENTS:
		on_events(d);
		break;
	case SOURCE_LINKS:
		on_links(d);
		break;
	case SOURCE_TIMER:
		on_timer(d);
		break;
	case SOURCE_SIGNALS:
		on_signals(d);
		break;
	}
}

static int add_source(struct daemon *d, int fd, enum source source)
{
	struct epoll_event event = { .events = EPOLLIN, .data.u32 = source };

	return fd < 0 || epoll_ctl(d->epoll, EPOLL_CTL_ADD, fd, &event) ? -EIO : 0;
}

static void loop(struct daemon *d)
{
	struct epoll_event ready[8];
	int n;

	d->alive.fire = on_alive;
	timer_arm(&d->alive, timer_now() + ALIVE_INTERVAL);
	/* Of what went away during the start nobody may have told. */
	check_alive(d);
	while (!d->stop) {
		arm_timer(d);
		n = epoll_wait(d->epoll, ready, ARRAY_SIZE(ready), -1);
		for (int i = 0; i < n && !d->stop; i++)
			dispatch(d, (enum source)ready[i].data.u32);
		if (!d->stop && kernel_doubtful())
			check_alive(d);
	}
}

/* ---- start ----------------------------------------------------------------- */

static int open_loop(struct daemon *d)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGUSR1);
	if (sigprocmask(SIG_BLOCK, &set, NULL))
		return -errno;
	/* Whoever read our log may go away. */
	signal(SIGPIPE, SIG_IGN);
	d->signals = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
	d->timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
	d->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (add_source(d, d->signals, SOURCE_SIGNALS) || add_source(d, d->timer, SOURCE_TIMER) ||
	    add_source(d, kernel_events_fd(), SOURCE_EVENTS) ||
	    add_source(d, link_watch(), SOURCE_LINKS)) {
		log_error("the event loop cannot be set up: %s", strerror(errno));
		return -EIO;
	}
	return 0;
}

/* Those that are missing */
static int open_sockets(struct daemon *d, const struct config *config)
{
	int fd, ret;

	/* First: a socket that is bound there takes a part of all datagrams. */
	if (kernel_claim(config))
		return -EBUSY;
	ret = listener_open(config, kernel_lower());
	if (ret)
		return ret;
	for (size_t i = d->n_attached; (fd = listener_fd(i)) >= 0; i++)
		if (kernel_attach(fd, config))
			return -EIO;
	/* What came between bind and attach came past the kernel's hook. */
	listener_drain();
	for (; (fd = listener_fd(d->n_attached)) >= 0; d->n_attached++)
		if (add_source(d, fd, SOURCE_SOCKET))
			return -EIO;
	return 0;
}

static void say_ready(const struct config *config)
{
	char v6[32] = "", v4[32] = "";

	if (config->listen.port)
		snprintf(v6, sizeof(v6), ", port %u", config->listen.port);
	if (config->listen.port4)
		snprintf(v4, sizeof(v4), ", IPv4 port %u", config->listen.port4);
	log_info("ready: %s on %s%s%s, %zu peers", config->name, config->lower, v6, v4,
		 config->n_peers);
}

static int run(struct daemon *d)
{
	int ret;

	ret = kernel_open();
	if (!ret)
		ret = open_loop(d);
	if (!ret)
		ret = kernel_start(d->config);
	if (!ret)
		ret = peers_sync(d->config, NULL);
	if (!ret)
		ret = session_start(d->config);
	/* Last, so that what waits at the old socket waits as short as can be. */
	if (!ret)
		ret = open_sockets(d, d->config);
	if (!ret)
		ret = nosec_open(d->config);
	if (!ret) {
		nosec_sync(d->config);
		say_ready(d->config);
		call_start(d->config);
		notify_ready();
		loop(d);
		notify_stopping();
		log_info("stopping: associations stay in the kernel, %zu unfinished handshakes are dropped",
			 session_half_open());
		stats_write();
	}
	call_stop();
	session_stop();
	listener_close();
	nosec_close();
	kernel_close();
	return ret ? 1 : d->status;
}

/* Keys are in our memory: they must not get into a file. */
static void forbid_dumps(void)
{
	struct rlimit none = { .rlim_cur = 0 };

	prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	setrlimit(RLIMIT_CORE, &none);
}

static void usage(FILE *out)
{
	fputs("Usage: dgsecd [OPTION]...\n"
	      "Handshakes for dgsec(8): makes associations with peers and hands them to the kernel.\n"
	      "\n"
	      "  -c, --config FILE  configuration (" DEFAULT_CONFIG "), see dgsec.conf(5)\n"
	      "      --check        print every mistake in it, exit with 1 if there is one\n"
	      "  -S, --stats FILE   write counters there on SIGUSR1 and at the end, not to the log\n"
	      "      --state FILE   remember there which keys the kernel's peers were made with\n"
	      "      --syslog       log to syslog instead of stderr\n"
	      "  -d, --debug        log more\n"
	      "  -V, --version\n"
	      "  -h, --help\n", out);
}

int main(int argc, char **argv)
{
	enum { OPTION_CHECK = 256, OPTION_STATE, OPTION_SYSLOG };
	static const struct option options[] = {
		{ "config", required_argument, NULL, 'c' },
		{ "check", no_argument, NULL, OPTION_CHECK },
		{ "stats", required_argument, NULL, 'S' },
		{ "state", required_argument, NULL, OPTION_STATE },
		{ "syslog", no_argument, NULL, OPTION_SYSLOG },
		{ "debug", no_argument, NULL, 'd' },
		{ "version", no_argument, NULL, 'V' },
		{ "help", no_argument, NULL, 'h' },
		{ }
	};
	struct daemon d = { .path = DEFAULT_CONFIG };
	enum log_target target = LOG_TO_STDERR;
	bool only_check = false, debug = false;
	int option, status;

	while ((option = getopt_long(argc, argv, "c:S:dVh", options, NULL)) != -1) {
		switch (option) {
		case 'c':
			d.path = optarg;
			break;
		case OPTION_CHECK:
			only_check = true;
			break;
		case 'S':
			stats_set_file(optarg);
			break;
		case OPTION_STATE:
			fingerprint_set_file(optarg);
			break;
		case OPTION_SYSLOG:
			target = LOG_TO_SYSLOG;
			break;
		case 'd':
			debug = true;
			break;
		case 'V':
			puts("dgsecd " DGSEC_VERSION);
			return 0;
		case 'h':
			usage(stdout);
			return 0;
		default:
			usage(stderr);
			return 2;
		}
	}
	if (optind < argc) {
		fprintf(stderr, "dgsecd: unexpected argument \"%s\"\n", argv[optind]);
		usage(stderr);
		return 2;
	}

	forbid_dumps();
	log_open(target, debug);
	if (only_check)
		return check(d.path);
	d.config = load(d.path, NULL);
	if (!d.config)
		return 1;
	status = run(&d);
	config_free(d.config);
	return status;
}
