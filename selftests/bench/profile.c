// SPDX-License-Identifier: GPL-2.0
/*
 * bench-profile.so: a plugin of QEMU that counts the guest instructions of
 * each piece of code while bench-path has a packet on its way, and of each call
 * with all it calls. Nothing in the guest is changed for it, so it shows what
 * bench-path measures.
 *
 * Argument: out=FILE, to which it writes at the end
 *	packets MARK COUNT
 *	piece MARK ADDRESS INSTRUCTIONS
 *	call MARK ID PARENT ADDRESS INSTRUCTIONS	(of the call alone)
 *
 * Copyright (C) 2026 The dgsec authors
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mark.h"
#include "qemu_plugin.h"

int qemu_plugin_version = PLUGIN_VERSION;

enum {
	FRAMES_MAX = 512,
};

enum ending {
	END_OTHER,
	END_CALL,
	END_RETURN,
};

/* What QEMU translates and runs in one go: no jump in or out but at its ends. */
struct piece {
	struct piece *next;
	uint64_t vaddr;
	uint64_t after;			/* address behind it */
	uint64_t insns;
	uint64_t runs[MARK_MAX];
	enum ending ending;
};

/* A function entered by the same chain of calls, however often. */
struct call {
	struct call *parent;
	struct call *child;
	struct call *sibling;
	uint64_t vaddr;
	uint64_t insns[MARK_MAX];
	unsigned int id;
};

struct frame {
	uint64_t ret;
	struct call *caller;
};

/* One processor under -icount, so nothing here needs a lock. */
static struct piece *pieces;
static struct call root;
static struct call *current = &root;
static struct frame frames[FRAMES_MAX];
static unsigned int depth;
static const struct piece *last;
static unsigned int mark;
static uint64_t packets[MARK_MAX];
static char *out_name;

static struct call *call_enter(struct call *parent, uint64_t vaddr)
{
	static unsigned int ids;
	struct call *call;

	for (call = parent->child; call; call = call->sibling)
		if (call->vaddr == vaddr)
			return call;
	call = calloc(1, sizeof(*call));
	if (!call)
		abort();
	call->id = ++ids;
	call->vaddr = vaddr;
	call->parent = parent;
	call->sibling = parent->child;
	parent->child = call;
	return call;
}

/* User space is one piece: it is at other addresses in each process. */
static bool is_user(uint64_t vaddr)
{
	return !(vaddr >> 63);
}

/* Follows calls and returns; what returns to nowhere known changes nothing. */
static void follow(uint64_t vaddr)
{
	unsigned int i;

	if (is_user(vaddr)) {
		current = &root;
		depth = 0;
	} else if (last && is_user(last->vaddr)) {
		/* a system call or an interrupt, which is no call */
	} else if (last && last->ending == END_CALL && depth < FRAMES_MAX) {
		frames[depth].ret = last->after;
		frames[depth++].caller = current;
		current = call_enter(current, vaddr);
	} else if (last && last->ending == END_RETURN) {
		for (i = depth; i-- > 0;) {
			if (frames[i].ret != vaddr)
				continue;
			depth = i;
			current = frames[i].caller;
			break;
		}
	}
}

static void piece_run(unsigned int cpu, void *arg)
{
	struct piece *piece = arg;

	(void)cpu;
	if (!mark)
		return;
	follow(piece->vaddr);
	last = piece;
	piece->runs[mark]++;
	current->insns[mark] += piece->insns;
}

static void mark_run(unsigned int cpu, void *arg)
{
	(void)cpu;
	mark = (uintptr_t)arg;
	packets[mark]++;
	depth = 0;
	current = &root;
	last = NULL;
}

static size_t insn_code(const struct qemu_plugin_insn *insn, uint8_t *code,
			size_t len)
{
	size_t size = qemu_plugin_insn_size(insn);

	if (size > len)
		return 0;
#if PLUGIN_VERSION >= 3
	qemu_plugin_insn_data(insn, code, size);
#else
	memcpy(code, qemu_plugin_insn_data(insn), size);
#endif
	return size;
}

static enum ending insn_ending(const struct qemu_plugin_insn *insn)
{
	uint8_t code[16];
	size_t len = insn_code(insn, code, sizeof(code)), i = 0;

	/* prefixes: segments, operand size, repeat, REX */
	while (i < len && (code[i] == 0x2e || code[i] == 0x3e ||
			   code[i] == 0x66 || code[i] == 0xf2 ||
			   code[i] == 0xf3 || (code[i] & 0xf0) == 0x40))
		i++;
	if (i >= len)
		return END_OTHER;
	if (code[i] == 0xe8 ||
	    (code[i] == 0xff && i + 1 < len && (code[i + 1] >> 3 & 7) == 2))
		return END_CALL;
	if (code[i] == 0xc3 || code[i] == 0xc2)
		return END_RETURN;
	return END_OTHER;
}

/* nopl disp32(%rax) with one of our displacements? */
static bool mark_find(const struct qemu_plugin_insn *insn, uintptr_t *found)
{
	const uint8_t nop[] = { 0x0f, 0x1f, 0x80 };
	uint8_t code[7];
	uint32_t disp;

	if (insn_code(insn, code, sizeof(code)) != sizeof(code))
		return false;
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
	const struct qemu_plugin_insn *end = qemu_plugin_tb_get_insn(tb, n - 1);
	uintptr_t found;

	(void)id;
	if (!piece)
		abort();
	piece->vaddr = qemu_plugin_tb_vaddr(tb);
	piece->insns = n;
	piece->after = qemu_plugin_insn_vaddr(end) + qemu_plugin_insn_size(end);
	piece->ending = insn_ending(end);
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

static void call_print(FILE *out, const struct call *call)
{
	unsigned int i;

	for (i = 1; i < MARK_MAX; i++)
		if (call->insns[i])
			fprintf(out, "call %u %u %u %016llx %llu\n", i, call->id,
				call->parent ? call->parent->id : 0,
				(unsigned long long)call->vaddr,
				(unsigned long long)call->insns[i]);
	for (call = call->child; call; call = call->sibling)
		call_print(out, call);
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
	for (piece = pieces; piece; piece = piece->next) {
		for (i = 1; i < MARK_MAX; i++) {
			unsigned long long cost = piece->insns * piece->runs[i];

			if (cost)
				fprintf(out, "piece %u %016llx %llu\n", i,
					(unsigned long long)piece->vaddr, cost);
		}
	}
	call_print(out, &root);
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
