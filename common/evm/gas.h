/* gas: what instructions cost beyond the table in opcodes.c.  Core. */
#ifndef GAVEL_EVM_GAS_H
#define GAVEL_EVM_GAS_H

#include <stdint.h>

/* EIP-2929: what a cold access costs beyond the 100 of a warm one. */
#define GAS_WARM_ACCESS        100
#define GAS_COLD_ACCOUNT       2600
#define GAS_COLD_ACCOUNT_EXTRA 2500
#define GAS_COLD_SLOAD_EXTRA   2000
#define GAS_COLD_SLOAD         2100 /* SSTORE pays it in full */

/* EIP-2200, 2929 and 3529. */
#define GAS_SSTORE_SENTRY  2300
#define GAS_SSTORE_SET     20000
#define GAS_SSTORE_RESET   2900
#define GAS_SSTORE_CLEARED 4800 /* refunded */

#define GAS_KECCAK256_WORD 6
#define GAS_COPY_WORD      3
#define GAS_EXP_BYTE       50 /* EIP-160 */
#define GAS_LOG_BYTE       8
#define GAS_MEMORY_WORD    3
#define GAS_INITCODE_WORD  2   /* EIP-3860 */
#define GAS_CODE_BYTE      200 /* of a contract, when it is created */

#define GAS_CALL_VALUE   9000
#define GAS_CALL_STIPEND 2300
#define GAS_NEW_ACCOUNT  25000

#endif
