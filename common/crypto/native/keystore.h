/* keystore: where a program's private key comes from: a file with its hex
 * digits, an environment variable, or a Web3 Secret Storage file (version 3)
 * with its password in another file.
 *
 * The key and the password are never printed, and every copy made on the way
 * is wiped.  A file that other users can read is worth a warning in the log.
 * Not core. */
#ifndef GAVEL_CRYPTO_NATIVE_KEYSTORE_H
#define GAVEL_CRYPTO_NATIVE_KEYSTORE_H

#include "crypto/native/signer.h"

/* One of the first three is set, and the password file with the third. */
struct keystore_source {
	const char *hex_file;      /* path of 64 digits, "0x" before them or not */
	const char *environment;   /* name of a variable with the same */
	const char *keystore_file; /* path of a version 3 JSON file */
	const char *password_file; /* path; one line end at its end is not meant */
};

#define KEYSTORE_ERROR_SIZE 512

/* Loads the key; it is in range.  False, and `error` names the source and
 * what is wrong with it, if not; `*key` is then untouched. */
bool keystore_load(struct signer_key *key, char error[KEYSTORE_ERROR_SIZE],
		   const struct keystore_source *source);

/* The source that a program's options mean: a keystore when there is a password
 * file, else a hex file, else the environment. */
struct keystore_source keystore_source_of(const char *key_file, const char *password_file,
					  const char *environment);

/* The same for a keystore's text and a password that are at hand; `name` is
 * what an error calls it. */
bool keystore_decrypt(struct signer_key *key, char error[KEYSTORE_ERROR_SIZE], const char *name,
		      struct bytes json, struct bytes password);

#endif
