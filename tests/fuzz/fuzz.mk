# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# What tests/fuzz/run runs: the program of bpf/ and the reader of configurations, compiled for this
# machine with sanitizers; the packet tests on that program; and once more to measure coverage.

FUZZ        := $(BUILD)/fuzz
FUZZ_CC     ?= clang-19
FUZZ_CHECKS ?= -fsanitize=address,undefined -fno-sanitize=alignment -fno-sanitize-recover=all
FUZZ_GUIDE  ?= -fsanitize=fuzzer-no-link
FUZZ_CFLAGS  = -std=gnu17 -O1 -g -fno-omit-frame-pointer $(WARNINGS) \
               -Wno-missing-field-initializers -D_GNU_SOURCE -DVERSION='"$(VERSION)"' \
               -Iinclude -Iuser -Itests -MMD -MP
FUZZ_PROGRAM_CFLAGS = -Wno-missing-prototypes -Itests/fuzz/shim -Ibpf -Ivmlinux
FUZZ_LIBS   := -lyaml -ljansson -lmd -lcmocka

# The real ones want the kernel, and the commands want them.
FUZZ_USER := $(filter-out user/main.c user/dataplane%.c user/cmd_%.c user/command%.c,$(USER_SOURCES))
FUZZ_USER_OBJECTS := $(FUZZ_USER:%.c=$(FUZZ)/%.o)
FUZZ_NATIVE := program kernel native_bench export steps
FUZZ_NATIVE_OBJECTS := $(FUZZ_NATIVE:%=$(FUZZ)/tests/%.o)
# Those that talk to the kernel themselves, or ask the model, are for the real program.
FUZZ_TESTS := $(filter-out $(MODEL_TESTS:%=tests/packet/%_test.c),\
                           $(shell grep --files-without-match -e '<bpf/' -e '"dataplane_probe' tests/packet/*_test.c))
FUZZ_NATIVE_TESTS := $(FUZZ_TESTS:tests/packet/%.c=$(FUZZ)/native/%)
FUZZ_JUDGES := packets_fuzz fuzz_site oracle
FUZZ_PACKETS := $(FUZZ_JUDGES) packets_mutate
FUZZ_CONFIG := config_fuzz config_mutate good
FUZZ_COVERED := $(FUZZ_NATIVE) $(FUZZ_PACKETS)

.PHONY: fuzz-programs
fuzz-programs: $(FUZZ)/packets $(FUZZ)/config $(FUZZ)/coverage $(FUZZ_NATIVE_TESTS)

# What needs no libFuzzer, and so runs wherever a compiler compiles for.
.PHONY: fuzz-native
fuzz-native: $(FUZZ)/replay $(FUZZ_NATIVE_TESTS)

$(FUZZ)/user/%.o: user/%.c $(FUZZ)/flags
	@mkdir -p $(@D)
	$(QUIET_CC)$(FUZZ_CC) $(FUZZ_CFLAGS) $(FUZZ_CHECKS) $(FUZZ_GUIDE) -c -o $@ $<

$(FUZZ)/tests/%.o: tests/fuzz/%.c $(FUZZ)/flags
	@mkdir -p $(@D)
	$(QUIET_CC)$(FUZZ_CC) $(FUZZ_CFLAGS) $(FUZZ_CHECKS) -c -o $@ $<

# Only what is looked at guides the fuzzer.
$(FUZZ)/tests/program.o: private FUZZ_CHECKS += $(FUZZ_GUIDE)
$(FUZZ)/tests/program.o $(FUZZ)/tests/kernel.o $(FUZZ)/covered/program.o $(FUZZ)/covered/kernel.o: \
	private FUZZ_CFLAGS += $(FUZZ_PROGRAM_CFLAGS)

# Not optimised, so that its edges are those of the source.
$(FUZZ)/covered/program.o: private FUZZ_COVERAGE := -O0 -fsanitize=fuzzer-no-link \
	-fprofile-instr-generate -fcoverage-mapping
$(FUZZ)/covered/%.o: tests/fuzz/%.c $(FUZZ)/flags
	@mkdir -p $(@D)
	$(QUIET_CC)$(FUZZ_CC) $(FUZZ_CFLAGS) $(FUZZ_COVERAGE) -c -o $@ $<

# What the packet tests hold the program to. It is slow enough without sanitizers.
FUZZ_MODEL_OBJECTS := $(patsubst %.c,$(FUZZ)/%.o,$(wildcard tests/packet/model*.c))
$(FUZZ)/tests/packet/%.o: tests/packet/%.c $(FUZZ)/flags
	@mkdir -p $(@D)
	$(QUIET_CC)$(FUZZ_CC) $(FUZZ_CFLAGS) -O2 -c -o $@ $<

$(FUZZ)/libuser.a: $(FUZZ_USER_OBJECTS) $(FUZZ_MODEL_OBJECTS)
	@rm -f $@
	$(QUIET_AR)$(AR) rcs $@ $^

$(FUZZ)/packets: $(FUZZ_PACKETS:%=$(FUZZ)/tests/%.o) $(FUZZ_NATIVE_OBJECTS) $(FUZZ)/libuser.a
	$(QUIET_LINK)$(FUZZ_CC) $(FUZZ_CHECKS) -fsanitize=fuzzer -o $@ $^ $(FUZZ_LIBS)

$(FUZZ)/replay: $(FUZZ_JUDGES:%=$(FUZZ)/tests/%.o) $(FUZZ)/tests/replay.o $(FUZZ_NATIVE_OBJECTS) $(FUZZ)/libuser.a
	$(QUIET_LINK)$(FUZZ_CC) $(FUZZ_CHECKS) -o $@ $^ $(FUZZ_LIBS)

$(FUZZ)/config: $(FUZZ_CONFIG:%=$(FUZZ)/tests/%.o) $(FUZZ)/libuser.a
	$(QUIET_LINK)$(FUZZ_CC) $(FUZZ_CHECKS) -fsanitize=fuzzer -Wl,--wrap=config_text_read \
		-o $@ $^ $(FUZZ_LIBS)

$(FUZZ)/coverage: $(FUZZ_COVERED:%=$(FUZZ)/covered/%.o) $(FUZZ)/libuser.a
	$(QUIET_LINK)$(FUZZ_CC) $(FUZZ_CHECKS) -fsanitize=fuzzer -fprofile-instr-generate \
		-o $@ $^ $(FUZZ_LIBS)

$(FUZZ)/native/%: tests/packet/%.c $(FUZZ_NATIVE_OBJECTS) $(FUZZ)/libuser.a
	@mkdir -p $(@D)
	$(QUIET_CC)$(FUZZ_CC) $(FUZZ_CFLAGS) $(FUZZ_CHECKS) -o $@ $< $(FUZZ_NATIVE_OBJECTS) \
		$(FUZZ)/libuser.a $(FUZZ_LIBS)

$(FUZZ)/flags: always
	$(call record,$(FUZZ_CC) $(FUZZ_CFLAGS) $(FUZZ_PROGRAM_CFLAGS) $(FUZZ_CHECKS) $(FUZZ_GUIDE))

-include $(wildcard $(FUZZ)/*/*.d $(FUZZ)/*/*/*.d)

# Longer than in `make test SUITE=fuzz`. What it finds stays in $(BUILD)/fuzz/found.
.PHONY: fuzz
fuzz:
	@tests/deps $(BUILD_PACKAGES) $(FUZZ_PACKAGES)
	$(call build,fuzz-programs)
	@FUZZ_SECONDS=$(or $(FUZZ_SECONDS),600) tests/fuzz/run $(BUILD)

# The committed corpus anew, after `make fuzz`, when the program or the inputs' form have changed.
.PHONY: fuzz-corpus
fuzz-corpus: fuzz-programs
	@python3 tests/fuzz/corpus.py $(BUILD)
