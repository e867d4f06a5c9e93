# gavel-statetest: runs official state tests (the GeneralStateTests format).
comma := ,
STATETEST_SOURCES := $(wildcard tests/conformance/statetest*.c)

$(BUILD)/gavel-statetest: $(call objects,$(STATETEST_SOURCES)) $(call libs_from,evm)
	$(CC) $(LDFLAGS) $(STATETEST_WRAP) -o $@ $^ $(LDLIBS)

# statetest_draft.c
STATETEST_WRAP := $(addprefix -Wl$(comma)--wrap=,precompile_at precompile_list precompile_run)

# Where the vectors are, and how many processes run them.
GAVEL_SHARED ?= ../shared
STATETEST_JOBS ?= 2
STATE_VECTORS := $(addprefix $(GAVEL_SHARED)/vectors/state/,general bls prague osaka)

.PHONY: conformance-state
## make conformance-state  all official state tests
conformance-state: $(BUILD)/gavel-statetest
	@if [ -d $(GAVEL_SHARED)/vectors/state ]; then \
		$< --jobs $(STATETEST_JOBS) $(STATE_VECTORS); \
	else \
		echo "conformance-state: skipped, no vectors in $(GAVEL_SHARED) (set GAVEL_SHARED)"; \
	fi
