// Whatever the batcher's key puts into the inbox has one defined result, the same for sequencer and verifier, and the
// chain goes on. The sequencer runs all the while, and finds entries on L1 that are not its own where it expected its
// own: what it had sequenced must come after them.
import assert from 'node:assert/strict'
import zlib from 'node:zlib'
import { randomBytes } from 'node:crypto'
import { after, before, it } from 'node:test'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'
import { toHex } from 'viem'
import { sameOutputs, startGavel, waitFor } from './lib/gavel.mjs'
import { columns, deflated, encodePayload } from './lib/payload.mjs'

const never = 36_000 // seconds until the sequencer posts a batch itself

let gavel
let writer // whose transactions are in our payloads
let nonce = 0
const sequenced = [] // what was sent to the sequencer meanwhile

before(async () => {
  gavel = await startGavel({ verifier: true, sequencer: { 'batch-age': never } })
  writer = gavel.users[7]
})
after(() => gavel?.stop())

const signed = (account, fields) =>
  account.signTransaction({
    type: 'eip1559',
    chainId: 845300,
    gas: 21_000n,
    maxFeePerGas: 10n ** 9n,
    maxPriorityFeePerGas: 0n,
    to: gavel.users[0].address,
    value: 1n,
    ...fields,
  })

const good = () => signed(writer, { nonce: nonce++ })
const l1Time = async () => Number((await gavel.l1.getBlock()).timestamp)
const safeOf = async (program) => (await program.rpc('optimism_syncStatus')).safe_l2.number

// Posts the payload as the next entry, and waits until it has made `blocks` blocks, with so many transactions besides
// deposits, in the sequencer and in the verifier.
async function post(payload, { blocks, transactions = 0, queueTo }) {
  sequenced.push(
    await gavel.l2.sendTransaction({
      account: gavel.users[1],
      to: gavel.users[2].address,
      value: 1n,
      gas: 21_000n,
      maxFeePerGas: 10n ** 9n,
      nonce: sequenced.length,
    }),
  )
  const read = (functionName) => gavel.l1.readContract({ ...gavel.inbox, functionName })
  const safeBefore = await safeOf(gavel.sequencer)
  const hash = await gavel.l1.writeContract({
    ...gavel.inbox,
    account: gavel.batcher,
    functionName: 'appendBatch',
    args: [await read('entryCount'), toHex(payload), queueTo ?? (await read('queueConsumed'))],
  })
  const receipt = await gavel.l1.waitForTransactionReceipt({ hash })
  assert.equal(receipt.status, 'success')
  for (const program of [gavel.sequencer, gavel.verifier]) {
    await waitFor(`${program.name} on the entry`, async () => {
      const status = await program.rpc('optimism_syncStatus')
      return BigInt(status.current_l1.number) > receipt.blockNumber && status.safe_l2.number >= safeBefore + blocks
    })
    assert.equal(await safeOf(program), safeBefore + blocks, program.name)
  }
  let found = 0
  for (let n = safeBefore + 1; n <= safeBefore + blocks; n++) {
    const block = await gavel.l2.getBlock({ blockNumber: BigInt(n), includeTransactions: true })
    found += block.transactions.filter((tx) => tx.type !== 'deposit').length
  }
  assert.equal(found, transactions)
}

const nothing = { blocks: 0 }

it('a good payload gives its blocks', async () => {
  const timestamp = await l1Time()
  const payload = encodePayload([
    { timestamp, transactions: [await good(), await good()] },
    { timestamp, transactions: [await good()] },
  ])
  await post(payload, { blocks: 2, transactions: 3 })
})

it('an empty payload, random bytes and unknown versions give none', async () => {
  await post(Buffer.alloc(0), nothing)
  await post(Buffer.concat([Buffer.from([0]), randomBytes(700)]), nothing)
  await post(Buffer.concat([Buffer.from([1]), randomBytes(700)]), nothing)
  await post(Buffer.from([0]), nothing)
  const payload = encodePayload([{ timestamp: await l1Time(), transactions: [await signed(writer, { nonce })] }])
  payload[0] = 255
  await post(payload, nothing)
})

