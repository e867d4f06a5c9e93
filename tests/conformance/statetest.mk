# gavel-statetest: runs official state tests (the GeneralStateTests format).
STATETEST_SOURCES := $(wildcard tests/conformance/statetest*.c)

$(BUILD)/gavel-statetest: $(call objects,$(STATETEST_SOURCES)) $(call libs_from,evm)
	$(CC) $(LDFLAGS) -o $@ $^ $(LDLIBS)

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
