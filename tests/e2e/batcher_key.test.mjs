// The batcher's key is changed as README.md says: whatever became of what the old one had signed, each batch is on L1
// once, nothing that was acknowledged is lost, and the verifier agrees.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { after, before, it } from 'node:test'
import { bytesToHex, parseGwei } from 'viem'
import { sameOutputs, startGavel, waitFor } from './lib/gavel.mjs'

let gavel
before(async () => {
  gavel = await startGavel({ verifier: true, sequencer: { 'l1-confirmations': 1 } })
})
after(() => gavel?.stop())

const acknowledged = []
let nonce = 0
async function send(count) {
  const [account, other] = gavel.users
  for (let i = 0; i < count; i++)
    acknowledged.push(await gavel.l2.sendTransaction({ account, to: other.address, value: 1n, gas: 21_000n, nonce: nonce++ }))
  await gavel.l2Receipt(acknowledged.at(-1))
}

const allSafe = () =>
  waitFor('all on L1', async () => {
    const { unsafe_l2: head, safe_l2: safe } = await gavel.sequencer.rpc('optimism_syncStatus')
    return safe.number === head.number
  })

// Those from the key to the inbox that wait in L1's pool.
async function pending(account) {
  const { pending: of } = await gavel.anvil.rpc('txpool_content')
  return Object.values(Object.entries(of).find(([from]) => from.toLowerCase() === account.address.toLowerCase())?.[1] ?? {})
}

// Dearer than what the pool has: it is first in the next block.
function setBatcher(account) {
  const { inbox, deployer } = gavel
  const fees = { maxFeePerGas: parseGwei('200'), maxPriorityFeePerGas: parseGwei('100'), gas: 100_000n }
  return gavel.l1.writeContract({ ...inbox, account: deployer, functionName: 'setBatcher', args: [account.address], ...fees })
}

function keyFile(account) {
  const file = path.join(gavel.folder, `${account.address}.key`)
  fs.writeFileSync(file, bytesToHex(account.getHdKey().privateKey), { mode: 0o600 })
  return file
}

// With a batch of the old key in L1's pool while the sequencer stops: mined before the change, or after it.
async function change(from, to, { isTooLate }) {
  await gavel.l1.setIntervalMining({ interval: 0 })
  await send(5)
  const [batch] = await waitFor('a batch in the pool', async () => {
    const found = await pending(from)
    return found.length > 0 && found
  })
  await send(5) // these are in no batch yet
  await gavel.sequencer.stop()
  if (!isTooLate) await gavel.l1.mine({ blocks: 1 })
  const hash = await setBatcher(to)
  await gavel.l1.mine({ blocks: 3 })
  assert.equal((await gavel.l1.getTransactionReceipt({ hash })).status, 'success')
  const { status } = await gavel.l1.getTransactionReceipt({ hash: batch.hash })
  assert.equal(status, isTooLate ? 'reverted' : 'success')

  const key = { 'key-file': keyFile(to) }
  assert.notEqual(await gavel.sequencer.startToEnd(key), 0)
  const old = from.address.toLowerCase()
  assert.match(gavel.sequencer.log(), new RegExp(`l1\\.db holds the L1 transactions of ${old}, which is another key\\. .*move l1\\.db\\* out`))
  const aside = path.join(gavel.folder, `of ${from.address}`)
  fs.mkdirSync(aside)
  for (const file of fs.readdirSync(gavel.sequencer.data))
    if (file.startsWith('l1.db')) fs.renameSync(path.join(gavel.sequencer.data, file), path.join(aside, file))
  await gavel.sequencer.start()
  await gavel.l1.setIntervalMining({ interval: 1 })
  await send(5)
  await allSafe()
  assert.doesNotMatch(gavel.sequencer.log(), /rolling back|built anew/)
}

// The sender and the end of each call of the inbox.
async function inboxCalls() {
  const calls = []
  const last = await gavel.l1.getBlockNumber()
  for (let n = BigInt(gavel.config.l1.startBlock); n <= last; n++) {
    const { transactions } = await gavel.l1.getBlock({ blockNumber: n, includeTransactions: true })
    for (const { to, from, hash } of transactions)
      if (to?.toLowerCase() === gavel.inbox.address.toLowerCase() && from.toLowerCase() !== gavel.deployer.address.toLowerCase())
        calls.push({ from, status: (await gavel.l1.getTransactionReceipt({ hash })).status })
  }
  return calls
}

it('a batch of the old key that arrived stays, and what follows is of the new one', { timeout: 120_000 }, async () => {
  await send(5)
  await allSafe()
  await change(gavel.batcher, gavel.users[2], { isTooLate: false })
})

it('a batch of the old key that the inbox refuses is posted by the new one', { timeout: 120_000 }, async () => {
  await change(gavel.users[2], gavel.users[3], { isTooLate: true })
})

it('each batch is on L1 once, and nothing is lost', { timeout: 120_000 }, async () => {
  const calls = await inboxCalls()
  const entries = await gavel.l1.readContract({ ...gavel.inbox, functionName: 'entryCount' })
  assert.equal(BigInt(calls.filter(({ status }) => status === 'success').length), entries)
  const refused = calls.filter(({ status }) => status === 'reverted')
  assert.deepEqual(refused.map(({ from }) => from.toLowerCase()), [gavel.users[2].address.toLowerCase()])
  for (const hash of acknowledged) assert.equal((await gavel.l2Receipt(hash)).status, 'success')
  await sameOutputs(gavel)
})
