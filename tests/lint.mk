# What a reviewer should not have to look for.

LINT_SOURCES = $(sort $(shell find common sequencer prover deploy/gavel tests -name '*.c' \
	-not -path '*/node_modules/*'))
LINT_HEADERS = $(sort $(shell find common sequencer prover deploy/gavel tests -name '*.h' \
	-not -path '*/node_modules/*'))
# blst.h comes from npm.
LINT_FLAGS = $(CPPFLAGS) -isystem $(BLST_DIR)/bindings

## make lint             formatting, clang's warnings, and no path of a machine in the sources
.PHONY: lint lint-format lint-clang
lint: lint-format lint-clang

lint-format:
	@clang-format --dry-run -Werror $(LINT_SOURCES) $(LINT_HEADERS)

lint-clang: $(NODE_MODULES)
	@for f in $(filter-out prover/guest/% tests/prover/riscv/%,$(LINT_SOURCES)); do \
		clang $(LINT_FLAGS) -std=gnu11 $(WARNINGS) -fsyntax-only $$f || exit 1; \
	done
