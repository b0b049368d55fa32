// SPDX-License-Identifier: GPL-2.0
/* Load and unload; no load without self tests passed. */

#include <linux/module.h>
#include <linux/rcupdate.h>
#include <net/genetlink.h>
#include <net/rtnetlink.h>

#include "assoc.h"
#include "interface.h"
#include "netlink.h"
#include "selftest.h"
#include "socket.h"
#include "version.h"

static int __init dgsec_init(void)
{
	int err;

	if (!dgsec_selftest_replay() || !dgsec_selftest_dtls12()) {
		pr_err("dgsec: self-tests: fail: not loading\n");
		return -ENOTRECOVERABLE;
	}
	pr_info("dgsec: self-tests: pass\n");

	err = dgsec_assoc_init();
	if (err)
		return err;
	err = dgsec_interface_init();
	if (err)
		goto err_assoc;
	err = dgsec_netlink_init();
	if (err)
		goto err_interface;
	pr_info("dgsec: datagram security offload " DGSEC_VERSION " loaded\n");
	return 0;

err_interface:
	dgsec_interface_exit();
err_assoc:
	dgsec_assoc_exit();
	return err;
}

static void __exit dgsec_exit(void)
{
	dgsec_netlink_exit();
	dgsec_interface_exit();
	dgsec_socket_exit();
	dgsec_assoc_exit();
}

module_init(dgsec_init);
module_exit(dgsec_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Datagram security offload for DTLS and OSCORE gateways");
MODULE_AUTHOR("The dgsec developers");
MODULE_VERSION(DGSEC_VERSION);
MODULE_ALIAS_RTNL_LINK("dgsec");
MODULE_ALIAS_GENL_FAMILY("dgsec");
