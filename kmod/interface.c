// SPDX-License-Identifier: GPL-2.0
/* The virtual netdevice: its life, and finding it. */

#include <linux/if_arp.h>
#include <linux/netdevice.h>
#include <net/addrconf.h>
#include <net/ip_tunnels.h>
#include <net/net_namespace.h>
#include <net/rtnetlink.h>

#include "assoc.h"
#include "clients.h"
#include "interface.h"
#include "lookup.h"
#include "prerouting.h"
#include "release.h"
#include "socket.h"
#include "tx.h"
#include "wire.h"

/* All interfaces of all netns, by age. Below RTNL. */
static DEFINE_MUTEX(ifaces_lock);
static LIST_HEAD(ifaces);
static u32 next_serial = 1;

static int iface_init(struct net_device *dev)
{
	struct dgsec_iface *iface = netdev_priv(dev);
	int cpu, err;

	iface->stats = alloc_percpu(struct dgsec_stats);
	if (!iface->stats)
		return -ENOMEM;
	for_each_possible_cpu(cpu)
		u64_stats_init(&per_cpu_ptr(iface->stats, cpu)->syncp);
	err = dgsec_ratelimit_init(&iface->handshakes);
	if (err)
		goto err_stats;
	err = dgsec_lookup_init(iface);
	if (err)
		goto err_ratelimit;
	err = dgsec_clients_init(iface);
	if (err)
		goto err_lookup;

	mutex_init(&iface->lock);
	seqlock_init(&iface->service_lock);
	xa_init_flags(&iface->peers, XA_FLAGS_ALLOC1);
	xa_init_flags(&iface->assocs, XA_FLAGS_ALLOC1);
	init_llist_head(&iface->ended);
	INIT_WORK(&iface->reaper, dgsec_assoc_reaper);
	INIT_DELAYED_WORK(&iface->aging, dgsec_assoc_aging);
	dgsec_queue_init(&iface->queue, dgsec_release_look);
	INIT_LIST_HEAD(&iface->list);
	iface->dev = dev;
	iface->service.port = htons(DGSEC_COAP_PORT);
	iface->max_peers = DGSEC_MAX_PEERS;
	iface->max_assocs = DGSEC_MAX_ASSOCS;
	netdev_hold(iface->lower, &iface->lower_tracker, GFP_KERNEL);
	return 0;

err_lookup:
	dgsec_lookup_destroy(iface);
err_ratelimit:
	dgsec_ratelimit_destroy(&iface->handshakes);
err_stats:
	free_percpu(iface->stats);
	return err;
}

/* Everything that may still be reached goes; nothing passes any more. */
static void iface_uninit(struct net_device *dev)
{
	struct dgsec_iface *iface = netdev_priv(dev);
	struct dgsec_assoc *a;
	struct dgsec_peer *peer;
	unsigned long id;

	mutex_lock(&ifaces_lock);
	list_del_init(&iface->list);
	mutex_unlock(&ifaces_lock);

	/* no command attaches a socket any more after this */
	mutex_lock(&iface->lock);
	iface->dying = true;
	mutex_unlock(&iface->lock);
	dgsec_socket_release(iface);
	/* no datagram is on its way in any more after this */
	synchronize_net();

	mutex_lock(&iface->lock);
	/* routes belong to a netns that may not wait for RCU twice */
	xa_for_each(&iface->assocs, id, a)
		dgsec_assoc_forget_route(a);
	xa_for_each(&iface->peers, id, peer) {
		dgsec_peer_delete(iface, peer);
		cond_resched();
	}
	dgsec_lookup_unexpect_old(iface, true);
	mutex_unlock(&iface->lock);
	cancel_work_sync(&iface->reaper);
	cancel_delayed_work_sync(&iface->aging);
	dgsec_release_drop(iface);
	cancel_delayed_work_sync(&iface->queue.work);
	dgsec_clients_stop(iface);
}

/* The last reference is gone. */
static void iface_free(struct net_device *dev)
{
	struct dgsec_iface *iface = netdev_priv(dev);

	xa_destroy(&iface->assocs);
	xa_destroy(&iface->peers);
	dgsec_queue_destroy(&iface->queue);
	dgsec_clients_destroy(iface);
	dgsec_lookup_destroy(iface);
	dgsec_ratelimit_destroy(&iface->handshakes);
	free_percpu(iface->stats);
	netdev_put(iface->lower, &iface->lower_tracker);
}

