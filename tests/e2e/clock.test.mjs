// A sequencer whose clock is ahead of L1 says so, while its batches are dropped, and recovers when the times agree.
import assert from 'node:assert/strict'
import { after, before, it } from 'node:test'
import { startGavel, waitFor } from './lib/gavel.mjs'

const behind = 7200 // seconds; the chain allows 600

let gavel
before(async () => {
  const timestamp = Math.floor(Date.now() / 1000) - behind
  gavel = await startGavel({ l1: { extra: ['--timestamp', String(timestamp)] } })
})
after(() => gavel?.stop())

const health = async () => {
  const answer = await fetch(`${gavel.sequencer.url}/health`)
  return { status: answer.status, ...(await answer.json()) }
}

it('says that its clock is ahead of L1, and what to do', async () => {
  const { reason } = await waitFor('the complaint', async () => {
    const answer = await health()
    return answer.status === 503 && answer
  })
  assert.match(reason, /^blocks are 7[12]\d\d s ahead of L1's newest, the inbox takes 600 s at most: .*Set this machine's clock/)
  assert.match(gavel.sequencer.log(), /error clock: blocks are 7[12]\d\d s ahead/)
})

it('keeps what was acknowledged, and is well again when the times agree', async () => {
  const [user, other] = gavel.users
  const hash = await gavel.l2.sendTransaction({ account: user, to: other.address, value: 1n })
  await gavel.l2Receipt(hash)
  await waitFor('a batch whose blocks are dropped', () => /rolling back|built anew/.test(gavel.sequencer.log()))
  await gavel.l1.increaseTime({ seconds: behind })
  await gavel.l1.mine({ blocks: 1 })
  await waitFor('health', async () => (await health()).status === 200)
  await waitFor('the transaction in a safe block', async () => {
    const receipt = await gavel.l2.getTransactionReceipt({ hash }).catch(() => null)
    return receipt && receipt.blockNumber <= (await gavel.l2.getBlock({ blockTag: 'safe' })).number
  })
})
