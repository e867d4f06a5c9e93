// Transactions and EIP-7702 authorizations, signed; with an RLP of our own, so that wrong ones can be made, too.
import { secp256k1 } from '@noble/curves/secp256k1.js'
import { keccak_256 } from '@noble/hashes/sha3.js'
import { hexOf } from './random.mjs'

const concat = (...parts) => Buffer.concat(parts.map((part) => Buffer.from(part)))
const fromHex = (hex) => Buffer.from(hex.slice(2), 'hex')

// A whole number without leading zeros.
const integer = (value) => {
  const digits = BigInt(value).toString(16)
  return value === 0n || BigInt(value) === 0n ? Buffer.alloc(0) : Buffer.from(digits.padStart(digits.length + (digits.length & 1), '0'), 'hex')
}

function lengthPrefix(length, short) {
  if (length < 56) return Buffer.from([short + length])
  const bytes = integer(length)
  return concat([short + 55 + bytes.length], bytes)
}

// Buffers, and arrays of such.
export function rlp(item) {
  if (Array.isArray(item)) {
    const content = concat(...item.map(rlp))
    return concat(lengthPrefix(content.length, 0xc0), content)
  }
  return item.length === 1 && item[0] < 0x80 ? item : concat(lengthPrefix(item.length, 0x80), item)
}

const signHash = (hash, key) => {
  const signed = secp256k1.sign(hash, fromHex(key), { prehash: false, format: 'recovered' })
  return { parity: signed[0], r: BigInt(hexOf(signed.slice(1, 33))), s: BigInt(hexOf(signed.slice(33))) }
}

const addresses = new Map()
export function addressOf(key) {
  if (!addresses.has(key)) addresses.set(key, hexOf(keccak_256(secp256k1.getPublicKey(fromHex(key), false).slice(1)).slice(12)))
  return addresses.get(key)
}

const order = secp256k1.Point.Fn.ORDER

const signedByAuthority = (a) => [integer(a.chainId), fromHex(a.address), integer(a.nonce)]
const authorizationHash = (a) => keccak_256(concat([5], rlp(signedByAuthority(a))))

// Signing is what takes most time; so once for each object, which the caller leaves as it is from then on.
function once(make) {
  const made = new WeakMap()
  return (a) => {
    if (!made.has(a)) made.set(a, make(a))
    return made.get(a)
  }
}

// Who it is that authorizes: with the other parity it is somebody whom nobody knows.
export const authorityOf = once((a) => {
  if (a.spoiled !== 'parity') return addressOf(a.key)
  const signed = secp256k1.sign(authorizationHash(a), fromHex(a.key), { prehash: false, format: 'recovered' })
  signed[0] = 1 - signed[0]
  const compressed = secp256k1.recoverPublicKey(signed, authorizationHash(a), { prehash: false })
  return hexOf(keccak_256(secp256k1.Point.fromBytes(compressed).toBytes(false).slice(1)).slice(12))
})

// [chain id, address, nonce, y parity, r, s]; `spoiled` names what is wrong with it.
const authorization = once((a) => {
  const signed = signedByAuthority(a)
  let { parity, r, s } = signHash(authorizationHash(a), a.key)
  if (a.spoiled === 'high s') [parity, s] = [1 - parity, order - s]
  if (a.spoiled === 'parity') parity = 1 - parity
  if (a.spoiled === 'parity 27') parity += 27
  if (a.spoiled === 'r zero') r = 0n
  return [...signed, integer(parity), integer(r), integer(s)]
})

const accessList = (list) => list.map(({ address, keys }) => [fromHex(address), keys.map(fromHex)])

const signed = new WeakMap() // transaction -> { gas, raw }: nothing but the gas limit is changed

// The raw transaction, in hex.
export function signTransaction(tx, chainId) {
  const before = signed.get(tx)
  if (before?.gas === tx.gas) return before.raw
  const raw = rawTransaction(tx, chainId)
  signed.set(tx, { gas: tx.gas, raw })
  return raw
}

function rawTransaction(tx, chainId) {
  const to = tx.to ? fromHex(tx.to) : Buffer.alloc(0)
  const common = [integer(tx.gas), to, integer(tx.value), fromHex(tx.data)]
  if (tx.type === 0) {
    const fields = [integer(tx.nonce), integer(tx.maxFee), ...common]
    const toSign = tx.unprotected ? fields : [...fields, integer(chainId), integer(0), integer(0)]
    const { parity, r, s } = signHash(keccak_256(rlp(toSign)), tx.key)
    const v = tx.unprotected ? 27 + parity : 35 + 2 * chainId + parity
    return hexOf(rlp([...fields, integer(v), integer(r), integer(s)]))
  }
  const fees = tx.type === 1 ? [integer(tx.maxFee)] : [integer(tx.priority), integer(tx.maxFee)]
  const fields = [integer(chainId), integer(tx.nonce), ...fees, ...common, accessList(tx.accessList)]
  if (tx.type === 4) fields.push(tx.authorizations.map(authorization))
  const { parity, r, s } = signHash(keccak_256(concat([tx.type], rlp(fields))), tx.key)
  return hexOf(concat([tx.type], rlp([...fields, integer(parity), integer(r), integer(s)])))
}
