// The preimage oracle. How such oracles have been broken elsewhere (numbers as in dispute.test.mjs), and why this one
// is not:
//
// 25, 26, 27 large preimages in several transactions   cannot: there are none; the longest fits into one
//                                                      ("a payload of 120,000 bytes fits into an L1 transaction")
// 28 a precompile called with too little gas           "a call gets exactly what its key says, or there is no result"
// 29 inputs that L1 can't execute, precompiles that L1 lacks   "what L2 refuses is refused", "only precompiles that L2
//                                                      has"; an L1 without them is refused at deployment
// 30 blob field indices                                cannot: the machine reads no blobs
// 31 offsets behind the end, dirty bytes, reads at the end   "parts of a preimage", "offsets end with the preimage",
//                                                      "bytes behind a local value don't matter"; local keys are
//                                                      scoped: "local data are the caller's and the context's"
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { after, before, beforeEach, describe, it } from 'node:test'
import { p256 } from '@noble/curves/nist.js'
import { bn254 } from '@noble/curves/bn254.js'
import { bytesToHex, concat, encodeAbiParameters, keccak256, pad, slice, stringToHex, toHex, zeroAddress } from 'viem'
import { appended, deploy, deployRejects, deployRollup, read, rejects, send, startL1 } from './lib/rollup.mjs'

let l1, inbox, batcher, oracle, user, other, snapshot

before(async () => {
  l1 = await startL1()
  ;[, , , user, other] = l1.accounts
  ;({ inbox, batcher } = await deployRollup(l1))
  oracle = await deploy(l1, 'PreimageOracle', [inbox.address])
  snapshot = await l1.client.snapshot()
})
after(() => l1.stop())
beforeEach(async () => {
  await l1.client.revert({ id: snapshot })
  snapshot = await l1.client.snapshot()
})

const sha256 = (text) => new Uint8Array(createHash('sha256').update(text).digest())
const length = (bytes) => (bytes.length - 2) / 2
const typed = (kind, hash) => concat([toHex(kind, { size: 1 }), slice(hash, 1)])

// A part as the machine's description words it: 32 bytes of (length, 8 bytes | preimage), zeros behind.
function partOf(preimage, offset) {
  const whole = concat([toHex(length(preimage), { size: 8 }), preimage])
  const rest = Number(offset) === length(whole) ? '0x' : slice(whole, Number(offset))
  const part = length(rest) > 32 ? slice(rest, 0, 32) : rest
  return [pad(part, { size: 32, dir: 'right' }), BigInt(length(part))]
}

const part = (key, offset) => read(l1, oracle, 'readPreimage', key, BigInt(offset))
const load = (name, args, overrides) => send(l1, user, oracle, name, args, overrides)
const refuses = (name, args, error, values, overrides) =>
  rejects(l1, user, oracle, name, args, error, values, overrides)
const missing = (key, offset) => refuses('readPreimage', [key, BigInt(offset)], 'PartMissing', [key, BigInt(offset)])

describe('keccak preimages', () => {
  it('parts of a preimage, of every length and at every offset', async () => {
    for (const n of [0, 1, 23, 24, 25, 31, 32, 33, 64, 100]) {
      const digits = keccak256(toHex(n)).slice(2).repeat(4)
      const preimage = `0x${digits.slice(0, 2 * n)}`
      const key = typed(2, keccak256(preimage))
      for (let offset = 0; offset <= n + 8; offset += n < 30 ? 1 : 7) {
        await missing(key, offset)
        await load('loadKeccak', [BigInt(offset), preimage])
        assert.deepEqual(await part(key, offset), partOf(preimage, offset), `${n} ${offset}`)
      }
      await load('loadKeccak', [BigInt(n + 8), preimage])
      assert.deepEqual(await part(key, n + 8), [pad('0x', { size: 32 }), 0n])
    }
  })

  it('offsets end with the preimage', async () => {
    for (const offset of [12n, 2n ** 64n, 2n ** 256n - 1n]) {
      await refuses('loadKeccak', [offset, '0x010203'], 'OffsetBehindEnd', [offset, 11n])
    }
  })

  it('says what was loaded, and loading again changes nothing', async () => {
    const preimage = stringToHex('what the machine reads')
    const key = typed(2, keccak256(preimage))
    for (let i = 0; i < 2; i++) {
      const receipt = await send(l1, [user, other][i], oracle, 'loadKeccak', [0n, preimage])
      assert.equal(receipt.logs[0].topics[1], key)
      assert.deepEqual(await part(key, 0), partOf(preimage, 0))
    }
  })

  it('a payload of 120,000 bytes fits into an L1 transaction', async () => {
    const preimage = `0x${'a7'.repeat(120_000)}`
    const receipt = await load('loadKeccak', [119_976n, preimage], { gas: 16_777_216n })
    assert.ok(receipt.gasUsed < 6_000_000n)
    assert.deepEqual(await part(typed(2, keccak256(preimage)), 119_976), partOf(preimage, 119_976))
  })
})

