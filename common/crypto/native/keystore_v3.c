/* keystore_v3: decrypts a Web3 Secret Storage file, version 3, as geth,
 * ethers and others write them: scrypt or PBKDF2 make a key of the password,
 * whose first half opens the AES-128-CTR text and whose second half proves,
 * hashed with that text, that the password is right. */
#include "crypto/native/keystore.h"

#include <jansson.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>

#include "base/hex.h"
#include "crypto/keccak.h"
#include "crypto/native/scrypt.h"

#define DERIVED_SIZE 32
#define SALT_MAX     256

/* What a derivation may take: far above what wallets write (n = 2^18, r = 8,
 * 262144 rounds), and still an answer within minutes. */
#define SCRYPT_MEMORY_MAX ((uint64_t)1 << 30)
#define SCRYPT_R_MAX      1024
#define SCRYPT_P_MAX      64
#define PBKDF2_ROUNDS_MAX 100000000

/* A decryption under way; `problem` says what is wrong, once something is. */
struct decryption {
	const char *problem;
	json_t *crypto; /* the "crypto" object, borrowed */
	struct bytes password;
	uint8_t derived[DERIVED_SIZE];
	uint8_t ciphertext[32];
	uint8_t iv[16];
};

static bool wrong(struct decryption *d, const char *problem)
{
	d->problem = problem;
	return false;
}

static const char *string_get(const json_t *object, const char *name)
{
	return json_string_value(json_object_get(object, name));
}

static bool string_is(const json_t *object, const char *name, const char *wanted)
{
	const char *value = string_get(object, name);

	return value && strcmp(value, wanted) == 0;
}

/* Hex digits, "0x" before them or not.  False also when there are not between
 * 1 and `max` bytes. */
static bool hex_get(uint8_t *out, size_t *len, size_t max, const json_t *object, const char *name)
{
	const char *text = string_get(object, name);

	if (!text)
		return false;
	if (text[0] == '0' && (text[1] == 'x' || text[1] == 'X'))
		text += 2;
	*len = strlen(text) / 2;
	return *len >= 1 && *len <= max && hex_decode(out, text, strlen(text));
}

static bool hex_get_exactly(uint8_t *out, size_t len, const json_t *object, const char *name)
{
	size_t got;

	return hex_get(out, &got, len, object, name) && got == len;
}

/* A whole number from 1 to `max`. */
static bool number_get(uint64_t *out, uint64_t max, const json_t *object, const char *name)
{
	json_t *value = json_object_get(object, name);
	json_int_t number = json_integer_value(value);

	if (!json_is_integer(value) || number < 1 || (uint64_t)number > max)
		return false;
	*out = (uint64_t)number;
	return true;
}

static bool derive_scrypt(struct decryption *d, const json_t *parameters, struct bytes salt)
{
	uint64_t n, r, p;

	if (!number_get(&n, SCRYPT_MEMORY_MAX, parameters, "n") ||
	    !number_get(&r, SCRYPT_R_MAX, parameters, "r") ||
	    !number_get(&p, SCRYPT_P_MAX, parameters, "p") || (n & (n - 1)) != 0 || n < 2 ||
	    128 * r * n > SCRYPT_MEMORY_MAX)
		return wrong(d, "its scrypt parameters are missing, wrong or too large");
	if (!scrypt_derive(d->derived, DERIVED_SIZE, d->password, salt, n, (uint32_t)r,
			   (uint32_t)p))
		return wrong(d, "there is not enough memory for its scrypt parameters");
	return true;
}

static bool derive_pbkdf2(struct decryption *d, const json_t *parameters, struct bytes salt)
{
	uint64_t rounds;

	if (!string_is(parameters, "prf", "hmac-sha256"))
		return wrong(d, "its PBKDF2 function is not hmac-sha256");
	if (!number_get(&rounds, PBKDF2_ROUNDS_MAX, parameters, "c"))
		return wrong(d, "its PBKDF2 rounds are missing, wrong or too many");
	if (!PKCS5_PBKDF2_HMAC((const char *)d->password.data, (int)d->password.len, salt.data,
			       (int)salt.len, (int)rounds, EVP_sha256(), DERIVED_SIZE, d->derived))
		return wrong(d, "PBKDF2 failed with its parameters");
	return true;
}

