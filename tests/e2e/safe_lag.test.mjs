// A sequencer whose L1 takes no more batches goes on until so many wait, then keeps transactions in its pool and says so;
// when L1 takes batches again, everything that was acknowledged is in blocks and on L1.
import assert from 'node:assert/strict'
import { after, before, it } from 'node:test'
import { sameOutputs, startGavel, waitFor } from './lib/gavel.mjs'

const most = 4 // batches of about ten transactions
const maxPast = 4000

let gavel
before(async () => {
  const sequencer = { 'max-safe-lag': most, 'batch-size': 1000, 'batch-age': 1, 'l1-confirmations': 1 }
  gavel = await startGavel({ sequencer, verifier: true, deploy: { 'max-past': maxPast } })
})
after(() => gavel?.stop())

const page = async (name) => {
  const answer = await fetch(`${gavel.sequencer.url}${name}`)
  return { httpStatus: answer.status, ...(await answer.json()) }
}

let nonce = 0
const acknowledged = []
async function send(count) {
  const [account, other] = gavel.users
  for (let i = 0; i < count; i++) {
    acknowledged.push(await gavel.l2.sendTransaction({ account, to: other.address, value: 1n, gas: 21_000n, nonce: nonce++ }))
  }
}

it('waits when L1 has not taken so many batches', async () => {
  await send(1)
  await waitFor('a safe block', async () => (await gavel.l2.getBlock({ blockTag: 'safe' })).number > 0n)
  await gavel.l1.setIntervalMining({ interval: 0 })
  const { reason } = await waitFor('the complaint', async () => {
    await send(5)
    const answer = await page('/health')
    return answer.httpStatus === 503 && /batches/.test(answer.reason) && answer
  })
  assert.match(reason, /^4 batches are not on L1 \(4 may wait\), the oldest block in them for \d+ s \(2000 s\): transactions wait/)
  assert.match(gavel.sequencer.log(), /error builder: 4 batches are not on L1/)
  assert.deepEqual((await page('/')).safeLag.batches, most)
})

it('takes transactions all the same, which wait in the pool', async () => {
  const head = await gavel.l2.getBlockNumber()
  await send(30)
  assert.equal(await gavel.l2.getBlockNumber(), head)
  const { executable } = (await page('/')).pool
  assert.ok(executable >= 30, `${executable} are in the pool`)
})

it('still waits after kill -9', async () => {
  const head = await gavel.l2.getBlockNumber()
  await gavel.sequencer.kill()
  await gavel.sequencer.start()
  await waitFor('the complaint', async () => (await page('/')).safeLag.isWaiting)
  await send(1)
  assert.equal(await gavel.l2.getBlockNumber(), head)
})

it('goes on when L1 does, and nothing is lost', async () => {
  await gavel.l1.setIntervalMining({ interval: 1 })
  for (const hash of acknowledged) assert.equal((await gavel.l2Receipt(hash)).status, 'success')
  await waitFor('health', async () => (await page('/health')).httpStatus === 200)
  assert.match(gavel.sequencer.log(), /info {2}builder: L1 has caught up/)
  await waitFor('all on L1', async () => {
    const { unsafe_l2: head, safe_l2: safe } = await gavel.sequencer.rpc('optimism_syncStatus')
    return safe.number === head.number
  })
  await sameOutputs(gavel)
})

it('refuses a batch age at which a block could not be in time', async () => {
  await gavel.sequencer.stop()
  assert.notEqual(await gavel.sequencer.startToEnd({ 'batch-age': maxPast / 2 }), 0)
  assert.match(gavel.sequencer.log(), /--batch-age 2000 is too long for this chain, .* within 4000 s \(maxPast\)/)
})
