# Unit tests: tests/unit/<module>/<name>_test.c links its module and those
# below; tests of programs (sequencer, prover) name their objects here.

## make unit             build and run the unit tests (SANITIZE=1: under ASan and UBSan)
UNIT_SOURCES := $(wildcard tests/unit/*/*_test.c)
UNIT_PROGRAMS := $(patsubst %.c,$(BUILD)/%,$(UNIT_SOURCES))

define unit_rule
$(BUILD)/tests/unit/$(1)/%_test: $(BUILD)/tests/unit/$(1)/%_test.o $(call libs_from,$(1))
	$$(CC) $$(LDFLAGS) -o $$@ $$(filter %.o,$$^) $$(filter %.a,$$^) -lcmocka $$(LDLIBS)
endef
$(foreach m,$(MODULES),$(eval $(call unit_rule,$(m))))

define unit_program_rule
$(BUILD)/tests/unit/$(1)/%_test: $(BUILD)/tests/unit/$(1)/%_test.o \
		$(call objects,$(filter-out $(1)/main.c,$(wildcard $(1)/*.c))) $(ALL_LIBS)
	$$(CC) $$(LDFLAGS) -o $$@ $$(filter %.o,$$^) $$(filter %.a,$$^) -lcmocka $$(LDLIBS)
endef
$(foreach p,sequencer prover,$(eval $(call unit_program_rule,$(p))))

# As many at once as there are processors: some only wait.
.PHONY: unit
unit: $(UNIT_PROGRAMS)
	@printf '%s\n' $^ | xargs -P $$(nproc) -n 1 sh -c ' \
		"$$0" >"$$0.log" 2>&1 || { cat "$$0.log"; echo "FAILED: $$0"; exit 1; }; \
		grep -h "^\[  PASSED  \] [0-9]* test" "$$0.log"'
