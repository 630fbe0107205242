# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# make compilers, make asan, make lint: other compilers, sanitizers, and linters.

COMPILER_PACKAGES := clang-14 clang-16 clang-19 libcmocka-dev python3
ASAN_PACKAGES     := libcmocka-dev python3

.PHONY: compilers
compilers:
	@tests/preflight 'make compilers'
	@tests/deps $(BUILD_PACKAGES) $(COMPILER_PACKAGES)
	@tests/run $(BUILD) compilers

# The program itself is the kernel's to check; its C is with sanitizers in `make fuzz`.
ASAN        := $(BUILD)/asan
ASAN_CFLAGS := -O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=all

.PHONY: asan-programs
asan-programs:
	@$(MAKE) --no-print-directory BUILD='$(ASAN)' CFLAGS='$(ASAN_CFLAGS)' all \
		$(patsubst $(BUILD)/%,$(ASAN)/%,$(filter $(BUILD)/tests/unit/%,$(TEST_PROGRAMS)))

.PHONY: asan
asan:
	@tests/deps $(BUILD_PACKAGES) $(ASAN_PACKAGES)
	$(call build,asan-programs)
	@tests/run $(BUILD) asan

LINT_PACKAGES := shellcheck cppcheck clang-tidy-19 python3

.PHONY: lint
lint:
	@tests/deps $(BUILD_PACKAGES) $(LINT_PACKAGES)
	$(call build,all)
	@tests/run $(BUILD) lint

# A file is looked at again when it was compiled again: so its headers count too. The skeleton is
# bpftool's to write, and so a system header.
TIDY := clang-tidy-19 --quiet --config-file=tests/checks/clang-tidy.yaml
TIDY_MARKS := $(USER_SOURCES:%.c=$(BUILD)/lint/%.tidy) $(BUILD)/lint/bpf/directorgate.tidy

.PHONY: tidy
tidy: $(TIDY_MARKS)

$(BUILD)/lint/user/%.tidy: user/%.c $(BUILD)/user/%.o tests/checks/clang-tidy.yaml
	@mkdir -p $(@D)
	@$(TIDY) $< -- $(subst -I$(BUILD),-isystem $(BUILD),$(USER_CFLAGS)) 2>$@.log || { cat $@.log; exit 1; }
	@touch $@

$(BUILD)/lint/bpf/directorgate.tidy: bpf/directorgate.bpf.c $(BPF_OBJECT) tests/checks/clang-tidy.yaml
	@mkdir -p $(@D)
	@$(TIDY) $< -- $(BPF_CFLAGS) 2>$@.log || { cat $@.log; exit 1; }
	@touch $@
