# blst (BLS12-381), whose C and assembly sources come inside the npm package
# c-kzg.  Portable: the processor's extensions are chosen when it runs.
# BLST_DIR can name another copy of the sources.

BLST_DIR ?= deploy/node_modules/c-kzg/deps/blst
BLST_LIB := $(BUILD)/third_party/libblst.a
BLST_CFLAGS := -O2 -fno-builtin -fPIC -w -D__BLST_PORTABLE__
THIRD_PARTY_LIBS += $(BLST_LIB)

BLST_USERS := point_evaluation bls12
$(foreach u,$(BLST_USERS),$(eval CFLAGS_common_crypto_native_$(u) += -isystem $(BLST_DIR)/bindings))

# Without BLST_DIR of one's own, the sources are there once npm has run.
BLST_FETCHED := $(if $(filter deploy/%,$(BLST_DIR)),deploy/node_modules/.installed)
$(foreach u,$(BLST_USERS),$(BUILD)/common/crypto/native/$(u).o): | $(BLST_FETCHED)

$(BLST_LIB): | $(BLST_FETCHED)
	@mkdir -p $(@D)
	$(CC) $(BLST_CFLAGS) -c -o $(@D)/blst_server.o $(BLST_DIR)/src/server.c
	$(CC) $(BLST_CFLAGS) -c -o $(@D)/blst_assembly.o $(BLST_DIR)/build/assembly.S
	@rm -f $@
	$(AR) rcs $@ $(@D)/blst_server.o $(@D)/blst_assembly.o
