# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# make ARCH=arm64: everything for another architecture, into build/ARCH, with Debian's cross
# compiler and, of that architecture, Debian's libraries: in a folder, never installed.

MACHINE := $(patsubst x86_64,x86,$(patsubst aarch64,arm64,$(shell uname -m)))
ARCH    := $(MACHINE)

ifneq ($(ARCH),$(MACHINE))

CROSS_arm64 := aarch64
CROSS_s390x := s390x
CROSS := $(CROSS_$(ARCH))
$(if $(CROSS),,$(error ARCH=$(ARCH): this machine is $(MACHINE), and builds for $(strip \
	$(patsubst CROSS_%,%,$(filter CROSS_%,$(.VARIABLES)))) besides))

BUILD   := $(BUILD)/$(ARCH)
SYSROOT := $(BUILD)/sysroot
CROSS_PACKAGES   := gcc-$(CROSS)-linux-gnu $(if $(filter s390x,$(ARCH)),qemu-user)
SYSROOT_PACKAGES := $(filter lib%,$(BUILD_PACKAGES)) libcmocka-dev bpftool libc-bin libxdp1 $(GUEST_PACKAGES)

CC := $(CROSS)-linux-gnu-gcc --sysroot=$(SYSROOT)/files
AR := $(CROSS)-linux-gnu-ar
# The natively compiled program, without a sanitizer's library: a fault ends it.
FUZZ_CC     := $(CC)
FUZZ_CHECKS := -fsanitize=undefined -fno-sanitize=alignment -fsanitize-undefined-trap-on-error
FUZZ_GUIDE  :=
# Runs a program of that architecture, by qemu-user.
EMULATE := $(BUILD)/emulate

# bpftool reads objects of its own byte order alone.
ifeq ($(ARCH),s390x)
BYTE_ORDER := eb
BPFTOOL := $(EMULATE) $(SYSROOT)/files/usr/sbin/bpftool
endif

.PHONY: sysroot
sysroot:
	@tests/deps $(CROSS_PACKAGES)
	@tests/arch/sysroot $(ARCH) $(SYSROOT) $(SYSROOT_PACKAGES)
	@printf '#!/bin/sh\nexec qemu-$(CROSS) -L %s "$$@"\n' '$(abspath $(SYSROOT)/files)' >$(EMULATE)
	@chmod +x $(EMULATE)
	@ln -sf "$$(command -v $(CROSS)-linux-gnu-strip)" $(BUILD)/strip
$(BUILD)/user-flags $(BUILD)/bpf-flags $(BUILD)/fuzz/flags: | sysroot

endif
