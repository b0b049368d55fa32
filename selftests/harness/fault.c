// SPDX-License-Identifier: GPL-2.0
/*
 * One fault, chosen by name when the module is loaded: the harness has to notice
 * each of them. Never installed, and built for the kernels that check only.
 */

#include <linux/delay.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/netdevice.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <net/net_namespace.h>

static char *fault = "";
module_param(fault, charp, 0);
MODULE_PARM_DESC(fault, "which fault to commit");

static char *device = "";
module_param(device, charp, 0);
MODULE_PARM_DESC(device, "the network device of netdev-reference");

static int commit_leak(void)
{
	return kmalloc(64, GFP_KERNEL) ? 0 : -ENOMEM;
}

static int commit_use_after_free(void)
{
	u8 *p = kmalloc(64, GFP_KERNEL);

	if (!p)
		return -ENOMEM;
	kfree(p);
	pr_info("read %d\n", READ_ONCE(*p));
	return 0;
}

static int commit_warn(void)
{
	WARN_ON(1);
	return 0;
}

static DEFINE_SPINLOCK(lock_a);
static DEFINE_SPINLOCK(lock_b);

static int commit_sleep_in_atomic(void)
{
	void *p;

	spin_lock(&lock_a);
	p = kmalloc(64, GFP_KERNEL);
	spin_unlock(&lock_a);
	kfree(p);
	return 0;
}

static int commit_lock_inversion(void)
{
	spin_lock(&lock_a);
	spin_lock(&lock_b);
	spin_unlock(&lock_b);
	spin_unlock(&lock_a);

	spin_lock(&lock_b);
	spin_lock(&lock_a);
	spin_unlock(&lock_a);
	spin_unlock(&lock_b);
	return 0;
}

static int __rcu *number;

static int commit_rcu_without_lock(void)
{
	pr_info("no number: %d\n", !rcu_dereference(number));
	return 0;
}

static struct net_device *held;
static netdevice_tracker held_tracker;

/* Until the module goes, so that the machine can go on afterwards */
static int commit_netdev_reference(void)
{
	held = netdev_get_by_name(&init_net, device, &held_tracker, GFP_KERNEL);
	return held ? 0 : -ENODEV;
}

static unsigned long shared;

static int increment(void *unused)
{
	while (!kthread_should_stop()) {
		shared++;
		cond_resched();
	}
	return 0;
}

static int commit_data_race(void)
{
	struct task_struct *other;

	other = kthread_run(increment, NULL, "dgsec-fault");
	if (IS_ERR(other))
		return PTR_ERR(other);
	for (int i = 0; i < 100000; i++) {
		shared++;
		cond_resched();
	}
	return kthread_stop(other);
}

static const struct {
	const char *name;
	int (*commit)(void);
} faults[] = {
	{ "none", NULL },
	{ "leak", commit_leak },
	{ "use-after-free", commit_use_after_free },
	{ "warn", commit_warn },
	{ "sleep-in-atomic", commit_sleep_in_atomic },
	{ "lock-inversion", commit_lock_inversion },
	{ "rcu-without-lock", commit_rcu_without_lock },
	{ "netdev-reference", commit_netdev_reference },
	{ "data-race", commit_data_race },
};

static int __init init(void)
{
	for (int i = 0; i < ARRAY_SIZE(faults); i++)
		if (!strcmp(fault, faults[i].name))
			return faults[i].commit ? faults[i].commit() : 0;
	pr_err("no fault '%s'\n", fault);
	return -EINVAL;
}

static void __exit finish(void)
{
	netdev_put(held, &held_tracker);
}

module_init(init);
module_exit(finish);
MODULE_DESCRIPTION("Faults that the test harness has to notice");
MODULE_LICENSE("GPL");