static int iface_open(struct net_device *dev)
{
	struct inet6_dev *idev = __in6_dev_get(dev);

	/* there is no link: a link-local address would be of no use */
	if (idev)
		idev->cnf.addr_gen_mode = IN6_ADDR_GEN_MODE_NONE;
	netif_start_queue(dev);
	return 0;
}

static int iface_stop(struct net_device *dev)
{
	netif_stop_queue(dev);
	dgsec_release_drop(netdev_priv(dev));
	return 0;
}

static void get_stats64(struct net_device *dev, struct rtnl_link_stats64 *to)
{
	struct dgsec_iface *iface = netdev_priv(dev);
	int stat;

	to->rx_packets = dgsec_stats_sum(iface->stats,
					 DGSEC_A_STATS_RX_RECORDS);
	to->rx_bytes = dgsec_stats_sum(iface->stats, DGSEC_A_STATS_RX_BYTES);
	to->tx_packets = dgsec_stats_sum(iface->stats,
					 DGSEC_A_STATS_TX_RECORDS);
	to->tx_bytes = dgsec_stats_sum(iface->stats, DGSEC_A_STATS_TX_BYTES);
	/* errors are counted as such; what the stack drops it counts itself */
	for (stat = DGSEC_A_STATS_RX_DROP_TRUNCATED;
	     stat <= DGSEC_A_STATS_RX_DROP_MEMORY; stat++)
		if (stat != DGSEC_A_STATS_RX_DROP_AUTH)
			to->rx_dropped += dgsec_stats_sum(iface->stats, stat);
	to->rx_dropped += dgsec_stats_sum(iface->stats,
					  DGSEC_A_STATS_RX_DROP_NOSEC);
	for (stat = DGSEC_A_STATS_TX_DROP_MALFORMED;
	     stat <= DGSEC_A_STATS_TX_DROP_LOWER; stat++)
		if (stat != DGSEC_A_STATS_TX_DROP_NO_ROUTE)
			to->tx_dropped += dgsec_stats_sum(iface->stats, stat);
	for (stat = DGSEC_A_STATS_TX_DROP_QUEUE_FULL;
	     stat <= DGSEC_A_STATS_TX_DROP_QUEUE_REFUSED; stat++)
		to->tx_dropped += dgsec_stats_sum(iface->stats, stat);
	to->rx_dropped += dgsec_stats_sum(iface->stats,
					  DGSEC_A_STATS_RX_DROP_NO_EXCHANGE);
	to->tx_dropped += dgsec_stats_sum(iface->stats,
					  DGSEC_A_STATS_TX_DROP_NOT_COAP) +
			  dgsec_stats_sum(iface->stats,
					  DGSEC_A_STATS_TX_DROP_NO_EXCHANGE);
	to->rx_crc_errors = dgsec_stats_sum(iface->stats,
					    DGSEC_A_STATS_RX_DROP_AUTH);
	to->rx_errors = to->rx_crc_errors;
	to->tx_carrier_errors = dgsec_stats_sum(iface->stats,
						DGSEC_A_STATS_TX_DROP_NO_ROUTE);
	to->tx_errors = to->tx_carrier_errors;
}

static int get_iflink(const struct net_device *dev)
{
	return ((struct dgsec_iface *)netdev_priv(dev))->lower_ifindex;
}

static const struct net_device_ops netdev_ops = {
	.ndo_init		= iface_init,
	.ndo_uninit		= iface_uninit,
	.ndo_open		= iface_open,
	.ndo_stop		= iface_stop,
	.ndo_start_xmit		= dgsec_tx_xmit,
	.ndo_get_stats64	= get_stats64,
	.ndo_get_iflink		= get_iflink,
};

static const struct device_type dgsec_type = { .name = "dgsec" };

static void setup(struct net_device *dev)
{
	dev->netdev_ops = &netdev_ops;
	dev->header_ops = &ip_tunnel_header_ops;
	dev->priv_destructor = iface_free;
	dev->needs_free_netdev = true;
	dev->type = ARPHRD_NONE;
	dev->flags = IFF_POINTOPOINT | IFF_NOARP;
	dev->priv_flags |= IFF_NO_QUEUE;
	dev->hard_header_len = 0;
	dev->addr_len = 0;
	dev->mtu = DGSEC_MTU;
	dev->min_mtu = DGSEC_MTU;
	/* inner packets become records, which have a largest size */
	dev->max_mtu = DTLS12_PLAIN_MAX;
	/* inner checksums do not go over the air */
	dev->features = NETIF_F_HW_CSUM;
	dev->hw_features = NETIF_F_HW_CSUM;
	dgsec_compat_set_lltx(dev);
	SET_NETDEV_DEVTYPE(dev, &dgsec_type);
}

