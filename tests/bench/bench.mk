# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# make bench: the speed of the program and the loader, beside the others. Not part of make test.

BENCH_PACKAGES := iproute2 ethtool procps util-linux nftables python3 xdp-tools iptables ipset iperf3

BENCH_BUILD := $(BUILD)/tests/bench
BENCH_TOOLS := $(addprefix $(BENCH_BUILD)/,measure lpm_load stopwatch flood echo)
BENCH_OBJECTS := $(patsubst tests/bench/%.c,$(BENCH_BUILD)/%.o,$(wildcard tests/bench/*.bpf.c))
BENCH_CFLAGS = $(USER_CFLAGS) -I$(BENCH_BUILD)

.PHONY: bench-tools
bench-tools: all $(BENCH_TOOLS) $(BENCH_OBJECTS)
	@:

$(BENCH_BUILD)/%.bpf.o: tests/bench/%.bpf.c $(BUILD)/bpf-flags
	@mkdir -p $(@D)
	$(QUIET_BPF)$(CLANG) $(BPF_CFLAGS) -MMD -MP -c -o $@ $<

$(BENCH_BUILD)/%.skel.h: $(BENCH_BUILD)/%.bpf.o
	$(QUIET_SKEL)$(BPFTOOL) gen skeleton $< name $*_bpf > $@.new && mv $@.new $@

$(BENCH_BUILD)/%.o: tests/bench/%.c $(BUILD)/user-flags
	@mkdir -p $(@D)
	$(QUIET_CC)$(CC) $(BENCH_CFLAGS) -MMD -MP -c -o $@ $<

$(BENCH_BUILD)/namespace.o: tests/net/traffic/namespace.c $(BUILD)/user-flags
	@mkdir -p $(@D)
	$(QUIET_CC)$(CC) $(BENCH_CFLAGS) -MMD -MP -c -o $@ $<

$(BENCH_BUILD)/spread.o: | $(BENCH_BUILD)/spread.skel.h
$(BENCH_BUILD)/lpm_load.o: | $(BENCH_BUILD)/lpm.skel.h
$(BENCH_BUILD)/flood.o: | $(BENCH_BUILD)/flood.skel.h

$(BENCH_BUILD)/measure: $(BENCH_BUILD)/spread.o $(BUILD)/libdirectorgate.a
$(BENCH_BUILD)/lpm_load: $(BUILD)/libdirectorgate.a
$(BENCH_BUILD)/stopwatch $(BENCH_BUILD)/echo: $(BENCH_BUILD)/namespace.o
$(BENCH_TOOLS): %: %.o
	$(QUIET_LINK)$(CC) $(CFLAGS) -o $@ $(filter %.o %.a,$^) $(USER_LIBS) $(LDFLAGS)

-include $(wildcard $(BENCH_BUILD)/*.d)

# BENCH=quick: under a minute, few rounds; else under ten minutes.
BENCH :=

.PHONY: bench
bench:
	@tests/preflight 'make bench'
	@tests/deps $(BUILD_PACKAGES) $(BENCH_PACKAGES)
	$(call build,bench-tools)
	@tests/bench/run $(BUILD) $(BENCH)
