// L1 is reorganised, and the challenger sees the games of the new L1 while its inbox is still of the old one. The output
// root that was right on the old L1 is claimed on the new one, where it is false: nothing is said of it, however deep the
// game is, until the inbox is that of the game; then it is attacked, and falls.
import assert from 'node:assert/strict'
import http from 'node:http'
import { after, before, it } from 'node:test'
import { createGame } from './lib/dispute.mjs'
import { startGavel, waitFor } from './lib/gavel.mjs'

const gameDepth = 5

let gavel, proxy, refuses
let refused = 0

// L1, but for the inbox's logs while `refuses` is set.
async function answer(request, response) {
  let body = ''
  for await (const part of request) body += part
  if (refuses && body.includes('eth_getLogs') && body.toLowerCase().includes(gavel.inbox.address.toLowerCase())) {
    refused++
    return response.writeHead(503).end()
  }
  const answered = await fetch(gavel.anvil.url, { method: 'POST', headers: { 'content-type': 'application/json' }, body })
  response.writeHead(answered.status, { 'content-type': 'application/json' }).end(await answered.text())
}

before(async () => {
  gavel = await startGavel({
    l1: { slotsInEpoch: 32 },
    dispute: { clock: 600, 'clock-extension': 30 },
    challenge: true,
    verifier: { 'game-depth': gameDepth },
    sequencer: { 'batch-age': 1 },
  })
  proxy = http.createServer((request, response) => answer(request, response).catch(() => response.destroy()))
  await new Promise((resolve) => proxy.listen(0, '127.0.0.1', resolve))
  await gavel.verifier.restart({ l1: `http://127.0.0.1:${proxy.address().port}` })
})
after(async () => {
  await gavel?.stop()
  proxy?.closeAllConnections()
  proxy?.close()
})

const safe = async () => (await gavel.verifier.rpc('optimism_syncStatus')).safe_l2.number

// Another entry comes in the place of the first, and of all others.
async function reorganise() {
  const [first] = await gavel.l1.getContractEvents({ ...gavel.inbox, eventName: 'EntryAppended', fromBlock: 0n })
  const depth = Number((await gavel.l1.getBlockNumber()) - first.blockNumber) + 2
  await gavel.l1.request({ method: 'anvil_reorg', params: [depth, []] })
  const batch = { ...gavel.inbox, functionName: 'appendBatch', args: [0n, '0x', 0n], account: gavel.batcher, gas: 500_000n }
  const hash = await gavel.l1.writeContract(batch)
  await gavel.l1.waitForTransactionReceipt({ hash })
}

it('a root of an L1 that is no more is attacked', { timeout: 240_000 }, async () => {
  const [liar, user, other] = gavel.users
  await gavel.l2Receipt(await gavel.l2.sendTransaction({ account: user, to: other.address, value: 1n }))
  await waitFor('a safe block', async () => (await safe()) >= 1)
  const { outputRoot } = await gavel.verifier.rpc('optimism_outputAtBlock', '0x1')
  await gavel.sequencer.stop()

  refuses = true
  await reorganise()
  const game = await createGame(gavel, { account: liar, root: outputRoot, block: 1 })
  const report = () => gavel.verifier.rpc('gavel_game', game.address)
  const notYet = await waitFor('the game', report)
  assert.equal(notYet.verdict, 'unknown')
  assert.match(notYet.reason, /other entries than the game is about/)
  await gavel.l1.mine({ blocks: 2 * gameDepth })
  const before = refused
  await waitFor('some looks at it', () => refused >= before + 3)
  assert.equal((await report()).verdict, 'unknown')
  assert.equal((await game.claims()).length, 1)
  assert.ok((await safe()) >= 1)

  refuses = false
  await waitFor('the reorg', async () => (await safe()) === 0)
  assert.match((await waitFor('the verdict', async () => (await report()).verdict === 'disagree' && report())).reason, /right is no block/)
  await waitFor('the attack', async () => {
    await gavel.l1.mine({ blocks: 1 })
    return (await game.claims()).length === 2
  })
  await gavel.l1.increaseTime({ seconds: 1300 })
  const status = await waitFor('the end', async () => {
    await gavel.l1.mine({ blocks: 1 })
    return game.status()
  })
  assert.equal(status, 1, 'the challenger wins')
  assert.equal((await gavel.verifier.rpc('gavel_status')).disputes.lost, '0x0')
})
