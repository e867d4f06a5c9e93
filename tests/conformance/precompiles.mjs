// The native precompiles against other implementations: noble-curves,
// noble-hashes, Node's crypto and BigInt.  Run by `make precompiles`;
// GAVEL_PRECOMPILE names the program, PRECOMPILE_INPUTS how many random
// inputs of each cheap kind, PRECOMPILE_SEED what they are drawn from.
import './precompiles/classic.mjs';
import './precompiles/bn254.mjs';
import './precompiles/bls12.mjs';
import './precompiles/kzg.mjs';
import './precompiles/p256.mjs';