describe('local preimages', () => {
  const context = keccak256('0x01')
  const word = keccak256('0x02')
  const scoped = (index, account, c) => {
    const key = typed(1, pad(toHex(index), { size: 32 }))
    const types = [{ type: 'bytes32' }, { type: 'address' }, { type: 'bytes32' }]
    return typed(1, keccak256(encodeAbiParameters(types, [key, account.address, c])))
  }

  it('parts of a value, of every size and at every offset', async () => {
    for (const size of [0, 1, 7, 8, 20, 24, 25, 31, 32]) {
      const value = size === 0 ? '0x' : slice(word, 0, size)
      const key = scoped(size, user, context)
      for (let offset = 0; offset <= size + 8; offset++) {
        await missing(key, offset)
        await load('loadLocal', [BigInt(size), context, word, BigInt(size), BigInt(offset)])
        assert.deepEqual(await part(key, offset), partOf(value, offset), `${size} ${offset}`)
      }
      const behind = BigInt(size + 9)
      await refuses('loadLocal', [1n, context, word, BigInt(size), behind], 'OffsetBehindEnd', [behind, behind - 1n])
    }
  })

  it("bytes behind a local value don't matter", async () => {
    const key = scoped(3, user, context)
    for (const behind of ['00', 'ff']) {
      const value = `0x0102030405060708${behind.repeat(24)}`
      await load('loadLocal', [3n, context, value, 8n, 0n])
      assert.deepEqual(await part(key, 0), partOf('0x0102030405060708', 0))
    }
  })

  it("local data are the caller's and the context's", async () => {
    await load('loadLocal', [1n, context, word, 32n, 0n])
    await send(l1, other, oracle, 'loadLocal', [1n, context, keccak256(word), 32n, 0n])
    await load('loadLocal', [1n, word, keccak256('0x03'), 32n, 0n])
    await load('loadLocal', [2n, context, keccak256('0x04'), 32n, 0n])
    assert.deepEqual(await part(scoped(1, user, context), 0), partOf(word, 0))
    assert.deepEqual(await part(scoped(1, other, context), 0), partOf(keccak256(word), 0))
    assert.deepEqual(await part(scoped(1, user, word), 0), partOf(keccak256('0x03'), 0))
    assert.deepEqual(await part(scoped(2, user, context), 0), partOf(keccak256('0x04'), 0))
    await missing(typed(1, pad('0x01', { size: 32 })), 0)
  })

  it('sizes and indices are bounded', async () => {
    await refuses('loadLocal', [1n, context, word, 33n, 0n], 'BadLocalSize', [33n])
    await refuses('loadLocal', [1n << 248n, context, word, 32n, 0n], 'BadLocalIndex', [1n << 248n])
  })
})

describe('entries of the inbox', () => {
  const key = (index) => typed(3, pad(toHex(index), { size: 32 }))

  it('are read from there, and need no loading', async () => {
    const links = []
    for (let i = 0n; i < 3n; i++) {
      const [entry] = appended(await send(l1, batcher, inbox, 'appendBatch', [i, toHex(i), 0n]))
      links.push(entry.link)
    }
    for (const [i, link] of links.entries()) {
      for (const offset of [0, 1, 7, 8, 9, 31, 32, 39, 40]) {
        assert.deepEqual(await part(key(i), offset), partOf(link, offset), `${offset}`)
      }
    }
    await refuses('readPreimage', [key(0), 41n], 'OffsetBehindEnd', [41n, 40n])
  })

  it('that are not there are not zero', async () => {
    await refuses('readPreimage', [key(0), 0n], 'NoSuchEntry', [0n])
    const last = (1n << 248n) - 1n
    await refuses('readPreimage', [key(last), 0n], 'NoSuchEntry', [last])
  })
})

