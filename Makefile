# SPDX-License-Identifier: GPL-2.0
#
# make              build the module for $(KDIR) and the userspace
# make install      install both (DESTDIR, PREFIX)
# make demo         show it at work: device, gateway, server, in a virtual machine
# make check        all tests; T=name runs one, KERNEL=debug, kcsan or 7.2 on that
#                   kernel, CPUS=4 on so many processors
# make check-harness  faults of every kind: does the harness notice?
# make bench        what a packet costs; FULL=1 measures everything, and takes longer
#                   T=scale: what 10,000 devices cost
# make interop-docs  run the tests with foreign peers, and put it into docs/interop.md
# make bench-docs   put the figures of the last full one into docs
# make fuzz         ten million random inputs each to the cryptography, the record layer, the
#                   configuration and others; CASES=n, T=record
# make shell        a shell in the virtual machine
# make lint         checkpatch, sparse, clang-tidy, shellcheck, generated code
# make clean        remove what was built
# make distclean    also remove the root file system and the kernels
#
# The module and the programs are built with what this machine has. Everything
# from demo to lint brings its own Debian 13 environment into build/, and needs
# Debian 12 or 13 and root (or sudo) for that.

KDIR	?= /lib/modules/$(shell uname -r)/build
PREFIX	?= /usr/local
KERNEL	?= stock
CPUS	?=
T	?=
CASES	?= 10000000

export PREFIX

all: module userspace

$(KDIR)/Makefile:
	@echo "There are no kernel headers in $(KDIR)." >&2
	@echo "Install them (Debian: apt-get install linux-headers-$$(uname -r)) or say where they are: make KDIR=..." >&2
	@false

module: $(KDIR)/Makefile
	$(MAKE) -C $(KDIR) M=$(CURDIR) modules

userspace:
	$(MAKE) -C userspace O=$(CURDIR)/build/userspace

install: all
	# There is no key to sign it with.
	$(MAKE) -C $(KDIR) M=$(CURDIR) CONFIG_MODULE_SIG_ALL= \
		$(if $(DESTDIR),INSTALL_MOD_PATH=$(DESTDIR)) modules_install
	$(MAKE) -C userspace O=$(CURDIR)/build/userspace install

check:
	@selftests/run -k $(KERNEL) $(if $(CPUS),-s $(CPUS)) $(T)

check-harness:
	@selftests/harness/run $(T)

demo:
	@scripts/vm/run.sh -k $(KERNEL) -o build/demo selftests/demo/demo.sh

bench:
	@selftests/bench/$(or $(T),bench).sh -k $(KERNEL) $(if $(FULL),-f)

interop-docs:
	@scripts/interop.sh

bench-docs:
	@selftests/bench/docs.sh $(T)

fuzz:
	@scripts/fuzz.sh $(CASES) $(T)

shell:
	@scripts/vm/run.sh -k $(KERNEL) -i

lint:
	@scripts/lint.sh

clean:
	[ ! -e $(KDIR)/Makefile ] || $(MAKE) -C $(KDIR) M=$(CURDIR) clean
	rm -rf build/out build/run build/logs build/demo build/bench build/bench-stages build/userspace

distclean: clean
	@scripts/vm/distclean.sh

help:
	@sed -n '2,/^$$/s/^# \{0,1\}//p' Makefile

.PHONY: all module userspace install check check-harness demo bench bench-docs interop-docs fuzz shell lint clean distclean help
