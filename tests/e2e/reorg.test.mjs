// L1 reorganises under load, deposits and batches included: sequencer and verifier end with the same chain, which is
// the one that L1 says.
import assert from 'node:assert/strict'
import { after, before, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseEther } from 'viem'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'
import { sameOutputs, startGavel, waitFor } from './lib/gavel.mjs'
import { startLoad } from './lib/load.mjs'

let gavel

before(async () => {
  gavel = await startGavel({ verifier: true, sequencer: { 'batch-age': 1 }, l1: { slotsInEpoch: 4 } })
})
after(() => gavel?.stop())

const fresh = () => privateKeyToAccount(generatePrivateKey()).address
const balance = (address) => gavel.l2.getBalance({ address })

async function deposit(to) {
  return gavel.deposit({ account: gavel.users[1], to, mint: parseEther('1'), value: parseEther('1') })
}

// anvil drops the transactions of the blocks that it replaces, unless they are given again.
async function reorg(depth) {
  await gavel.l1.request({ method: 'anvil_reorg', params: [depth, []] })
}

async function converge() {
  // The head may go back once more: only what is safe on L1 stays.
  await waitFor(
    'the batches on L1',
    async () => (await gavel.l2.getBlock({ blockTag: 'safe' })).number === (await gavel.l2.getBlockNumber()),
    { timeout: 90_000 },
  )
  await sameOutputs(gavel)
}

for (const depth of [1, 5]) {
  it(`a reorg of ${depth} under load`, { timeout: 240_000 }, async () => {
    const load = await startLoad(gavel)
    const kept = fresh()
    await (await deposit(kept)).l2Receipt()
    await sleep(7000) // deeper than the reorg
    const lost = fresh()
    const { l2Receipt } = await deposit(lost)
    if (depth > 1) await l2Receipt()
    await reorg(depth)
    await sleep(3000)
    const later = fresh()
    await (await deposit(later)).l2Receipt()
    await load.stop()
    await converge()
    await load.check()

    assert.equal(await balance(kept), parseEther('1'))
    assert.equal(await balance(later), parseEther('1'))
    // L1 has dropped that deposit; if its block was not among the replaced ones, it stands.
    const queued = await gavel.l1.getContractEvents({ ...gavel.inbox, eventName: 'MessageQueued', fromBlock: 0n })
    const stands = queued.some(({ args }) => args.message.includes(lost.slice(2).toLowerCase()))
    assert.equal(await balance(lost), stands ? parseEther('1') : 0n)
    if (depth > 1) assert.ok(!stands, 'the reorg was deep enough to drop the deposit')
  })
}