describe('precompiled contracts', () => {
  const address = (n) => pad(toHex(n), { size: 20 })
  const keyOf = (n, gas, input) => typed(4, keccak256(concat([address(n), toHex(gas, { size: 8 }), input])))
  const bytes = (value) => bytesToHex(value)
  const word = (n) => toHex(n, { size: 32 })

  async function result(n, gas, input, overrides) {
    const key = keyOf(n, gas, input)
    const whole = []
    for (let offset = 0; ; offset += 32) {
      await load('loadPrecompile', [BigInt(offset), address(n), gas, input], overrides)
      const [data, valid] = await part(key, offset)
      if (valid === 0n) break
      whole.push(slice(data, 0, Number(valid)))
      if (valid < 32n) break
    }
    const all = concat(whole)
    assert.equal(BigInt(slice(all, 0, 8)), BigInt(length(all) - 8))
    return length(all) === 8 ? '0x' : slice(all, 8)
  }

  it('a success is 1 and the output: SHA-256, identity, ECRECOVER, P-256, BN254', async () => {
    const message = stringToHex('gavel')
    const digest = bytes(sha256('gavel'))
    assert.equal(await result(2, 72n, message), concat(['0x01', digest]))
    assert.equal(await result(4, 18n, message), concat(['0x01', message]))

    const hash = keccak256(message)
    const signature = await user.sign({ hash })
    const [r, s, v] = [slice(signature, 0, 32), slice(signature, 32, 64), slice(signature, 64)]
    const signer = concat(['0x01', pad(user.address, { size: 32 })]).toLowerCase()
    assert.equal(await result(1, 3000n, concat([hash, word(BigInt(v)), r, s])), signer)
    // An invalid signature is a success without output.
    assert.equal(await result(1, 3000n, concat([hash, word(1n), r, s])), '0x01')

    const secret = new Uint8Array(32).fill(7)
    const point = p256.getPublicKey(secret, false)
    const signed = p256.sign(sha256('gavel'), secret, { prehash: false, format: 'compact' })
    const input = concat([digest, bytes(signed), bytes(point.slice(1))])
    assert.equal(await result(0x100, 6900n, input), concat(['0x01', word(1n)]))

    const g = bn254.G1.Point.BASE
    const two = g.double().toAffine()
    const xy = concat([word(g.toAffine().x), word(g.toAffine().y)])
    assert.equal(await result(6, 150n, concat([xy, xy])), concat(['0x01', word(two.x), word(two.y)]))
  })

  it('a failure is 0: a point that is not on the curve', async () => {
    assert.equal(await result(6, 150n, concat([word(1n), word(1n)])), '0x00')
  })

  it('a call gets exactly what its key says, or there is no result', async () => {
    // So dear a call that what EIP-150 holds back would be enough to store a false failure.
    const pairing = `0x${'00'.repeat(192 * 200)}`
    const needed = 45_000n + 34_000n * 200n
    assert.equal(await result(8, needed, pairing), concat(['0x01', word(1n)]))
    // EIP-150 would leave the call with less than its key says: no result is stored, down to the last unit of gas.
    const key = keyOf(8, needed, pairing)
    await l1.client.revert({ id: snapshot })
    snapshot = await l1.client.snapshot()
    const tryWith = async (gas) => {
      const args = [0n, address(8), needed, pairing]
      const call = { ...oracle, account: user, functionName: 'loadPrecompile', args, gas }
      const { status } = await l1.client.waitForTransactionReceipt({ hash: await l1.client.writeContract(call) })
      if (status === 'success') assert.deepEqual(await part(key, 0), partOf(concat(['0x01', word(1n)]), 0), `${gas} gas`)
      else await missing(key, 0)
      await l1.client.revert({ id: snapshot })
      snapshot = await l1.client.snapshot()
      return status === 'success'
    }
    let [no, yes] = [6_900_000n, 8_000_000n]
    assert.deepEqual([await tryWith(no), await tryWith(yes)], [false, true])
    while (yes - no > 1n) {
      const middle = (no + yes) / 2n
      if (await tryWith(middle)) yes = middle
      else no = middle
    }
    await refuses('loadPrecompile', [0n, address(8), needed, pairing], 'NotEnoughGas', undefined, { gas: 7_000_000n })
    // A key with too little gas is another key: what it holds says nothing about this one.
    assert.equal(await result(8, needed - 1n, pairing), '0x00')
    await missing(key, 0)
  })

  it('only precompiles that L2 has', async () => {
    for (const n of [0, 0x12, 0x13, 0xff, 0x101, 0x200]) {
      await refuses('loadPrecompile', [0n, address(n), 3000n, '0x'], 'NotAPrecompile')
    }
    await refuses('loadPrecompile', [0n, inbox.address, 3000n, '0x'], 'NotAPrecompile')
    await refuses('loadPrecompile', [0n, zeroAddress, 3000n, '0x'], 'NotAPrecompile', [zeroAddress])
    for (let n = 1; n <= 0x11; n++) await load('loadPrecompile', [0n, address(n), 0n, '0x'])
  })

  it('what L2 refuses is refused, and what it allows fits into an L1 transaction', async () => {
    await refuses('loadPrecompile', [0n, address(5), 10_000_001n, '0x'], 'RequiredGasTooHigh', [10_000_001n])
    // A failure at the very bound burns all of it.
    const bad = concat([word(1n), word(1n)])
    const receipt = await load('loadPrecompile', [0n, address(6), 10_000_000n, bad], { gas: 11_000_000n })
    assert.ok(receipt.gasUsed > 10_000_000n)
    assert.deepEqual(await part(keyOf(6, 10_000_000n, bad), 0), partOf('0x00', 0))
  })

  it('offsets end with the result', async () => {
    await refuses('loadPrecompile', [42n, address(2), 60n, '0x'], 'OffsetBehindEnd', [42n, 41n])
  })

  it('an L1 that lacks one is refused', async () => {
    const old = await startL1({ hardfork: 'prague' })
    try {
      await deployRejects(old, 'PreimageOracle', [inbox.address], 'PrecompileMissing', [address(0x100)])
    } finally {
      await old.stop()
    }
  })
})
