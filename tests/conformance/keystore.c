/* gavel-keystore <keystore file> <password file>: prints the address of the
 * key, for tests that write keystores with other programs. */
#include <stdio.h>

#include "base/hex.h"
#include "crypto/native/keystore.h"

int main(int argc, char **argv)
{
	char error[KEYSTORE_ERROR_SIZE], text[41];
	struct address address;
	struct signer_key key;

	if (argc != 3) {
		fputs("usage: gavel-keystore <keystore file> <password file>\n", stderr);
		return 2;
	}
	if (!keystore_load(
		&key, error,
		&(struct keystore_source){ .keystore_file = argv[1], .password_file = argv[2] })) {
		fprintf(stderr, "%s\n", error);
		return 1;
	}
	signer_address(&address, &key);
	signer_wipe(&key);
	printf("0x%s\n", hex_encode(text, bytes_of_address(&address)));
	return 0;
}
