// SPDX-License-Identifier: GPL-2.0
/* dgsec monitor: events as they come. */
#include "cli.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "format.h"
#include "json.h"

static const char help[] =
"dgsec monitor [DEV] [-j]\n"
"\n"
"Print events, one line each, until interrupted:\n"
"\n"
"  acquire    a packet for a peer without association came: it waits, or\n"
"             was dropped\n"
"  confirmed  the first authentic record of an association has come\n"
"  moved      the peer of an association sends from another endpoint now\n"
"  expire     an association reached a soft limit, or (hard) has ended\n"
"  alert      an authentic alert has come\n"
"  auth       records of an association failed authentication\n"
"  lost       more events came than could be read: look at 'dgsec show'\n"
"\n"
"  -j    JSON: one object a line, with time, event, and what the kernel says in\n"
"        the words of the netlink specification\n";

struct monitor {
	struct dev dev;
	uint32_t ifindex;		/* 0: every interface */
	uint32_t lower_ifindex;
	bool json;
};

/* ---- as text ---- */

static void print_dev(const struct dgsec_event *ev)
{
	char name[IF_NAMESIZE];

	if (ev->dev.ifindex && if_indextoname(ev->dev.ifindex, name))
		printf(" %s", name);
	else if (ev->dev.lower_ifindex &&
		 if_indextoname(ev->dev.lower_ifindex, name))
		printf(" lower:%s", name);
	else
		printf(" ifindex %u", ev->dev.ifindex);
}

static void print_peer(const struct dgsec_peer *peer)
{
	char buf[FORMAT_SIZE];

	printf(" peer %u", peer->id);
	if (dgsec_has(peer, DGSEC_A_PEER_NAME))
		printf(" name %s", format_name(buf, peer->name));
	if (dgsec_has(peer, DGSEC_A_PEER_INNER_ADDR))
		printf(" addr %s", format_addr(buf, &peer->inner_addr));
}

static void print_assoc(const struct dgsec_assoc *assoc)
{
	char buf[FORMAT_SIZE];

	printf(" assoc %u", assoc->id);
	if (dgsec_has(assoc, DGSEC_A_ASSOC_PEER_ID))
		printf(" peer %u", assoc->peer_id);
	if (dgsec_has(assoc, DGSEC_A_ASSOC_REMOTE_ADDR))
		printf(" remote %s", format_endpoint(buf, &assoc->remote_addr,
						     assoc->remote_port));
	if (dgsec_has(assoc, DGSEC_A_ASSOC_PROTOCOL) &&
	    assoc->protocol == DGSEC_PROTOCOL_NONE)
		printf(" NO SECURITY");
}

static const char *level_name(uint8_t level)
{
	return level == 1 ? "warning" : level == 2 ? "fatal" : "unknown";
}

static void print_text(const struct dgsec_event *ev)
{
	const char *alert = dgsec_alert_name(ev->description);
	char buf[FORMAT_SIZE];

	printf("%s %s", format_time(buf), dgsec_event_name(ev->type));
	print_dev(ev);
	if (ev->peer.has)
		print_peer(&ev->peer);
	if (ev->assoc.has)
		print_assoc(&ev->assoc);
	if (ev->type == DGSEC_CMD_EXPIRE_NTF)
		printf(" %s %s", ev->hard ? "hard" : "soft",
		       format_known(dgsec_reason_name(ev->reason)));
	if (ev->type == DGSEC_CMD_ALERT_NTF && alert)
		printf(" %s %s", level_name(ev->level), alert);
	else if (ev->type == DGSEC_CMD_ALERT_NTF)
		printf(" %s %u", level_name(ev->level), ev->description);
	if (ev->type == DGSEC_CMD_AUTH_NTF)
		printf(" count %u", ev->count);
	putchar('\n');
}

/* ---- as JSON ---- */

static struct json_object *json_event(const char *name)
{
	struct json_object *o = json_object_new_object();
	char buf[FORMAT_SIZE];

	json_add_text(o, "time", format_time(buf));
	json_add_text(o, "event", name);
	return o;
}

