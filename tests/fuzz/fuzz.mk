# Fuzzing with libFuzzer, under ASan and UBSan.
#
# Every tests/fuzz/<name>_fuzz.c becomes $(BUILD)/fuzz/<name>; it links all
# modules, or only those up to FUZZ_FROM_<name>, and the objects of the sources
# FUZZ_SOURCES_<name>.  Inputs to start from lie in tests/fuzz/corpus/<name>/;
# what libFuzzer finds goes to $(BUILD)/fuzz/corpus/<name>/.  An input that
# fails is left as $(BUILD)/fuzz/<name>.crash-...

FUZZ_CC ?= clang
FUZZ_SECONDS ?= 20
FUZZ_CFLAGS := -std=gnu11 -g -O1 $(WARNINGS) -fno-strict-aliasing -fno-omit-frame-pointer \
	-fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all
FUZZ_LDFLAGS := -fsanitize=fuzzer,address,undefined

FUZZ_FROM_rlp := eth
FUZZ_FROM_transaction := eth
FUZZ_FROM_trie := trie

FUZZ_NAMES := $(patsubst tests/fuzz/%_fuzz.c,%,$(wildcard tests/fuzz/*_fuzz.c))
FUZZ_PROGRAMS := $(addprefix $(BUILD)/fuzz/,$(FUZZ_NAMES))

fuzz_objects = $(patsubst %.c,$(BUILD)/fuzz-obj/%.o,$(1))
fuzz_modules = $(call modules_to,$(or $(FUZZ_FROM_$(1)),$(lastword $(MODULES))),$(MODULES))
fuzz_libs = $(foreach m,$(call reverse,$(call fuzz_modules,$(1))),$(BUILD)/fuzz-obj/$(m).a)

$(BUILD)/fuzz-obj/%.o: %.c
	@mkdir -p $(@D)
	$(FUZZ_CC) $(CPPFLAGS) $(FUZZ_CFLAGS) $(CFLAGS_$(subst /,_,$(basename $<))) -MMD -MP -c -o $@ $<

define fuzz_module_rule
$(BUILD)/fuzz-obj/$(1).a: $(call fuzz_objects,$(call module_sources,$(1)))
	@rm -f $$@
	$(AR) rcs $$@ $$^
endef
$(foreach m,$(MODULES),$(eval $(call fuzz_module_rule,$(m))))

define fuzz_program_rule
$(BUILD)/fuzz/$(1): $(call fuzz_objects,tests/fuzz/$(1)_fuzz.c $(FUZZ_SOURCES_$(1))) \
		$(call fuzz_libs,$(1)) $(THIRD_PARTY_LIBS)
	@mkdir -p $$(@D)
	$$(FUZZ_CC) $$(FUZZ_LDFLAGS) -o $$@ $$^ $$(LDLIBS)

$(BUILD)/fuzz-replay/$(1): \
		$(call objects,tests/fuzz/$(1)_fuzz.c tests/fuzz/replay.c $(FUZZ_SOURCES_$(1))) \
		$(call libs_from,$(or $(FUZZ_FROM_$(1)),$(lastword $(MODULES))))
	@mkdir -p $$(@D)
	$$(CC) $$(LDFLAGS) -o $$@ $$^ $$(LDLIBS)

.PHONY: fuzz-$(1) fuzz-replay-$(1)
fuzz-$(1): $(BUILD)/fuzz/$(1)
	@mkdir -p $(BUILD)/fuzz/corpus/$(1)
	$$< -max_total_time=$$(FUZZ_SECONDS) -timeout=10 -print_final_stats=1 -verbosity=0 \
		-artifact_prefix=$(BUILD)/fuzz/$(1). \
		$(BUILD)/fuzz/corpus/$(1) $(wildcard tests/fuzz/corpus/$(1))

fuzz-replay-$(1): $(BUILD)/fuzz-replay/$(1)
	$(if $(wildcard tests/fuzz/corpus/$(1)),$$< tests/fuzz/corpus/$(1))
endef
$(foreach f,$(FUZZ_NAMES),$(eval $(call fuzz_program_rule,$(f))))

## make fuzz             fuzz each target for FUZZ_SECONDS (20); fuzz-<name>: only one
## make fuzz-replay      run the fuzz targets on their first inputs, with any compiler
.PHONY: fuzz fuzz-replay
fuzz: $(FUZZ_PROGRAMS) $(addprefix fuzz-,$(FUZZ_NAMES))
fuzz-replay: $(addprefix fuzz-replay-,$(FUZZ_NAMES))
