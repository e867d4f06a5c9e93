/* deploy_files: what a deployment reads from files: compiled contracts, the
 * accounts that L2 starts with.  All of it is checked, whoever wrote it. */
#ifndef GAVEL_DEPLOY_FILES_H
#define GAVEL_DEPLOY_FILES_H

#include "rollup/native/config_file.h"

#define DEPLOY_ERROR_SIZE 512

struct artifact {
	struct bytes init_code;
	struct bytes code; /* as deployed, with zeroes in place of immutables */
};

/* Where `make contracts` or `make install` put the artifacts, seen from the
 * running program; in `a`.  NULL: neither place has them. */
const char *artifact_folder(struct arena *a);

/* DIR/NAME.json, made by deploy/build.mjs; in `a`.  False: `error` says why. */
bool artifact_read(struct arena *a, struct artifact *artifact, const char *folder, const char *name,
		   char error[DEPLOY_ERROR_SIZE]);

/* Genesis: the contracts of DIR/predeploys.json, and the accounts of
 * `fund_file` (NULL: none), one a line: address and wei.  No address stands
 * there twice.  In `a`. */
bool alloc_read(struct arena *a, const struct genesis_account **alloc, size_t *count,
		const char *folder, const char *fund_file, char error[DEPLOY_ERROR_SIZE]);

#endif
