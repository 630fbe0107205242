# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# make compilers, make asan: other compilers, and sanitizers.

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