static void print_json(const struct dgsec_event *ev)
{
	struct json_object *o = json_event(dgsec_event_name(ev->type));
	struct json_object *alert;
	const char *reason = dgsec_reason_name(ev->reason);

	if (ev->dev.ifindex)
		json_add_number(o, "ifindex", ev->dev.ifindex);
	if (ev->dev.lower_ifindex)
		json_add_number(o, "lower-ifindex", ev->dev.lower_ifindex);
	if (ev->peer.has)
		json_object_object_add(o, "peer", json_peer(&ev->peer));
	if (ev->assoc.has)
		json_object_object_add(o, "assoc", json_assoc(&ev->assoc));
	if (ev->type == DGSEC_CMD_EXPIRE_NTF) {
		if (reason)
			json_add_text(o, "reason", reason);
		else
			json_add_number(o, "reason", ev->reason);
		json_object_object_add(o, "hard",
				       json_object_new_boolean(ev->hard));
	}
	if (ev->type == DGSEC_CMD_ALERT_NTF) {
		alert = json_object_new_object();
		json_add_number(alert, "level", ev->level);
		json_add_number(alert, "description", ev->description);
		json_object_object_add(o, "alert", alert);
	}
	if (ev->type == DGSEC_CMD_AUTH_NTF)
		json_add_number(o, "count", ev->count);
	json_print(o);
}

static void print_lost(bool json)
{
	char buf[FORMAT_SIZE];

	if (json)
		json_print(json_event("lost"));
	else
		printf("%s lost\n", format_time(buf));
}

static bool wanted(const struct monitor *m, const struct dgsec_event *ev)
{
	if (!m->dev.name)
		return true;
	/* An index of the other netns could be that of something else here. */
	if (m->ifindex)
		return ev->dev.ifindex == m->ifindex;
	return ev->dev.lower_ifindex == m->lower_ifindex;
}

/* Print what there is. Return: an exit code if it is over, or -1. */
static int drain(const struct monitor *m, struct dgsec_events *events)
{
	struct dgsec_event ev;
	int ret;

	for (;;) {
		ret = dgsec_events_recv(events, &ev);
		if (!ret)
			return -1;
		if (ret == -ENOBUFS) {
			print_lost(m->json);
		} else if (ret == -ENODEV) {
			cli_error("monitor: the module was unloaded");
			return EXIT_FAILED;
		} else if (ret < 0) {
			cli_error("monitor: %s", strerror(-ret));
			return EXIT_FAILED;
		} else if (!wanted(m, &ev)) {
			continue;
		} else if (m->json) {
			print_json(&ev);
		} else {
			print_text(&ev);
		}
		/* Whoever reads a pipe wants to know now. */
		if (fflush(stdout))
			return EXIT_FAILED;
	}
}

static int watch(const struct monitor *m)
{
	struct dgsec_events *events;
	struct pollfd pfd = { .events = POLLIN };
	int ret = -1;
	int err;

	err = dgsec_events_open(&events);
	if (err) {
		cli_error("monitor: cannot subscribe to events: %s%s",
			  strerror(-err), err == -EPERM ?
			  " (it takes root, or CAP_NET_ADMIN)" : "");
		return EXIT_FAILED;
	}
	pfd.fd = dgsec_events_fd(events);
	while (ret < 0) {
		if (poll(&pfd, 1, -1) < 0 && errno != EINTR) {
			cli_error("monitor: %s", strerror(errno));
			ret = EXIT_FAILED;
			break;
		}
		ret = drain(m, events);
	}
	dgsec_events_close(events);
	return ret;
}

static int run(struct args *a)
{
	struct dgsec_interface iface;
	struct monitor m = { 0 };
	int err, ret;

	m.json = args_option(a, "-j");
	if ((args_peek(a) && dev_parse(a, &m.dev)) || args_done(a))
		return cli_usage(a);
	ret = m.dev.name ? dev_open(&m.dev) : dev_open_handle(&m.dev);
	if (ret)
		return ret;
	if (m.dev.name) {
		err = dgsec_interface_get(m.dev.dg, m.dev.ref, &iface);
		if (err) {
			ret = dev_failed(&m.dev, "monitor", err);
			memset(&iface, 0, sizeof(iface));
		}
		m.ifindex = iface.ifindex;
		m.lower_ifindex = iface.lower_ifindex;
	}
	dev_close(&m.dev);
	return ret ? ret : watch(&m);
}

const struct verb verb_monitor = {
	.name = "monitor",
	.summary = "print events as they come",
	.help = help,
	.run = run,
};