static int newlink(struct net *lower_net, struct net_device *dev,
		   struct nlattr *tb[], struct netlink_ext_ack *extack)
{
	struct dgsec_iface *iface = netdev_priv(dev);
	struct net_device *lower;
	int err;

	if (!tb[IFLA_LINK]) {
		NL_SET_ERR_MSG(extack, "name the lower device: ip link add link LOWER type dgsec");
		return -EINVAL;
	}
	lower = __dev_get_by_index(lower_net, nla_get_u32(tb[IFLA_LINK]));
	if (!lower) {
		NL_SET_ERR_MSG(extack, "there is no such lower device");
		return -ENODEV;
	}
	if (lower->rtnl_link_ops == &dgsec_link_ops) {
		NL_SET_ERR_MSG(extack, "a dgsec interface cannot be stacked on another");
		return -EINVAL;
	}
	iface->lower = lower;
	iface->lower_ifindex = lower->ifindex;
	iface->lower_net = lower_net;
	dev->needed_headroom = dgsec_tx_headroom(lower, 0);
	dev->needed_tailroom = dgsec_tx_tailroom(lower, 0);

	err = register_netdevice(dev);
	if (err)
		return err;
	err = netdev_upper_dev_link(lower, dev, extack);
	if (err) {
		unregister_netdevice(dev);
		return err;
	}
	mutex_lock(&ifaces_lock);
	iface->serial = next_serial++;
	list_add_tail(&iface->list, &ifaces);
	mutex_unlock(&ifaces_lock);
	return 0;
}

static void dellink(struct net_device *dev, struct list_head *head)
{
	struct dgsec_iface *iface = netdev_priv(dev);

	/* the end of the lower device may have come first */
	if (dev->reg_state != NETREG_REGISTERED)
		return;
	netdev_upper_dev_unlink(iface->lower, dev);
	unregister_netdevice_queue(dev, head);
}

static struct net *get_link_net(const struct net_device *dev)
{
	return ((struct dgsec_iface *)netdev_priv(dev))->lower_net;
}

DGSEC_COMPAT_NEWLINK(newlink)

struct rtnl_link_ops dgsec_link_ops __read_mostly = {
	.kind		= "dgsec",
	.priv_size	= sizeof(struct dgsec_iface),
	.setup		= setup,
	.newlink	= dgsec_compat_newlink,
	.dellink	= dellink,
	.get_link_net	= get_link_net,
};

/* An interface comes to a netns or leaves it, at moves too. */
static int own_event(struct net_device *dev, unsigned long event)
{
	struct dgsec_iface *iface = netdev_priv(dev);
	int err;

	if (event == NETDEV_REGISTER) {
		err = dgsec_prerouting_register(iface);
		if (err)
			netdev_err(dev, "cannot guard the peers' addresses: error %d\n",
				   err);
		return notifier_from_errno(err);
	}
	if (event == NETDEV_UNREGISTER)
		dgsec_prerouting_unregister(iface);
	return NOTIFY_DONE;
}

/* The lower device goes, or moves to where the sockets are not: so do we. */
static int dev_event(struct notifier_block *nb, unsigned long event, void *ptr)
{
	struct net_device *lower = netdev_notifier_info_to_dev(ptr);
	struct dgsec_iface *iface;
	LIST_HEAD(gone);

	if (lower->rtnl_link_ops == &dgsec_link_ops)
		return own_event(lower, event);
	if (event != NETDEV_UNREGISTER)
		return NOTIFY_DONE;
	mutex_lock(&ifaces_lock);
	list_for_each_entry(iface, &ifaces, list)
		if (iface->lower == lower)
			dellink(iface->dev, &gone);
	mutex_unlock(&ifaces_lock);
	unregister_netdevice_many(&gone);
	return NOTIFY_DONE;
}

static struct notifier_block dev_notifier = {
	.notifier_call = dev_event,
};

/*
 * A netns ends. Sockets of the kernel's own do not keep it, so they must go
 * before it; the devices follow by themselves.
 */
static void __net_exit net_pre_exit(struct net *net)
{
	struct dgsec_iface *iface;

	mutex_lock(&ifaces_lock);
	list_for_each_entry(iface, &ifaces, list)
		if (iface->lower_net == net)
			dgsec_socket_release(iface);
	mutex_unlock(&ifaces_lock);
}

