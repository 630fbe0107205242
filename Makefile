# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# make demo, make test: install what is missing, build, run. make help lists the rest.

VERSION := 0.1.0
BUILD   := build

# The newest clang there is; 14 is the floor.
CLANG   ?= $(or $(firstword $(foreach name,clang-19 clang-16 clang-14 clang,$(if $(shell command -v $(name)),$(name)))),clang)
BPFTOOL ?= $(or $(shell command -v bpftool),/usr/sbin/bpftool)
CC      ?= cc
ARCH    := $(patsubst aarch64,arm64,$(patsubst x86_64,x86,$(shell uname -m)))

WARNINGS := -Wall -Wextra -Werror -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla
CFLAGS   ?= -O2 -g
USER_CFLAGS = -std=gnu17 $(CFLAGS) $(WARNINGS) -D_GNU_SOURCE -DVERSION='"$(VERSION)"' \
              -Iinclude -Iuser -I$(BUILD)/bpf
USER_LIBS = -lbpf -lyaml -ljansson -lmd
BPF_CFLAGS = -target bpf -std=gnu17 -mcpu=v3 -O2 -g $(WARNINGS) -Wno-missing-prototypes \
             -D__TARGET_ARCH_$(ARCH) -Iinclude -Ibpf -Ivmlinux/$(ARCH)

USER_SOURCES := $(sort $(wildcard user/*.c))
USER_OBJECTS := $(USER_SOURCES:%.c=$(BUILD)/%.o)
LIBRARY_OBJECTS := $(filter-out $(BUILD)/user/main.o,$(USER_OBJECTS))
SKELETON := $(BUILD)/bpf/directorgate.skel.h

UNIT_TESTS := $(patsubst %.c,$(BUILD)/%,$(sort $(wildcard tests/unit/*_test.c tests/packet/*_test.c)))

.PHONY: all
all: $(BUILD)/directorgate

$(BUILD)/directorgate: $(USER_OBJECTS)
	$(QUIET_LINK)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(USER_LIBS)

$(BUILD)/bpf/directorgate.bpf.o: bpf/directorgate.bpf.c $(wildcard bpf/*.h include/*.h vmlinux/$(ARCH)/*.h) | $(BUILD)/bpf
	$(QUIET_BPF)$(CLANG) $(BPF_CFLAGS) -c -o $@ $<

$(SKELETON): $(BUILD)/bpf/directorgate.bpf.o
	$(QUIET_SKEL)$(BPFTOOL) gen skeleton $< name directorgate_bpf > $@.new && mv $@.new $@

$(BUILD)/user/%.o: user/%.c | $(BUILD)/user
	$(QUIET_CC)$(CC) $(USER_CFLAGS) -MMD -MP -c -o $@ $<

$(patsubst %.c,$(BUILD)/%.o,$(wildcard user/dataplane*.c)): $(SKELETON)

$(BUILD)/libdirectorgate.a: $(LIBRARY_OBJECTS)
	@rm -f $@
	$(QUIET_AR)ar rcs $@ $^

# tests/unit/x_test.c and tests/packet/x_test.c: one cmocka program each, linked with all but main().
$(BUILD)/tests/%_test: tests/%_test.c $(BUILD)/libdirectorgate.a
	@mkdir -p $(@D)
	$(QUIET_CC)$(CC) $(USER_CFLAGS) -Itests -MMD -MP -o $@ $< $(filter %.o,$^) \
		$(BUILD)/libdirectorgate.a $(USER_LIBS) -lcmocka $(LDFLAGS)

$(BUILD)/bpf $(BUILD)/user:
	@mkdir -p $@

-include $(USER_OBJECTS:.o=.d) $(UNIT_TESTS:=.d)

.PHONY: clean
clean:
	rm -rf $(BUILD)

# One quiet line a step; V=1 shows the commands.
ifndef V
QUIET_CC   = @echo "  CC    $@";
QUIET_BPF  = @echo "  BPF   $@";
QUIET_SKEL = @echo "  SKEL  $@";
QUIET_LINK = @echo "  LINK  $@";
QUIET_AR   = @echo "  AR    $@";
endif
