// SPDX-License-Identifier: GPL-2.0
/* The interface a verb works on. */
#include "cli.h"

#include <errno.h>
#include <string.h>

#define LOWER_PREFIX	"lower:"

/* Take DEV off the command line; whether it exists is found out later. */
int dev_parse(struct args *a, struct dev *dev)
{
	const char *name = args_next(a);
	const char *bare = name;

	memset(dev, 0, sizeof(*dev));
	if (!name)
		return args_error(a, "the interface is missing: its name, or lower:NAME");
	if (!strncmp(bare, LOWER_PREFIX, strlen(LOWER_PREFIX)))
		bare += strlen(LOWER_PREFIX);
	if (!*bare || strlen(bare) >= IF_NAMESIZE || strpbrk(bare, "/: \t"))
		return args_error(a, "'%s' cannot be the name of an interface",
				  name);
	dev->name = name;
	return 0;
}

/* Open the handle alone, for verbs that work on every interface. */
int dev_open_handle(struct dev *dev)
{
	int err = dgsec_open(&dev->dg);

	if (err == -ENOENT) {
		cli_error("the kernel has no family \"dgsec\": is the module loaded?");
		return EXIT_FAILED;
	}
	if (err) {
		cli_error("cannot use netlink: %s", strerror(-err));
		return EXIT_FAILED;
	}
	return EXIT_OK;
}

int dev_open(struct dev *dev)
{
	const char *name = dev->name;
	bool lower = !strncmp(name, LOWER_PREFIX, strlen(LOWER_PREFIX));
	unsigned int index;

	if (lower)
		name += strlen(LOWER_PREFIX);
	index = if_nametoindex(name);
	if (!index) {
		cli_error("%s: there is no interface %s here", dev->name, name);
		return EXIT_FAILED;
	}
	if (lower)
		dev->ref.lower_ifindex = index;
	else
		dev->ref.ifindex = index;
	return dev_open_handle(dev);
}

void dev_close(struct dev *dev)
{
	dgsec_close(dev->dg);
	dev->dg = NULL;
}

/* Say what the kernel did not like. Return: the exit code. */
int dev_failed(const struct dev *dev, const char *what, int err)
{
	const char *hint = "";

	if (err == -EPERM)
		hint = " (it takes root, or CAP_NET_ADMIN)";
	cli_error("%s%s%s: %s%s", what, dev->name ? " " : "",
		  dev->name ? dev->name : "", dgsec_error(dev->dg), hint);
	return EXIT_FAILED;
}

/*
 * The name of an interface's lower device, or "" if that is in another network
 * namespace. Its index says nothing then, and may be that of some device here.
 */
void dev_lower(const struct dev *dev, const struct dgsec_interface *iface,
	       char name[IF_NAMESIZE])
{
	struct dgsec_ref lower = { .lower_ifindex = iface->lower_ifindex };
	struct dgsec_interface other;
	int err;

	name[0] = '\0';
	if (!iface->lower_ifindex)
		return;
	err = dgsec_interface_get(dev->dg, lower, &other);
	if (!err && (other.ifindex != iface->ifindex ||
		     strcmp(other.name, iface->name)))
		return;
	/* ENOTUNIQ: it is here, and has several interfaces. */
	if (err && err != -ENOTUNIQ)
		return;
	if (!if_indextoname(iface->lower_ifindex, name))
		name[0] = '\0';
}

/* Make a key by name one by id, for commands that take no names. */
int dev_resolve_peer(const struct dev *dev, struct dgsec_peer *key)
{
	struct dgsec_peer peer;
	int err;

	if (dgsec_has(key, DGSEC_A_PEER_ID))
		return 0;
	err = dgsec_peer_get(dev->dg, dev->ref, key, &peer);
	if (err)
		return err;
	key->has = 0;
	DGSEC_PUT(key, DGSEC_A_PEER_ID, id, peer.id);
	return 0;
}
