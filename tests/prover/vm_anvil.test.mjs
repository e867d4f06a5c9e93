// A sample of the steps that vm_step compared in our own EVM, on anvil: the same hashes, and what they cost there.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import { after, before, test } from 'node:test'
import { concat, decodeErrorResult, encodeAbiParameters, encodeFunctionData, hexToBytes, keccak256, numberToHex, pad, parseEther } from 'viem'
import { artifact, deploy, startL1 } from '../../deploy/contracts/test/lib/rollup.mjs'

const { abi } = artifact('Step')
const vectors = fs
  .readFileSync(process.env.GAVEL_VM_VECTORS, 'utf8')
  .split('\n')
  .filter((line) => line !== '')
  .map((line) => JSON.parse(line))

// As in step_contract.c: who asks, in which context, and an oracle that answers from the slots at
// keccak256(key | offset) on.
const game = '0x6a0000000000000000000000000000000000003e'
const localContext = '0x10000000000000000000000000000000000000000000000000000000000000ca'
const oracle = '0x00000000000000000000000000000000000000aa'
const oracleCode = '0x60406004600037604060002080546000526001015460205260406000f3'

function scopedKey(key) {
  if (!key.startsWith('0x01')) return key
  const words = encodeAbiParameters([{ type: 'bytes32' }, { type: 'address' }, { type: 'bytes32' }], [key, game, localContext])
  return `0x01${keccak256(words).slice(4)}`
}

let l1, step
before(async () => {
  l1 = await startL1()
  await l1.client.setCode({ address: oracle, bytecode: oracleCode })
  await l1.client.setBalance({ address: game, value: parseEther('10') })
  step = (await deploy(l1, 'Step', [oracle])).address
})
after(() => l1?.stop())

async function answer({ key, offset, data, length }) {
  const slot = BigInt(keccak256(concat([scopedKey(key), numberToHex(offset, { size: 32 })])))
  await l1.client.setStorageAt({ address: oracle, index: numberToHex(slot, { size: 32 }), value: data })
  await l1.client.setStorageAt({ address: oracle, index: numberToHex(slot + 1n, { size: 32 }), value: pad(numberToHex(length)) })
}

const read = (functionName, args) => l1.client.readContract({ address: step, abi, functionName, args, account: game })

test('every sampled step ends in the same state', async () => {
  assert.ok(vectors.length > 200, `${vectors.length} vectors`)
  for (const vector of vectors) {
    if (vector.length > 0 || BigInt(vector.key) !== 0n) await answer(vector)
    assert.equal(await read('preStateHash', [vector.witness]), vector.pre)
    assert.equal(await read('step', [vector.witness, localContext]), vector.post)
  }
})

test('one step costs at most 150,000 gas in a transaction, a KECCAK_F 400,000', async () => {
  const most = { step: 0n, keccak: 0n }
  for (const { witness } of vectors.filter((_, i) => i % 10 === 0 || isKeccak(vectors[i].witness))) {
    const data = encodeFunctionData({ abi, functionName: 'step', args: [witness, localContext] })
    const gas = await l1.client.estimateGas({ account: game, to: step, data })
    const kind = isKeccak(witness) ? 'keccak' : 'step'
    if (gas > most[kind]) most[kind] = gas
  }
  console.log(`a step costs up to ${most.step} gas, a KECCAK_F ${most.keccak}`)
  assert.ok(most.step > 0n && most.step <= 150_000n)
  assert.ok(most.keccak > 0n && most.keccak <= 400_000n)
})

// Only that ecall's witness has this length.
function isKeccak(witness) {
  return hexToBytes(witness).length === 338 + 28 * 32 + 256 + 24 * 32
}

test('a witness of another length, or with a changed byte, is refused', async () => {
  const { witness } = vectors[0]
  const refused = async (changed, error) => {
    const data = encodeFunctionData({ abi, functionName: 'step', args: [changed, localContext] })
    const failure = await l1.rpc('eth_call', { from: game, to: step, data }, 'latest').then(assert.fail, (e) => e)
    assert.equal(decodeErrorResult({ abi, data: failure.data }).errorName, error)
  }
  await refused(`${witness}00`, 'WrongWitnessLength')
  await refused(witness.slice(0, -2), 'WrongWitnessLength')
  await refused('0x', 'WrongWitnessLength')
  const last = witness.endsWith('00') ? '01' : '00'
  await refused(witness.slice(0, -2) + last, 'WrongProof')
  await refused(`${witness.slice(0, 2 + 2 * 336)}02${witness.slice(2 + 2 * 337)}`, 'ImpossibleState')
})
