// SPDX-License-Identifier: GPL-2.0
/*
 * bench-profile.so: a plugin of QEMU that counts the guest instructions of
 * each piece of code while bench-path has a packet on its way. Nothing in the
 * guest is changed for it, so it shows what bench-path measures.
 *
 * Arguments: out=FILE. Writes, for each piece: mark, address, instructions.
 *
 * QEMU's header is not in every distribution's package, so the few functions
 * that are used of its stable interface are declared here.
 *
 * Copyright (C) 2026 The dgsec authors
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mark.h"

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
EXPORT int qemu_plugin_version = PLUGIN_VERSION;

struct piece {
	struct piece *next;
	uint64_t vaddr;
	uint64_t insns;
	uint64_t runs[MARK_MAX];
};

/* One processor under -icount, so nothing here needs a lock. */
static struct piece *pieces;
static unsigned int mark;
static uint64_t packets[MARK_MAX];
static char *out_name;

static void piece_run(unsigned int cpu, void *arg)
{
	struct piece *piece = arg;

	(void)cpu;
	if (mark)
		piece->runs[mark]++;
}

static void mark_run(unsigned int cpu, void *arg)
{
	(void)cpu;
	mark = (uintptr_t)arg;
	packets[mark]++;
}

/* nopl disp32(%rax) with one of our displacements? */
static bool mark_find(const struct qemu_plugin_insn *insn, uintptr_t *found)
{
	const uint8_t nop[] = { 0x0f, 0x1f, 0x80 };
	uint8_t code[7];
	uint32_t disp;

	if (qemu_plugin_insn_size(insn) != sizeof(code))
		return false;
#if PLUGIN_VERSION >= 3
	qemu_plugin_insn_data(insn, code, sizeof(code));
#else
	memcpy(code, qemu_plugin_insn_data(insn), sizeof(code));
#endif
	memcpy(&disp, code + 3, sizeof(disp));
	if (memcmp(code, nop, sizeof(nop)) || disp < MARK_BASE ||
	    disp >= MARK_BASE + MARK_MAX)
		return false;
	*found = disp - MARK_BASE;
	return true;
}

static void translated(plugin_id id, struct qemu_plugin_tb *tb)
{
	size_t n = qemu_plugin_tb_n_insns(tb), i;
	struct piece *piece = calloc(1, sizeof(*piece));
	uintptr_t found;

	(void)id;
	if (!piece)
		abort();
	piece->vaddr = qemu_plugin_tb_vaddr(tb);
	piece->insns = n;
	piece->next = pieces;
	pieces = piece;
	qemu_plugin_register_vcpu_tb_exec_cb(tb, piece_run, 0, piece);
	for (i = 0; i < n; i++) {
		struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);

		if (mark_find(insn, &found))
			qemu_plugin_register_vcpu_insn_exec_cb(insn, mark_run, 0,
							       (void *)found);
	}
}

static void at_exit(plugin_id id, void *arg)
{
	const struct piece *piece;
	FILE *out = fopen(out_name, "w");
	unsigned int i;

	(void)id;
	(void)arg;
	if (!out) {
		perror(out_name);
		return;
	}
	for (i = 1; i < MARK_MAX; i++)
		if (packets[i])
			fprintf(out, "packets %u %llu\n", i,
				(unsigned long long)packets[i]);
	for (piece = pieces; piece; piece = piece->next)
		for (i = 1; i < MARK_MAX; i++)
			if (piece->runs[i])
				fprintf(out, "%u %016llx %llu\n", i,
					(unsigned long long)piece->vaddr,
					(unsigned long long)(piece->runs[i] *
							     piece->insns));
	fclose(out);
}

int qemu_plugin_install(plugin_id id, const void *info, int argc, char **argv)
{
	int i;

	(void)info;
	for (i = 0; i < argc; i++)
		if (!strncmp(argv[i], "out=", 4))
			out_name = strdup(argv[i] + 4);
	if (!out_name) {
		fputs("bench-profile: out=FILE is missing\n", stderr);
		return -1;
	}
	qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
	qemu_plugin_register_atexit_cb(id, at_exit, NULL);
	return 0;
}
