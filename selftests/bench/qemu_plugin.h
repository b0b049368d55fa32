/* SPDX-License-Identifier: GPL-2.0 */
/* Copyright (C) 2026 The dgsec authors */
/*
 * What profile.c uses of QEMU's interface for plugins, which is stable. The
 * header of QEMU itself is not in Debian's packages.
 */
#ifndef BENCH_QEMU_PLUGIN_H
#define BENCH_QEMU_PLUGIN_H

#include <stddef.h>
#include <stdint.h>

/* Of the QEMU it is built for: 1 up to 8, 2 to 4 afterwards. */
#ifndef PLUGIN_VERSION
#define PLUGIN_VERSION 1
#endif

#define EXPORT __attribute__((visibility("default")))

struct qemu_plugin_tb;
struct qemu_plugin_insn;
typedef uint64_t plugin_id;

size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *tb);
uint64_t qemu_plugin_tb_vaddr(const struct qemu_plugin_tb *tb);
struct qemu_plugin_insn *
qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *tb, size_t i);
#if PLUGIN_VERSION >= 3
size_t qemu_plugin_insn_data(const struct qemu_plugin_insn *insn, void *to,
			     size_t len);
#else
const void *qemu_plugin_insn_data(const struct qemu_plugin_insn *insn);
#endif
uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn *insn);
size_t qemu_plugin_insn_size(const struct qemu_plugin_insn *insn);
void qemu_plugin_register_vcpu_tb_trans_cb(plugin_id id,
					   void (*fn)(plugin_id id,
						      struct qemu_plugin_tb *tb));
void qemu_plugin_register_vcpu_tb_exec_cb(struct qemu_plugin_tb *tb,
					  void (*fn)(unsigned int cpu,
						     void *arg),
					  int flags, void *arg);
void qemu_plugin_register_vcpu_insn_exec_cb(struct qemu_plugin_insn *insn,
					    void (*fn)(unsigned int cpu,
						       void *arg),
					    int flags, void *arg);
void qemu_plugin_register_atexit_cb(plugin_id id,
				    void (*fn)(plugin_id id, void *arg),
				    void *arg);
EXPORT int qemu_plugin_install(plugin_id id, const void *info, int argc,
			       char **argv);
extern EXPORT int qemu_plugin_version;

#endif
