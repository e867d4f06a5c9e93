# The core: what compiles natively and, the same files, into the fault-proof
# program (DESIGN.md section 1).

# Pairs of 64-bit limbs gathered into vector registers, only to be stored, make
# 256-bit arithmetic half as fast (GCC 12 does it at -O2).
CFLAGS += -fno-tree-slp-vectorize

RV64_CC ?= riscv64-unknown-elf-gcc
RV64_NM ?= riscv64-unknown-elf-nm
RV64_CFLAGS := -std=gnu11 -march=rv64im -mabi=lp64 -mcmodel=medany -ffreestanding -O2 \
	-ffunction-sections -fdata-sections $(WARNINGS) -fno-strict-aliasing
CORE_SOURCES := $(wildcard $(addprefix common/,$(addsuffix /*.c,$(CORE_MODULES))))
CORE_RV64_OBJECTS := $(patsubst %.c,$(BUILD)/rv64/%.o,$(CORE_SOURCES))
# All that the core may ask of its surroundings (base/bytes.h).
CORE_RV64_ALLOWED := memcpy memmove memset memcmp

## make core-rv64        compile the core freestanding for rv64im, and check that it asks for nothing
.PHONY: core-rv64
core-rv64: $(BUILD)/rv64/core.checked

$(BUILD)/rv64/%.o: %.c
	@mkdir -p $(@D)
	$(RV64_CC) -Icommon $(RV64_CFLAGS) -MMD -MP -c -o $@ $<

$(BUILD)/rv64/core.checked: $(CORE_RV64_OBJECTS)
	@$(RV64_NM) -g $^ | awk -v allowed="$(CORE_RV64_ALLOWED)" ' \
		BEGIN { n = split(allowed, a, " "); for (i = 1; i <= n; i++) has[a[i]] = 1 } \
		$$1 == "U" { wants[$$2] = 1 } \
		NF == 3 { has[$$3] = 1 } \
		END { for (s in wants) if (!(s in has)) { print "core wants " s; bad = 1 } exit bad }'
	@touch $@
