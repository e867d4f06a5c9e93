// A case: some accounts, and one or two transactions that nothing else in the block depends on.
import { addressOf } from './sign.mjs'
import { drawFrom, hexOf } from './random.mjs'
import { initCode, number, program } from './program.mjs'

export const chainId = 31337
export const baseFee = 1000
export const coinbase = '0x00000000000000000000000000000000c01bba5e'
const transactionGasLimit = 1 << 24 // EIP-7825
const hex = (value) => `0x${BigInt(value).toString(16)}`
const word = (value) => `0x${BigInt(value).toString(16).padStart(64, '0')}`

// Keys of the case at `place` in its block: of the sender, and of accounts that authorize code (EIP-7702).
const keyAt = (place, role) => word(BigInt(1 + place * 4 + role))
const keyOf = (place, role) => ({ key: keyAt(place, role), address: addressOf(keyAt(place, role)) })

const contractAddress = (place, n) => `0xc0de${place.toString(16).padStart(32, '0')}${n.toString(16).padStart(4, '0')}`
// Before Prague there is no such code, and anvil follows it nevertheless.
const delegationTo = (world, address) => (world.fork === 'cancun' ? '0x' : `0xef0100${address.slice(2)}`)

function storage(r) {
  const slots = {}
  for (let i = r.below(5); i > 0; i--) {
    const value = r.weighted([[3, 1n], [2, 2n], [1, number(r)]])
    if (value) slots[word(r.below(5))] = word(value)
  }
  return slots
}

// EIP-3541 keeps code that begins like this off the chain, and anvil panics at some of it.
const deployable = (code) => (code[0] === 0xef ? [0x5b, ...code] : code)

function contract(r, world) {
  return {
    nonce: hex(r.weighted([[30, 1], [1, (1n << 64n) - 1n], [1, (1n << 64n) - 2n]])),
    balance: hex(r.weighted([[3, 0], [3, r.below(5000)], [1, 1n << 100n]])),
    code: hexOf(deployable(program(r, world))),
    storage: storage(r),
  }
}

function accessListOf(r, world) {
  return Array.from({ length: r.below(4) }, () => ({
    address: r.pick(world.targets),
    keys: Array.from({ length: r.below(4) }, () => word(r.below(6))),
  }))
}

function authorizationsOf(r, world, signers) {
  const one = () => {
    const signer = r.pick(signers)
    return {
      key: signer.key,
      address: r.weighted([[6, r.pick(world.contracts)], [2, r.pick(world.targets)], [1, `0x${'0'.repeat(40)}`]]),
      chainId: r.weighted([[4, chainId], [3, 0], [1, 1]]),
      nonce: hex(signer.nonce + BigInt(r.weighted([[8, 0], [2, 1], [1, 2]]))),
      spoiled: r.weighted([[12, null], [1, 'high s'], [1, 'parity'], [1, 'parity 27'], [1, 'r zero']]),
    }
  }
  return Array.from({ length: r.below(4) + (r.chance(30, 31) ? 1 : 0) }, one)
}

function fees(r) {
  const maxFee = r.weighted([[20, baseFee + r.below(2000)], [3, baseFee], [1, baseFee - 1], [1, 1 << 30]])
  const priority = r.weighted([[5, 0], [10, r.below(500)], [2, maxFee], [0.3, maxFee + 1]].map(([w, fee]) => [w * 10, fee]))
  return { maxFee: hex(maxFee), priority: hex(priority) }
}

function transaction(r, world, sender, nonce, authorities) {
  const type = r.weighted([[3, 0], [2, 1], [4, 2], [world.fork === 'cancun' ? 0 : 5, 4]])
  const creates = type !== 4 && r.chance(1, 7)
  const data = creates ? initCode(r, world, 0) : r.bytes(r.weighted([[3, 0], [4, r.below(80)], [1, r.below(600)]]))
  return {
    type,
    key: sender.key,
    nonce: hex(nonce + BigInt(r.weighted([[60, 0], [1, 1]]))),
    ...fees(r),
    // Enough for most; find_gas.mjs looks at what it takes and cuts.
    gas: hex(r.weighted([[6, 300000], [6, 1000000], [1, 6000000], [0.2, transactionGasLimit]].map(([w, g]) => [w * 5, g]))),
    cut: r.weighted([[8, { kind: 'none' }], [4, { kind: 'share', share: r.below(1000) }], [1, { kind: 'less', by: r.below(3) }],
      [1, { kind: 'least', more: r.below(4) - 1 }]]),
    to: creates ? null : r.weighted([[12, world.contracts[0]], [2, r.pick(world.targets)]]),
    value: hex(r.weighted([[6, 0], [3, 1], [1, r.below(100000)]])),
    data: hexOf(data),
    ...(type === 0 ? { unprotected: r.chance(1, 6) } : { accessList: accessListOf(r, world) }),
    ...(type === 4 ? { authorizations: authorizationsOf(r, world, authorities) } : {}),
  }
}

const precompiles = Array.from({ length: 0x12 }, (_, i) => `0x${(i + 1).toString(16).padStart(40, '0')}`)
const others = [...precompiles, `0x${'0'.repeat(37)}100`, `0x${'0'.repeat(37)}101`, `0x${'0'.repeat(40)}`, coinbase]

function senderAccount(r, world) {
  return {
    nonce: hex(r.weighted([[8, 0], [4, 7], [1, (1n << 64n) - 2n]])),
    balance: hex(r.weighted([[40, 1n << 80n], [1, BigInt(r.below(1 << 30)) * 1000n], [1, 0n]])),
    code: r.weighted([[6, '0x'], [1, delegationTo(world, r.pick(world.contracts))]]), // other code: anvil leaves EIP-3607 out
    storage: {},
  }
}

// The case that `seed` makes under the rules of `fork`, at `place` of a block.
export function makeCase(seed, place, fork) {
  const r = drawFrom(seed)
  const contracts = Array.from({ length: 1 + r.below(4) }, (_, n) => contractAddress(place, n))
  const sender = keyOf(place, 0)
  const authorities = [keyOf(place, 1), keyOf(place, 2)]
  const stranger = contractAddress(place, 0xfff) // is nobody
  const targets = [...contracts, ...contracts, ...contracts, sender.address, ...authorities.map((a) => a.address),
    stranger, r.pick(others), r.pick(others)]
  const world = { fork, contracts, targets }
  const accounts = {}
  for (const address of contracts) accounts[address] = contract(r, world)
  accounts[sender.address] = senderAccount(r, world)
  for (const { address } of authorities) {
    // It is there at least: anvil can't tell who isn't (see batch.mjs).
    accounts[address] = { nonce: '0x0', balance: '0x1', code: '0x', storage: {} }
    if (r.chance(1, 2)) continue
    const nonce = r.below(3) + 1
    const to = r.weighted([[4, r.pick(contracts)], [1, r.pick(targets)]])
    accounts[address] = { nonce: hex(nonce), balance: hex(r.below(1000)), code: r.chance(1, 2) ? '0x' : delegationTo(world, to), storage: storage(r) }
  }
  const nonceOf = (address) => BigInt(accounts[address]?.nonce ?? 0)
  const signers = authorities.map((a) => ({ ...a, nonce: nonceOf(a.address) }))
  signers.push({ ...sender, nonce: nonceOf(sender.address) + 1n })
  const first = nonceOf(sender.address)
  const transactions = Array.from({ length: r.chance(1, 4) && first < 1n << 60n ? 2 : 1 },
    (_, i) => transaction(r, world, sender, first + BigInt(i), signers))
  return { seed, place, accounts, transactions }
}
