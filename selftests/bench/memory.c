// SPDX-License-Identifier: GPL-2.0
/*
 * Kernel memory that peers take, by the kernel's own counters: objects of each
 * slab (/proc/slabinfo), and what slabs, large kmalloc()s, percpu and vmalloc()
 * hold in pages (/proc/meminfo).
 *
 * Copyright (C) 2026 The dgsec authors
 */
#include "memory.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum {
	/* What RCU and workqueues still hold is theirs, not the peers'. */
	SETTLE_MS = 500,
};

static int slabinfo_read(struct memory *m)
{
	unsigned long active, total, size, per_slab, pages, slabs;
	struct memory_slab *s;
	char line[512];
	FILE *file;

	file = fopen("/proc/slabinfo", "re");
	if (!file)
		return bench_error("/proc/slabinfo: %s", strerror(errno));
	while (fgets(line, sizeof(line), file)) {
		s = &m->slabs[m->n_slabs];
		if (sscanf(line,
			   "%63s %lu %lu %lu %lu %lu : tunables %*u %*u %*u : slabdata %*u %lu",
			   s->name, &active, &total, &size, &per_slab, &pages,
			   &slabs) != 7)
			continue;
		s->objects = active;
		s->object_size = size;
		s->pages = pages * slabs;
		if (++m->n_slabs == MEMORY_SLABS_MAX)
			break;
	}
	fclose(file);
	if (!m->n_slabs || m->n_slabs == MEMORY_SLABS_MAX)
		return bench_error("/proc/slabinfo has %u lines that make sense",
				   m->n_slabs);
	return 0;
}

static int meminfo_read(struct memory *m)
{
	unsigned int found = 0;
	char line[128], name[64];
	FILE *file;
	long kib;

	file = fopen("/proc/meminfo", "re");
	if (!file)
		return bench_error("/proc/meminfo: %s", strerror(errno));
	while (fgets(line, sizeof(line), file)) {
		if (sscanf(line, "%63[^:]: %ld kB", name, &kib) != 2)
			continue;
		if (!strcmp(name, "Slab"))
			m->slab = kib * 1024;
		else if (!strcmp(name, "Percpu"))
			m->percpu = kib * 1024;
		else if (!strcmp(name, "VmallocUsed"))
			m->vmalloc = kib * 1024;
		else
			continue;
		found++;
	}
	fclose(file);
	return found == 3 ? 0 : bench_error("/proc/meminfo lacks a counter");
}

int memory_read(struct memory *m)
{
	struct timespec settle = { .tv_nsec = SETTLE_MS * 1000000l };

	nanosleep(&settle, NULL);
	memset(m, 0, sizeof(*m));
	if (slabinfo_read(m))
		return -1;
	return meminfo_read(m);
}

static const struct memory_slab *slab_find(const struct memory *m,
					   const char *name)
{
	unsigned int i;

	for (i = 0; i < m->n_slabs; i++)
		if (!strcmp(m->slabs[i].name, name))
			return &m->slabs[i];
	return NULL;
}

static void line_print(const struct bench *bench, const char *name,
		       const char *what, double objects, double octets)
{
	printf("memory\t%s\t%s\t%u\t%s\t%.2f\t%.1f\n", name, bench->cipher->name,
	       bench->n_peers, what, objects / bench->n_peers,
	       octets / bench->n_peers);
}

/*
 * One line for each kind of slab of which a hundred peers have one, then what
 * meminfo has. Columns: path, cipher, peers, what, objects and octets a peer.
 */
void memory_print(const struct bench *bench, const char *name,
		  const struct memory *before, const struct memory *after)
{
	const long page = sysconf(_SC_PAGESIZE);
	const struct memory_slab *old, *new;
	long objects, pages = 0;
	double octets = 0;
	unsigned int i;

	for (i = 0; i < after->n_slabs; i++) {
		new = &after->slabs[i];
		old = slab_find(before, new->name);
		objects = new->objects - (old ? old->objects : 0);
		pages += new->pages - (old ? old->pages : 0);
		octets += objects * (double)new->object_size;
		if (objects * 100 > (long)bench->n_peers)
			line_print(bench, name, new->name, objects,
				   objects * (double)new->object_size);
	}
	/* what no kind of slab has are kmalloc()s of more than two pages */
	line_print(bench, name, "objects", 0, octets);
	line_print(bench, name, "slab pages", 0, pages * (double)page);
	line_print(bench, name, "large",
		   0, after->slab - before->slab - pages * (double)page);
	line_print(bench, name, "percpu", 0, after->percpu - before->percpu);
	line_print(bench, name, "vmalloc", 0, after->vmalloc - before->vmalloc);
	line_print(bench, name, "all", 0,
		   after->slab - before->slab + after->percpu - before->percpu +
		   after->vmalloc - before->vmalloc);
}