it('a broken DEFLATE stream gives none', async () => {
  const payload = encodePayload([{ timestamp: await l1Time(), transactions: [await signed(writer, { nonce })] }])
  await post(payload.subarray(0, payload.length - 3), nothing)
  await post(Buffer.concat([payload, Buffer.from([0])]), nothing)
})

it('a bomb gives none', async () => {
  const zeros = (size) => Buffer.concat([Buffer.from([0]), zlib.deflateRawSync(Buffer.alloc(size), { level: 9 })])
  const bomb = zeros(100 * 1024 * 1024)
  assert.ok(bomb.length < 120_000)
  await post(bomb, nothing)
  await post(zeros(4 * 1024 * 1024 + 1), nothing)
  await post(zeros(4 * 1024 * 1024), nothing)
})

it('columns that are cut short, too long, or count what is not there give none', async () => {
  const whole = columns([{ timestamp: await l1Time(), transactions: [await signed(writer, { nonce })] }])
  await post(deflated(whole.subarray(0, whole.length - 1)), nothing)
  await post(deflated(Buffer.concat([whole, Buffer.from([0])])), nothing)
  const huge = Buffer.from('ffffffffffffffffff01', 'hex') // 2^64 - 1
  await post(deflated(Buffer.concat([huge, huge, huge, huge])), nothing)
})

it('a block with a wrong timestamp is dropped, and what follows it', async () => {
  const now = await l1Time()
  const never_ = async () => [await signed(writer, { nonce })]
  await post(encodePayload([{ timestamp: 1, transactions: await never_() }]), nothing)
  await post(encodePayload([{ timestamp: now + 10_000, transactions: await never_() }]), nothing)
  const first = await good()
  const payload = encodePayload([
    { timestamp: now, transactions: [first] },
    { timestamp: now - 60, transactions: await never_() },
    { timestamp: now, transactions: await never_() },
  ])
  await post(payload, { blocks: 1, transactions: 1 })
})

it('invalid transactions are skipped', async () => {
  const timestamp = await l1Time()
  const poor = privateKeyToAccount(generatePrivateKey())
  const invalid = [
    await signed(poor, { nonce: 0 }),
    await signed(writer, { nonce: nonce + 5 }),
    await signed(writer, { nonce: nonce - 1 }),
    await signed(writer, { nonce, maxFeePerGas: 1n }), // below the base fee
    await signed(writer, { nonce, gas: 20_999n }),
    await signed(writer, { nonce, gas: 2n ** 24n + 1n }), // EIP-7825
    await signed(writer, { nonce, value: 10n ** 30n }),
    // Another chain's: in a payload the id is ours, so that somebody else has signed it, who has nothing.
    await signed(writer, { nonce, chainId: 1 }),
  ]
  await post(encodePayload([{ timestamp, transactions: [...invalid, await good(), ...invalid] }]), {
    blocks: 1,
    transactions: 1,
  })
  await post(encodePayload([{ timestamp, transactions: invalid }]), { blocks: 1 })
  await post(encodePayload([{ timestamp, transactions: [] }]), nothing)
})

it('a block that counts messages beyond its range is dropped, and the messages come after all', async () => {
  const timestamp = await l1Time()
  await post(encodePayload([{ timestamp, messages: 5, transactions: [await signed(writer, { nonce })] }]), nothing)

  const sent = await gavel.deposit({ account: gavel.users[3], mint: 5n, value: 5n })
  const queueTo = await gavel.l1.readContract({ ...gavel.inbox, functionName: 'messageCount' })
  const payload = encodePayload([{ timestamp: await l1Time(), messages: 4_000_000_000, transactions: [] }])
  await post(payload, { blocks: 1, queueTo })
  assert.equal((await sent.l2Receipt()).status, 'success')
})

it('the chain goes on: what was sequenced meanwhile is there, batches land, the outputs agree', async () => {
  await gavel.sequencer.restart({ 'batch-age': 1 })
  let last = 0n
  for (const hash of sequenced) {
    const receipt = await gavel.l2Receipt(hash)
    assert.equal(receipt.status, 'success')
    if (receipt.blockNumber > last) last = receipt.blockNumber
  }
  await waitFor('the batch on L1', async () => (await safeOf(gavel.sequencer)) >= Number(last))
  await sameOutputs(gavel, last)
})
