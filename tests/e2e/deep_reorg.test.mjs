// A batch that was done with, as deep in L1 as was asked for, falls out in a deeper reorg, and is posted again.
import assert from 'node:assert/strict'
import { after, before, it } from 'node:test'
import { startGavel, waitFor } from './lib/gavel.mjs'

const confirmations = 2

let gavel
before(async () => {
  gavel = await startGavel({
    sequencer: { 'batch-age': 1, 'batch-confirmations': confirmations },
    l1: { slotsInEpoch: 16 }, // finality is far away
  })
})
after(() => gavel?.stop())

const batch = (index) => gavel.sequencer.rpc('gavel_batch', index)
const safeNumber = async () => (await gavel.l2.getBlock({ blockTag: 'safe' })).number
const l1Receipt = (hash) => gavel.l1.getTransactionReceipt({ hash }).catch(() => null)

it('a confirmed batch is posted again after a reorg deeper than its confirmations', { timeout: 120_000 }, async () => {
  const [user, other] = gavel.users
  const hash = await gavel.l2.sendTransaction({ account: user, to: other.address, value: 1n })
  const { blockNumber, blockHash } = await gavel.l2Receipt(hash)
  const before = await waitFor('the confirmed batch', async () => {
    const found = await batch('0x0')
    return found?.confirmed && found
  })
  assert.ok((await safeNumber()) >= blockNumber)

  const first = await l1Receipt(before.l1TransactionHash)
  const depth = Number((await gavel.l1.getBlockNumber()) - first.blockNumber) + 2
  assert.ok(depth > confirmations)
  await gavel.l1.request({ method: 'anvil_reorg', params: [depth, []] })

  const again = await waitFor('the batch, in another block of L1', async () => {
    const { l1TransactionHash } = await batch('0x0')
    const receipt = await l1Receipt(l1TransactionHash)
    return receipt && receipt.blockHash !== first.blockHash && receipt
  }, { timeout: 60_000 })
  assert.equal(again.status, 'success')
  assert.equal(await gavel.l1.readContract({ ...gavel.inbox, functionName: 'entryCount' }), 1n)
  await waitFor('the safe head', async () => (await safeNumber()) >= blockNumber)
  assert.equal((await gavel.l2.getTransactionReceipt({ hash })).blockHash, blockHash)
})
