// What the generators draw from; the same seed gives the same cases.
import { randomOf } from '../../e2e/lib/random.mjs'

// r.below(n), r.chance(1, 8), r.pick(array), r.bytes(n), r.weighted([[weight, value]...])
export function drawFrom(seed) {
  const below = randomOf(seed)
  for (let i = 0; i < 4; i++) below(2) // neighbouring seeds part
  const pick = (array) => array[below(array.length)]
  return {
    below,
    pick,
    chance: (times, of) => below(of) < times,
    bytes: (n) => Array.from({ length: n }, () => below(256)),
    weighted: (choices) => {
      let at = below(choices.reduce((sum, [weight]) => sum + weight, 0))
      for (const [weight, value] of choices) {
        if (at < weight) return value
        at -= weight
      }
    },
  }
}

// Of case `index` of a run; both are whole numbers.
export function caseSeed(seed, index) {
  let h = Math.imul(seed ^ 0x85ebca6b, 0xc2b2ae35) ^ Math.imul(index + 1, 0x9e3779b1)
  h = Math.imul(h ^ (h >>> 15), 0x2c1b3c6d)
  h = Math.imul(h ^ (h >>> 12), 0x297a2d39)
  return (h ^ (h >>> 15)) >>> 0
}

export const hexOf = (bytes) => `0x${Buffer.from(bytes).toString('hex')}`
export const bytesOf = (hex) => [...Buffer.from(hex.slice(2), 'hex')]

// Big-endian, `length` bytes.
export function bigBytes(value, length) {
  return bytesOf(`0x${BigInt.asUintN(8 * length, value).toString(16).padStart(2 * length, '0')}`)
}
