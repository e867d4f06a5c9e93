// The contracts that L2 starts with: {address: {code, nonce}}. The nonce is 1, as EIP-161 gives a new contract.

// What exists elsewhere byte for byte. Both were deployed by transactions that nobody has the key to ("Nick's
// method"), so their addresses prove the code: see the test.
const wellKnown = {
  // EIP-2935, "Serve historical block hashes from state".
  '0x0000F90827F1C53a10cb7A02335B175320002935':
    '0x3373fffffffffffffffffffffffffffffffffffffffe14604657602036036042575f35600143038111604257611fff81430311604257' +
    '611fff9006545f5260205ff35b5f5ffd5b5f35611fff60014303065500',
  // The deterministic deployment proxy: salt and init code in, CREATE2 out.
  '0x4e59b44847b379578588920cA78FbF26c0B4956C':
    '0x7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe03601600081602082378035828234f5801515603957' +
    '8182fd5b8082525050506014600cf3',
}

// Ours, by the name of the contract.
const compiled = {
  '0x420000000000000000000000000000000000000F': 'GasPriceOracle',
  '0x4200000000000000000000000000000000000015': 'L1Block',
  '0x4200000000000000000000000000000000000016': 'L2ToL1MessagePasser',
  '0xcA11bde05977b3631167028862bE2a173976CA11': 'Multicall3',
}

export function predeploys(artifacts) {
  const accounts = {}
  for (const [address, name] of Object.entries(compiled)) {
    accounts[address] = { nonce: 1, code: artifacts[name].deployedBytecode }
  }
  for (const [address, code] of Object.entries(wellKnown)) accounts[address] = { nonce: 1, code }
  return accounts
}
