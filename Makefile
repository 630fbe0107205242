# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# make demo, make test: install what is missing, build, run. make help lists the rest.

VERSION := 0.1.0
BUILD   := build

# Debian's names for what the targets below need; tests/deps installs what is missing.
BUILD_PACKAGES := gcc libc6-dev make clang-19 bpftool libbpf-dev libxdp-dev libyaml-dev \
                  libjansson-dev libmd-dev
DEMO_PACKAGES  := iproute2 ethtool curl openssl procps util-linux nftables jq python3
TEST_PACKAGES  := $(DEMO_PACKAGES) libcmocka-dev python3-scapy tcpdump nmap binutils git \
                  prometheus prometheus-node-exporter systemd
FUZZ_PACKAGES  := clang-19 libclang-rt-19-dev llvm-19 libcmocka-dev python3
# The guests of tests/vm have what is installed here of tests/vm/programs.
GUEST_PACKAGES := $(shell grep -v '^\#' tests/vm/programs)
ARCH_PACKAGES  := libcmocka-dev python3 binutils qemu-system-arm qemu-user cpio kmod
VM_PACKAGES    := libcmocka-dev python3 binutils clang-14 qemu-system-x86 cpio kmod libxdp1 $(GUEST_PACKAGES)

# The newest clang there is; 14 is the floor.
ifeq ($(origin CLANG),undefined)
CLANG   := $(or $(firstword $(foreach name,clang-19 clang-16 clang-14 clang,$(if $(shell command -v $(name)),$(name)))),clang)
endif
BPFTOOL ?= $(firstword $(wildcard /usr/sbin/bpftool /usr/local/sbin/bpftool) bpftool)
CC      ?= cc
BYTE_ORDER := el
.DEFAULT_GOAL := all
include tests/arch/cross.mk

WARNINGS := -Wall -Wextra -Werror -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla
CFLAGS   ?= -O2 -g
USER_CFLAGS = -std=gnu17 $(CFLAGS) $(WARNINGS) -D_GNU_SOURCE -DVERSION='"$(VERSION)"' \
              -Iinclude -Iuser -I$(BUILD)/bpf
USER_LIBS = -lxdp -lbpf -lyaml -ljansson -lmd
BPF_CFLAGS = -target bpf$(BYTE_ORDER) -std=gnu17 -mcpu=v3 -O2 -g $(WARNINGS) \
             -Wno-missing-prototypes -Iinclude -Ibpf -Ivmlinux

