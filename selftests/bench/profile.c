// SPDX-License-Identifier: GPL-2.0
/*
 * bench-profile.so: a plugin of QEMU that counts the guest instructions of
 * each piece of code while bench-path has a packet on its way, and of each call
 * with all it calls. Nothing in the guest is changed for it, so it shows what
 * bench-path measures.
 *
 * Argument: out=FILE, to which it writes for each path of bench-path, in order
 *	path PACKETS
 *	call ID PARENT SITE ADDRESS	a function, called at SITE in PARENT
 *	cost ID ADDRESS INSTRUCTIONS	of a piece of code in that call
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
	uint64_t vaddr;
	uint64_t after;			/* address behind it */
	uint64_t insns;
	enum ending ending;
};

/* What one piece has cost in one call; the last used comes first. */
struct cost {
	struct cost *next;
	const struct piece *piece;
	uint64_t insns;
};

/* A function entered by the same chain of calls, however often. */
struct call {
	struct call *parent;
	struct call *child;
	struct call *sibling;
	struct cost *costs;
	uint64_t site;			/* of the piece that called it */
	uint64_t vaddr;
	unsigned int id;
};

struct frame {
	uint64_t ret;
	struct call *caller;
};

/* One processor under -icount, so nothing here needs a lock. */
static struct call root;
static struct call *current = &root;
static unsigned int ids;
static struct frame frames[FRAMES_MAX];
static unsigned int depth;
static const struct piece *last;
static bool counting;
static uint64_t packets;
static FILE *out;

static void *zalloc(size_t size)
{
	void *p = calloc(1, size);

	if (!p)
		abort();
	return p;
}

static struct call *call_enter(struct call *parent, uint64_t site,
			       uint64_t vaddr)
{
	struct call *call;

	for (call = parent->child; call; call = call->sibling)
		if (call->vaddr == vaddr && call->site == site)
			return call;
	call = zalloc(sizeof(*call));
	call->id = ++ids;
	call->site = site;
	call->vaddr = vaddr;
	call->parent = parent;
	call->sibling = parent->child;
	parent->child = call;
	return call;
}

static void call_charge(struct call *call, const struct piece *piece)
{
	struct cost **at, *cost;

	for (at = &call->costs; *at; at = &(*at)->next)
		if ((*at)->piece == piece)
			break;
	cost = *at;
	if (cost) {
		*at = cost->next;
	} else {
		cost = zalloc(sizeof(*cost));
		cost->piece = piece;
	}
	cost->insns += piece->insns;
	cost->next = call->costs;
	call->costs = cost;
}

/* Writes what there is in a call and all below it, and forgets it. */
static void call_write(struct call *call)
{
	struct call *child;
	struct cost *cost;

	while ((cost = call->costs)) {
		fprintf(out, "cost %u %016llx %llu\n", call->id,
			(unsigned long long)cost->piece->vaddr,
			(unsigned long long)cost->insns);
		call->costs = cost->next;
		free(cost);
	}
	while ((child = call->child)) {
		fprintf(out, "call %u %u %016llx %016llx\n", child->id,
			call->id, (unsigned long long)child->site,
			(unsigned long long)child->vaddr);
		call_write(child);
		call->child = child->sibling;
		free(child);
	}
}

static void path_write(void)
{
	if (!packets)
		return;
	fprintf(out, "path %llu\n", (unsigned long long)packets);
	call_write(&root);
	packets = 0;
	ids = 0;
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
		current = call_enter(current, last->vaddr, vaddr);
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
	const struct piece *piece = arg;

	(void)cpu;
	if (!counting)
		return;
	follow(piece->vaddr);
	last = piece;
	call_charge(current, piece);
}

static void mark_run(unsigned int cpu, void *arg)
{
	uintptr_t mark = (uintptr_t)arg;

	(void)cpu;
	if (mark == MARK_PATH)
		path_write();
	counting = mark == MARK_BEGIN;
	if (counting)
		packets++;
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
	    disp >= MARK_BASE + MARKS)
		return false;
	*found = disp - MARK_BASE;
	return true;
}

static void translated(plugin_id id, struct qemu_plugin_tb *tb)
{
	size_t n = qemu_plugin_tb_n_insns(tb), i;
	struct piece *piece = zalloc(sizeof(*piece));
	const struct qemu_plugin_insn *end = qemu_plugin_tb_get_insn(tb, n - 1);
	uintptr_t found;

	(void)id;
	piece->vaddr = qemu_plugin_tb_vaddr(tb);
	piece->insns = n;
	piece->after = qemu_plugin_insn_vaddr(end) + qemu_plugin_insn_size(end);
	piece->ending = insn_ending(end);
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
	(void)id;
	(void)arg;
	path_write();
	if (fclose(out))
		perror("bench-profile");
}

int qemu_plugin_install(plugin_id id, const void *info, int argc, char **argv)
{
	const char *name = NULL;
	int i;

	(void)info;
	for (i = 0; i < argc; i++)
		if (!strncmp(argv[i], "out=", 4))
			name = argv[i] + 4;
	if (!name) {
		fputs("bench-profile: out=FILE is missing\n", stderr);
		return -1;
	}
	out = fopen(name, "w");
	if (!out) {
		perror(name);
		return -1;
	}
	qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
	qemu_plugin_register_atexit_cb(id, at_exit, NULL);
	return 0;
}
