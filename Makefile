# Gavel. `make help` lists what can be made.
#
# Sources are found by folder: common/<module>/*.c is the core (it must compile
# freestanding), common/<module>/native/*.c is what needs an operating system.
# A folder may bring its own rules in a *.mk file.

ifneq ($(words $(CURDIR)),1)
$(error make can't work in a path with spaces in it: move the clone elsewhere than "$(CURDIR)")
endif

BUILD ?= build
PREFIX ?= /usr/local
CC ?= cc
AR ?= ar
NODE ?= node
NPM ?= npm

WARNINGS := -Wall -Wextra -Werror -Wshadow -Wstrict-prototypes -Wmissing-prototypes \
	-Wpointer-arith -Wwrite-strings -Wvla
OPTIMISE ?= -O2
CPPFLAGS += -Icommon -I. -D_GNU_SOURCE
CFLAGS += -std=gnu11 -g $(OPTIMISE) $(WARNINGS) -fno-strict-aliasing -fvisibility=hidden
LDLIBS += -lsecp256k1 -lsqlite3 -lcurl -ljansson -lcrypto -lgmp -ldeflate -lpthread -lm

# make SANITIZE=1 BUILD=build/sanitize: the same under ASan and UBSan.
ifdef SANITIZE
CFLAGS += -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
LDFLAGS += -fsanitize=address,undefined
endif

# Modules from the bottom to the top: each may use those before it.
MODULES := base crypto eth trie evm rollup store net
CORE_MODULES := base crypto eth trie evm rollup
PROGRAMS := gavel-sequencer gavel-challenger gavel

.DEFAULT_GOAL := all
.PHONY: all help clean install
.SECONDARY:

all: $(addprefix $(BUILD)/,$(PROGRAMS))

help:
	@sed -n 's/^## //p' $(MAKEFILE_LIST)

## make                  build the programs
## make install          install them under PREFIX (DESTDIR is honoured)
## make clean            remove what was built

module_sources = $(wildcard common/$(1)/*.c common/$(1)/native/*.c)
objects = $(patsubst %.c,$(BUILD)/%.o,$(1))

# lib_of(module): its archive; libs_from(module): it and all below it.
lib_of = $(BUILD)/lib/$(1).a
reverse = $(if $(1),$(call reverse,$(wordlist 2,$(words $(1)),$(1))) $(firstword $(1)))
modules_to = $(if $(filter $(1),$(firstword $(2))),$(firstword $(2)),$(firstword $(2)) $(call modules_to,$(1),$(wordlist 2,$(words $(2)),$(2))))
libs_from = $(foreach m,$(call reverse,$(call modules_to,$(1),$(MODULES))),$(call lib_of,$(m))) $(THIRD_PARTY_LIBS)
ALL_LIBS = $(foreach m,$(call reverse,$(MODULES)),$(call lib_of,$(m))) $(THIRD_PARTY_LIBS)

define module_rule
$(call lib_of,$(1)): $(call objects,$(call module_sources,$(1)))
	@mkdir -p $$(@D)
	@rm -f $$@
	$(AR) rcs $$@ $$(filter %.o,$$^)
endef
$(foreach m,$(MODULES),$(eval $(call module_rule,$(m))))

$(BUILD)/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) $(CFLAGS_$(subst /,_,$(basename $<))) -MMD -MP -c -o $@ $<

-include $(wildcard common/*/*.mk common/*/*/*.mk sequencer/*.mk prover/*.mk prover/*/*.mk deploy/*.mk tests/*.mk tests/*/*.mk)

# Programs: all sources of their folder; main() is in main.c or <program>.c.
SEQUENCER_SOURCES := $(wildcard sequencer/*.c)
PROVER_SOURCES := $(wildcard prover/*.c)
GAVEL_SOURCES := $(wildcard deploy/gavel/*.c)

$(BUILD)/gavel-sequencer: $(call objects,$(SEQUENCER_SOURCES)) $(ALL_LIBS)
	$(CC) $(LDFLAGS) -o $@ $^ $(LDLIBS)
$(BUILD)/gavel-challenger: $(call objects,$(PROVER_SOURCES)) $(DISPUTE_OBJECTS) $(PROOF_OBJECTS) $(ALL_LIBS)
	$(CC) $(LDFLAGS) -o $@ $^ $(LDLIBS)
$(BUILD)/gavel: $(call objects,$(GAVEL_SOURCES)) $(BUILD)/prover/games_read.o $(DISPUTE_OBJECTS) \
		$(PROOF_OBJECTS) $(ALL_LIBS)
	$(CC) $(LDFLAGS) -o $@ $^ $(LDLIBS)

install: all
	install -d $(DESTDIR)$(PREFIX)/bin
	install -m 755 $(addprefix $(BUILD)/,$(PROGRAMS)) $(DESTDIR)$(PREFIX)/bin

clean:
	rm -rf $(BUILD)

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
