// Inputs of precompiles: what they accept (from the corpus of the precompiles' own fuzz target, and made here), and
// the same with something wrong.
import fs from 'node:fs'
import { bn254 } from '@noble/curves/bn254.js'
import { p256 } from '@noble/curves/nist.js'
import { secp256k1 } from '@noble/curves/secp256k1.js'
import { bigBytes, drawFrom } from './random.mjs'

const p256Address = 0x100
const folder = new URL('../corpus/precompile/', import.meta.url)

// The first byte of a file chooses the precompile (tests/fuzz/precompile_fuzz.c).
function corpus() {
  const inputs = new Map()
  for (const name of fs.readdirSync(folder)) {
    const [choice, ...input] = fs.readFileSync(new URL(name, folder))
    const address = choice % 0x13 > 0x11 ? p256Address : choice % 0x13
    inputs.set(address, [...(inputs.get(address) ?? []), input])
  }
  return inputs
}
const known = corpus()
const addresses = [...Array.from({ length: 0x11 }, (_, i) => i + 1), p256Address]

// Points and signatures cost time; a few do.
const some = (make) => {
  const r = drawFrom(1)
  const pool = Array.from({ length: 64 }, () => make(r))
  return (draw) => draw.pick(pool)
}
const g1 = some((r) => {
  const point = bn254.G1.Point.BASE.multiply(BigInt(1 + r.below(1 << 16))).toAffine()
  return [...bigBytes(point.x, 32), ...bigBytes(point.y, 32)]
})
const lengths = [0, 1, 2, 31, 32, 33, 64, 96]
const scalar = (r) => r.pick([() => r.bytes(32), () => bigBytes(BigInt(r.below(5)), 32),
  () => bigBytes((1n << 256n) - 1n, 32)])()

function modexp(r) {
  const [base, exponent, modulus] = [r.pick(lengths), r.pick(lengths), r.pick(lengths)]
  const huge = () => bigBytes(r.pick([1023n, 1024n, 1025n, 1n << 32n, 1n << 64n, (1n << 256n) - 1n]), 32)
  const length = (n) => (r.chance(1, 30) ? huge() : bigBytes(BigInt(n), 32))
  const content = (n) => (r.chance(1, 4) ? Array(n).fill(r.pick([0, 0xff])) : r.bytes(n))
  return [...length(base), ...length(exponent), ...length(modulus),
    ...content(base), ...content(exponent), ...content(modulus)]
}

// A signature over a random hash: [r, s, recovery bit, public key].
function signature(r, curve) {
  const key = Uint8Array.from([0, ...r.bytes(31)])
  key[31] |= 1
  const hash = Uint8Array.from(r.bytes(32))
  const signed = curve.sign(hash, key, { prehash: false, format: 'recovered', lowS: false })
  return { hash: [...hash], bit: signed[0], rs: [...signed.slice(1)], publicKey: [...curve.getPublicKey(key, false)].slice(1) }
}

const made = new Map([
  [1, some((r) => {
    const { hash, bit, rs } = signature(r, secp256k1)
    return [...hash, ...bigBytes(BigInt(27 + bit), 32), ...rs]
  })],
  [5, modexp],
  [6, (r) => [...g1(r), ...(r.chance(1, 8) ? Array(64).fill(0) : g1(r))]],
  [7, (r) => [...g1(r), ...scalar(r)]],
  [9, (r) => [...bigBytes(BigInt(r.pick([0, 1, 12, 100, 5000])), 4), ...r.bytes(208), r.below(3) % 2]],
  [p256Address, some((r) => {
    const { hash, rs, publicKey } = signature(r, p256)
    return [...hash, ...rs, ...publicKey]
  })],
])

function spoil(r, input) {
  const bytes = [...input]
  r.weighted([
    [4, () => { if (bytes.length) bytes[r.below(bytes.length)] ^= 1 << r.below(8) }],
    [2, () => { bytes.length = r.below(bytes.length + 1) }],
    [2, () => { bytes.push(...r.bytes(1 + r.below(40))) }],
    [2, () => { const at = 32 * r.below(Math.ceil(bytes.length / 32) || 1); bytes.splice(at, 32, ...Array(32).fill(r.pick([0, 0xff]))) }],
    [1, () => { bytes.length = 0 }],
  ])()
  return bytes
}

// { address, input }: one call.
export function precompileCall(r) {
  const address = r.pick(addresses)
  const make = made.get(address)
  const examples = known.get(address) ?? [r.bytes(r.below(200))]
  let input = make && r.chance(3, 4) ? make(r) : r.pick(examples)
  if (r.chance(1, 10)) input = r.bytes(r.below(200))
  if (r.chance(1, 3)) input = spoil(r, input)
  return { address, input }
}