static struct pernet_operations net_ops = {
	.pre_exit = net_pre_exit,
};

static bool is_named(const struct dgsec_iface *iface, const struct net *net,
		     u32 ifindex, u32 lower_ifindex)
{
	if (ifindex)
		return net_eq(dev_net(iface->dev), net) &&
		       iface->dev->ifindex == ifindex;
	return net_eq(iface->lower_net, net) &&
	       iface->lower_ifindex == lower_ifindex;
}

/**
 * dgsec_interface_get - find an interface
 * @net: netns of whoever asks
 * @ifindex: of the interface in @net, or 0
 * @lower_ifindex: of its lower device in @net, or 0
 * @tracker: of the reference
 * @extack: gets the text of a refusal
 *
 * Return: the interface, held, or an ERR_PTR.
 */
struct dgsec_iface *dgsec_interface_get(struct net *net, u32 ifindex,
					u32 lower_ifindex,
					netdevice_tracker *tracker,
					struct netlink_ext_ack *extack)
{
	struct dgsec_iface *iface, *found = NULL;

	if (!ifindex == !lower_ifindex) {
		NL_SET_ERR_MSG(extack, "name the interface by ifindex or by lower-ifindex");
		return ERR_PTR(-EINVAL);
	}
	mutex_lock(&ifaces_lock);
	list_for_each_entry(iface, &ifaces, list) {
		if (!is_named(iface, net, ifindex, lower_ifindex))
			continue;
		if (found) {
			NL_SET_ERR_MSG(extack, "several interfaces have this lower device: name one by ifindex");
			found = ERR_PTR(-ENOTUNIQ);
			goto out;
		}
		found = iface;
	}
	if (found) {
		netdev_hold(found->dev, tracker, GFP_KERNEL);
	} else {
		NL_SET_ERR_MSG(extack, "there is no such dgsec interface");
		found = ERR_PTR(-ENODEV);
	}
out:
	mutex_unlock(&ifaces_lock);
	return found;
}

/**
 * dgsec_interface_next - go through the interfaces that a netns can see
 * @net: netns of whoever asks
 * @serial: the one before
 * @tracker: of the reference
 *
 * Return: the next interface, held, or NULL.
 */
struct dgsec_iface *dgsec_interface_next(struct net *net, u32 serial,
					 netdevice_tracker *tracker)
{
	struct dgsec_iface *iface;

	mutex_lock(&ifaces_lock);
	list_for_each_entry(iface, &ifaces, list) {
		if (iface->serial <= serial ||
		    (!net_eq(dev_net(iface->dev), net) &&
		     !net_eq(iface->lower_net, net)))
			continue;
		netdev_hold(iface->dev, tracker, GFP_KERNEL);
		goto out;
	}
	iface = NULL;
out:
	mutex_unlock(&ifaces_lock);
	return iface;
}

void dgsec_interface_put(struct dgsec_iface *iface, netdevice_tracker *tracker)
{
	netdev_put(iface->dev, tracker);
}

/**
 * dgsec_interface_service - the interface's own address as a service
 * @iface: the interface
 * @addr: its first global address
 *
 * Context: RCU read lock.
 * Return: whether there is one.
 */
bool dgsec_interface_service(const struct dgsec_iface *iface,
			     struct in6_addr *addr)
{
	struct inet6_dev *idev = __in6_dev_get(iface->dev);
	const struct inet6_ifaddr *ifa;

	if (!idev)
		return false;
	list_for_each_entry_rcu(ifa, &idev->addr_list, if_list) {
		if (ipv6_addr_type(&ifa->addr) & IPV6_ADDR_LINKLOCAL)
			continue;
		*addr = ifa->addr;
		return true;
	}
	return false;
}

int dgsec_interface_init(void)
{
	int err;

	err = register_pernet_device(&net_ops);
	if (err)
		return err;
	err = register_netdevice_notifier(&dev_notifier);
	if (err)
		goto err_pernet;
	err = rtnl_link_register(&dgsec_link_ops);
	if (err)
		goto err_notifier;
	return 0;

err_notifier:
	unregister_netdevice_notifier(&dev_notifier);
err_pernet:
	unregister_pernet_device(&net_ops);
	return err;
}

/* Deletes all interfaces. */
void dgsec_interface_exit(void)
{
	rtnl_link_unregister(&dgsec_link_ops);
	unregister_netdevice_notifier(&dev_notifier);
	unregister_pernet_device(&net_ops);
}
