// kill -9 of the sequencer at random moments, under load: nothing that was acknowledged is lost, nothing is executed
// or posted twice, and the verifier agrees. The seed of the moments is printed; GAVEL_SEED sets it, GAVEL_KILLS the
// number of kills.
import assert from 'node:assert/strict'
import { after, before, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { keccak256 } from 'viem'
import { sameOutputs, startGavel, waitFor } from './lib/gavel.mjs'
import { startLoad } from './lib/load.mjs'
import { randomOf } from './lib/random.mjs'

const seed = Number(process.env.GAVEL_SEED ?? Date.now() % 1_000_000)
const kills = Number(process.env.GAVEL_KILLS ?? 20)
let gavel

before(async () => {
  gavel = await startGavel({ verifier: true, sequencer: { 'batch-age': 1 } })
})
after(() => gavel?.stop())

// Every entry with a payload is another batch, and they hold the blocks in order without a gap.
async function assertPostedOnce() {
  const { inbox, l1 } = gavel
  const logs = await l1.getContractEvents({ ...inbox, eventName: 'EntryAppended', fromBlock: 0n })
  const payloads = logs.map(({ args }) => args.payloadHash).filter((hash) => hash !== keccak256('0x'))
  assert.equal(new Set(payloads).size, payloads.length, 'a batch was posted twice')
  assert.deepEqual(logs.map(({ args }) => Number(args.index)), logs.map((_, i) => i))
  return payloads.length
}

it(`survives ${kills} kills (seed ${seed})`, { timeout: 300_000 }, async () => {
  const random = randomOf(seed)
  const load = await startLoad(gavel)
  for (let i = 0; i < kills; i++) {
    await sleep(50 + random(1500))
    await gavel.sequencer.kill()
    await sleep(random(300))
    await gavel.sequencer.start()
  }
  // And the verifier, once.
  await gavel.verifier.kill()
  await gavel.verifier.start()
  await sleep(500)
  await load.stop()
  const sent = await load.check()
  assert.ok(load.acknowledged.length > kills, 'there was load')
  assert.ok(sent >= load.acknowledged.length)

  const last = await gavel.l2.getBlockNumber()
  await waitFor('the batches on L1', async () => (await gavel.l2.getBlock({ blockTag: 'safe' })).number >= last, {
    timeout: 90_000,
  })
  const batches = await assertPostedOnce()
  const blocks = await sameOutputs(gavel, last)
  console.log(`${load.acknowledged.length} transfers, ${blocks} blocks, ${batches} batches, ${kills} kills`)
})