USER_SOURCES := $(sort $(wildcard user/*.c))
USER_OBJECTS := $(USER_SOURCES:%.c=$(BUILD)/%.o)
LIBRARY_OBJECTS := $(filter-out $(BUILD)/user/main.o,$(USER_OBJECTS))
BPF_OBJECT := $(BUILD)/bpf/directorgate.bpf.o
SKELETON := $(BUILD)/bpf/directorgate.skel.h
PROGRAM_HASH := $(BUILD)/bpf/program-hash.h

# tests/SUITE/x_test.c is a cmocka program each, tests/net/x.c a tool of the lab. The other files
# of tests/packet are the model and what asks it, for the tests that MODEL_TESTS names.
TEST_PROGRAMS := $(patsubst %.c,$(BUILD)/%,$(sort $(wildcard $(foreach suite,unit packet vm,tests/$(suite)/*_test.c))))
MODEL_TESTS   := found random
MODEL_OBJECTS := $(patsubst %.c,$(BUILD)/%.o,$(filter-out %_test.c,$(sort $(wildcard tests/packet/*.c))))
NET_TOOLS     := $(patsubst %.c,$(BUILD)/%,$(sort $(wildcard tests/net/*.c)))
# What the guests of tests/vm cannot build themselves.
GUEST_TOOLS   := $(addprefix $(BUILD)/tests/vm/tools/,stream questions interrupt.so)

.PHONY: all
all: $(BUILD)/directorgate

.PHONY: tests
tests: all $(TEST_PROGRAMS) $(NET_TOOLS) $(GUEST_TOOLS)

$(BUILD)/directorgate: $(USER_OBJECTS) $(BUILD)/link-flags
	$(QUIET_LINK)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $(USER_OBJECTS) $(USER_LIBS)

$(BPF_OBJECT): bpf/directorgate.bpf.c $(BUILD)/bpf-flags
	@mkdir -p $(@D)
	$(QUIET_BPF)$(CLANG) $(BPF_CFLAGS) -MMD -MP -c -o $@ $<

$(SKELETON): $(BPF_OBJECT)
	$(QUIET_SKEL)$(BPFTOOL) gen skeleton $< name directorgate_bpf > $@.new && mv $@.new $@

# Compared by each apply: what has not changed is hashed here, once.
$(PROGRAM_HASH): $(BPF_OBJECT)
	@printf '#define PROGRAM_HASH "%s"\n' $$(sha256sum <$< | cut -d ' ' -f 1) > $@

$(BUILD)/user/%.o: user/%.c $(BUILD)/user-flags
	@mkdir -p $(@D)
	$(QUIET_CC)$(CC) $(USER_CFLAGS) -MMD -MP -c -o $@ $<

# The skeleton is made, so no list of headers can name it before it is there.
$(patsubst %.c,$(BUILD)/%.o,$(wildcard user/dataplane*.c)): | $(SKELETON) $(PROGRAM_HASH)
$(TEST_PROGRAMS): | $(SKELETON)

$(BUILD)/libdirectorgate.a: $(LIBRARY_OBJECTS) $(BUILD)/link-flags
	@rm -f $@
	$(QUIET_AR)$(AR) rcs $@ $(LIBRARY_OBJECTS)

$(BUILD)/tests/%_test: tests/%_test.c $(BUILD)/libdirectorgate.a
	@mkdir -p $(@D)
	$(QUIET_CC)$(CC) $(USER_CFLAGS) -Itests -MMD -MP -o $@ $(filter %.c %.o,$^) \
		$(BUILD)/libdirectorgate.a $(USER_LIBS) -lcmocka $(LDFLAGS)

$(patsubst %,$(BUILD)/tests/packet/%_test,$(MODEL_TESTS)): $(MODEL_OBJECTS)

$(BUILD)/tests/packet/%.o: tests/packet/%.c $(BUILD)/user-flags
	@mkdir -p $(@D)
	$(QUIET_CC)$(CC) $(USER_CFLAGS) -Itests -MMD -MP -c -o $@ $<

$(BUILD)/tests/net/%: tests/net/%.c $(BUILD)/user-flags
	@mkdir -p $(@D)
	$(QUIET_CC)$(CC) $(USER_CFLAGS) -MMD -MP -o $@ $< $(LDFLAGS)

$(BUILD)/tests/vm/tools/stream: tests/net/traffic/stream.c tests/net/traffic/namespace.c
$(BUILD)/tests/vm/tools/questions: tests/net/traffic/questions.c tests/net/traffic/namespace.c
$(BUILD)/tests/vm/tools/interrupt.so: tests/net/traffic/interrupt.c
$(BUILD)/tests/vm/tools/interrupt.so: TOOL_FLAGS := -shared -fPIC
$(GUEST_TOOLS): $(BUILD)/user-flags
	@mkdir -p $(@D)
	$(QUIET_CC)$(CC) $(USER_CFLAGS) $(TOOL_FLAGS) -pthread -MMD -MP -MF $@.d -o $@ $(filter %.c,$^) $(LDFLAGS) -ldl

# What a step was made with. Changes only when that does, and then the step is made again.
define record
@mkdir -p $(@D)
@printf '%s\n' '$(subst ','\'',$(strip $(1)))' | cmp --silent - $@ || printf '%s\n' '$(subst ','\'',$(strip $(1)))' > $@
endef

.PHONY: always
always:
$(BUILD)/user-flags: always
	$(call record,$(CC) $(USER_CFLAGS))
$(BUILD)/bpf-flags: always
	$(call record,$(CLANG) $(BPF_CFLAGS))
$(BUILD)/link-flags: always
	$(call record,$(CC) $(CFLAGS) $(LDFLAGS) $(USER_LIBS) $(USER_OBJECTS))

-include $(USER_OBJECTS:.o=.d) $(BPF_OBJECT:.o=.d) $(TEST_PROGRAMS:=.d) $(MODEL_OBJECTS:.o=.d) \
         $(NET_TOOLS:=.d) $(GUEST_TOOLS:=.d)

# Once more, because on a fresh machine the compilers come with the packages; on all
# processors, unless the caller's make has said how many.
define build
@$(MAKE) --no-print-directory $(if $(findstring jobserver,$(MAKEFLAGS)),,-j$(shell nproc)) BUILD='$(BUILD)' $(1)
endef

.PHONY: deps
deps:
	@tests/deps $(BUILD_PACKAGES) $(TEST_PACKAGES)

.PHONY: demo
demo:
	@tests/preflight 'make demo'
	@tests/deps $(BUILD_PACKAGES) $(DEMO_PACKAGES)
	$(call build,all $(NET_TOOLS))
	@tests/net/demo $(BUILD)/directorgate

# SUITE="unit golden" runs those suites alone; SUITE=every adds the slow ones, as .ci/run does.
SUITE :=
ROOTLESS_SUITES := unit golden tree fuzz asan lint

.PHONY: test
test:
	$(if $(filter-out $(ROOTLESS_SUITES),$(or $(SUITE),net)),@tests/preflight 'make test')
	@tests/deps $(BUILD_PACKAGES) $(TEST_PACKAGES) $(if $(filter vm every,$(SUITE)),$(VM_PACKAGES)) \
		$(if $(filter fuzz every,$(SUITE)),$(FUZZ_PACKAGES)) \
		$(if $(filter compilers every,$(SUITE)),$(COMPILER_PACKAGES)) \
		$(if $(filter asan every,$(SUITE)),$(ASAN_PACKAGES)) \
		$(if $(filter lint every,$(SUITE)),$(LINT_PACKAGES))
	$(call build,tests bench-tools $(if $(filter fuzz every,$(SUITE)),fuzz-programs) \
		$(if $(filter asan every,$(SUITE)),asan-programs))
	@tests/run $(BUILD) $(SUITE)

# On this kernel and each of Debian's: the program from each clang loaded, with whatever settings; the
# packet tests; and attached to NICs of several models.
.PHONY: test-vm
test-vm:
	@tests/preflight 'make test-vm'
	@tests/deps $(BUILD_PACKAGES) $(VM_PACKAGES)
	$(call build,tests)
	@tests/run $(BUILD) vm

# Built for other architectures; the unit, golden and packet tests in an emulator of their processors, one of
# which has the other byte order, and the packet tests on arm64 kernels. Takes minutes, so .ci/run has it not.
.PHONY: test-arch
test-arch:
	@tests/deps $(BUILD_PACKAGES) $(ARCH_PACKAGES)
	@tests/run $(BUILD) arch

# How far the verifiers of these kernels go through the program, in $(BUILD)/verifier.md and .json.
.PHONY: verifier
verifier:
	@tests/preflight 'make verifier'
	@tests/deps $(BUILD_PACKAGES) $(VM_PACKAGES)
	$(call build,all)
	@tests/vm/verifier $(BUILD)

# Each fault of tests/mutants/faults is built, and has to turn the packet tests red. Takes minutes.
.PHONY: mutants
mutants:
	@tests/preflight 'make mutants'
	@tests/deps $(BUILD_PACKAGES) $(TEST_PACKAGES)
	@tests/mutants/run $(BUILD)

-include deploy/install.mk
include tests/bench/bench.mk
include tests/fuzz/fuzz.mk
include tests/checks/checks.mk

.PHONY: clean
clean:
	rm -rf $(BUILD)

.PHONY: help
help:
	@echo 'make              build $(BUILD)/directorgate'
	@echo 'make demo         a lab of namespaces, the page enforced in it, rule by rule; needs root'
	@echo 'make test         every test suite; SUITE=unit (or golden, packet, tree, runner, net) runs one'
	@echo 'make fuzz         any frames and any configurations, for FUZZ_SECONDS=600'
	@echo 'make test-vm      other kernels and NICs, in QEMU'
	@echo 'make test-arch    other architectures, in QEMU'

	@echo 'make verifier     how large the program is to verifiers, into $(BUILD)/verifier.md'
	@echo 'make mutants      break the program on purpose, line by line, and see the packet tests fail'
	@echo 'make compilers    build everything with clang 14, 16 and 19, and load what they make; needs root'
	@echo 'make asan         unit and golden tests with sanitizers'
	@echo 'make lint         shellcheck, cppcheck and clang-tidy'
	@echo 'make bench        speed, beside other filters, into $(BUILD)/bench; BENCH=quick is rough; needs root'
	@echo 'make install      PREFIX=/usr/local, DESTDIR= for packagers'
	@echo 'make deps         install what building and testing need (Debian packages)'
	@echo 'make clean        remove $(BUILD)'
	@echo 'V=1 shows the commands; CLANG=clang-14, CC=clang-14, ARCH=arm64 and BUILD=folder choose.'

# One quiet line a step; V=1 shows the commands.
ifndef V
QUIET_CC   = @echo "  CC    $@";
QUIET_BPF  = @echo "  BPF   $@";
QUIET_SKEL = @echo "  SKEL  $@";
QUIET_LINK = @echo "  LINK  $@";
QUIET_AR   = @echo "  AR    $@";
endif
