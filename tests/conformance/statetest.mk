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

# The sample that also runs in other builds: every STATE_SAMPLE_STEP-th file, without
# those that only take long.
STATE_SAMPLE_STEP ?= 2
STATE_SAMPLE_SLOW := stTimeConsuming|CALLBlake2f_MaxRounds|stAttackTest|stQuadraticComplexity|stStaticCall/static_Call50000|/Call50000|stMemoryStressTest|ContractCreationSpam|loop|performance
state_sample = find $(STATE_VECTORS) -name '*.json' | sort | grep -Ev '$(STATE_SAMPLE_SLOW)' | \
	awk 'NR % $(1) == 0'

## make conformance-sanitize  the state tests under ASan and UBSan, but for what takes long
## make conformance-sanitize-full  all of them
.PHONY: conformance-sanitize conformance-sanitize-full
conformance-sanitize conformance-sanitize-full:
	@if [ -d $(GAVEL_SHARED)/vectors/state ]; then \
		$(MAKE) --no-print-directory SANITIZE=1 BUILD=$(SANITIZED) $(SANITIZED)/gavel-statetest && \
		$(SANITIZED)/gavel-statetest --jobs $(STATETEST_JOBS) $(SANITIZED_VECTORS); \
	else \
		echo "$@: skipped, no vectors in $(GAVEL_SHARED) (set GAVEL_SHARED)"; \
	fi
SANITIZED = $(BUILD)/sanitize
conformance-sanitize: SANITIZED_VECTORS = $$($(call state_sample,1))
conformance-sanitize-full: SANITIZED_VECTORS = $(STATE_VECTORS)