static bool derive(struct decryption *d)
{
	const json_t *parameters = json_object_get(d->crypto, "kdfparams");
	uint8_t salt[SALT_MAX];
	uint64_t derived_len;
	size_t salt_len;

	if (!hex_get(salt, &salt_len, sizeof(salt), parameters, "salt"))
		return wrong(d, "its salt is missing or no hex");
	/* All that is used of the derived key are 32 bytes, and all write that. */
	if (!number_get(&derived_len, DERIVED_SIZE, parameters, "dklen") ||
	    derived_len != DERIVED_SIZE)
		return wrong(d, "its derived key is not of 32 bytes");
	if (string_is(d->crypto, "kdf", "scrypt"))
		return derive_scrypt(d, parameters, bytes_of(salt, salt_len));
	if (string_is(d->crypto, "kdf", "pbkdf2"))
		return derive_pbkdf2(d, parameters, bytes_of(salt, salt_len));
	return wrong(d, "its key derivation is neither scrypt nor pbkdf2");
}

static bool password_fits(struct decryption *d)
{
	struct hash32 mac, computed;
	uint8_t input[16 + sizeof(d->ciphertext)];

	if (!hex_get_exactly(mac.b, sizeof(mac.b), d->crypto, "mac"))
		return wrong(d, "its mac is missing or not of 32 bytes");
	memcpy(input, d->derived + 16, 16);
	memcpy(input + 16, d->ciphertext, sizeof(d->ciphertext));
	computed = keccak256(bytes_of(input, sizeof(input)));
	explicit_bzero(input, sizeof(input));
	return hash32_eq(&mac, &computed) || wrong(d, "the password is wrong");
}

static bool decipher(struct decryption *d, struct signer_key *key)
{
	EVP_CIPHER_CTX *cipher = EVP_CIPHER_CTX_new();
	int len = 0;
	bool done = cipher &&
		    EVP_DecryptInit_ex(cipher, EVP_aes_128_ctr(), NULL, d->derived, d->iv) &&
		    EVP_DecryptUpdate(cipher, key->b, &len, d->ciphertext, sizeof(d->ciphertext)) &&
		    len == sizeof(key->b);

	EVP_CIPHER_CTX_free(cipher);
	return done || wrong(d, "AES failed");
}

/* The address beside the key may be missing; if there, it must be the key's. */
static bool address_fits(struct decryption *d, const json_t *file, const struct signer_key *key)
{
	struct address address, named;

	if (!signer_address(&address, key))
		return wrong(d, "the number in it is not in the range of private keys");
	if (!json_object_get(file, "address"))
		return true;
	if (!hex_get_exactly(named.b, sizeof(named.b), file, "address") ||
	    !address_eq(&address, &named))
		return wrong(d, "the address in it is not that of its key");
	return true;
}

static bool decrypt(struct decryption *d, struct signer_key *key, const json_t *file)
{
	uint64_t version;

	if (!number_get(&version, 3, file, "version") || version != 3)
		return wrong(d, "not a keystore of version 3");
	d->crypto = json_object_get(file, "crypto");
	if (!d->crypto)
		d->crypto = json_object_get(file, "Crypto"); /* as early files have it */
	if (!string_is(d->crypto, "cipher", "aes-128-ctr"))
		return wrong(d, "its cipher is not aes-128-ctr");
	if (!hex_get_exactly(d->iv, sizeof(d->iv), json_object_get(d->crypto, "cipherparams"),
			     "iv"))
		return wrong(d, "its iv is missing or not of 16 bytes");
	if (!hex_get_exactly(d->ciphertext, sizeof(d->ciphertext), d->crypto, "ciphertext"))
		return wrong(d, "its ciphertext is missing or not of 32 bytes");
	return derive(d) && password_fits(d) && decipher(d, key) && address_fits(d, file, key);
}

bool keystore_decrypt(struct signer_key *key, char error[KEYSTORE_ERROR_SIZE], const char *name,
		      struct bytes json, struct bytes password)
{
	struct decryption d = { .password = password };
	struct signer_key decrypted;
	json_error_t json_error;
	json_t *file = json_loadb((const char *)json.data, json.len, 0, &json_error);
	bool done = false;

	ERR_set_mark();
	if (!file)
		d.problem = "not JSON";
	else
		done = decrypt(&d, &decrypted, file);
	ERR_pop_to_mark();
	json_decref(file);
	if (done)
		*key = decrypted;
	else
		snprintf(error, KEYSTORE_ERROR_SIZE, "%s: %s", name, d.problem);
	signer_wipe(&decrypted);
	explicit_bzero(&d, sizeof(d));
	return done;
}
