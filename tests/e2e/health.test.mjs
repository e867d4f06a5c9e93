// GET /health is not 200 while what the sequencer acknowledges can't become safe, and says what to do.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { after, before, it } from 'node:test'
import { parseEther } from 'viem'
import { startAnvil } from './lib/anvil.mjs'
import { startForwarder } from './lib/forwarder.mjs'
import { buildFolder, sameOutputs, startGavel, waitFor } from './lib/gavel.mjs'

let gavel
before(async () => {
  gavel = await startGavel({ verifier: true })
})
after(() => gavel?.stop())

const health = async () => {
  const answer = await fetch(`${gavel.sequencer.url}/health`)
  return { status: answer.status, ...(await answer.json()) }
}
const ill = (words) =>
  waitFor(`a complaint of ${words}`, async () => {
    const { status, reason } = await health()
    return status === 503 && words.test(reason) && reason
  })
const well = () => waitFor('health', async () => (await health()).status === 200)
const heads = () => gavel.sequencer.rpc('optimism_syncStatus')

async function send() {
  const [account, other] = gavel.users
  const hash = await gavel.l2.sendTransaction({ account, to: other.address, value: 1n })
  return (await gavel.l2Receipt(hash)).blockNumber
}
const safe = (number) => waitFor(`block ${number} to be safe`, async () => BigInt((await heads()).safe_l2.number) >= number)

// A database of the sequencer, as in `rm inbox.db*`.
function remove(database) {
  const { data } = gavel.sequencer
  for (const file of fs.readdirSync(data)) if (file.startsWith(database)) fs.rmSync(path.join(data, file))
}

it('tells that the account of the batcher is empty, until it is not', async () => {
  await safe(await send())
  await well()
  await gavel.l1.setBalance({ address: gavel.batcher.address, value: 1n })
  const number = await send()
  const reason = await ill(/can't pay/)
  const account = gavel.batcher.address.toLowerCase()
  assert.match(reason, new RegExp(`^the batcher's account ${account} can't pay for the next batch \\(insufficient funds: .*send ETH to it`))
  assert.match(gavel.sequencer.log(), /error batcher: the batcher's account/)
  await gavel.l1.setBalance({ address: gavel.batcher.address, value: parseEther('100') })
  await safe(number)
  await well()
  assert.match(gavel.sequencer.log(), /info {2}batcher: batches go to L1 again/)
})

it('tells that inbox.db lacks something, and what it says mends it', async () => {
  const number = await send()
  await safe(number)
  await gavel.sequencer.stop()
  // It has to derive all anew, without the first batch's payload.
  remove('chain.db')
  const statements = 'DELETE FROM payload WHERE hash = (SELECT hash FROM payload ORDER BY l1_number LIMIT 1)'
  execFileSync(path.join(buildFolder, 'tests/e2e/sql_driver'), [path.join(gavel.sequencer.data, 'inbox.db'), statements])
  await gavel.sequencer.start()
  const reason = await ill(/inbox\.db/)
  assert.match(reason, /^inbox\.db lacks something behind block \d+, and nothing more becomes safe\..*remove inbox\.db\* from the data directory/)
  assert.match(gavel.sequencer.log(), /error builder: inbox\.db lacks/)

  await gavel.sequencer.stop()
  remove('inbox.db')
  await gavel.sequencer.start()
  await safe(number)
  await well()
  await safe(await send())
  await sameOutputs(gavel)
})

it('tells that the L1 node is of another chain, once a minute, until it is not', async () => {
  const forwarder = await startForwarder(gavel.anvil.url)
  const other = await startAnvil({ blockTime: 1 })
  const told = () => gavel.sequencer.log().split('blocks than those it had called final').length - 1
  try {
    await other.rpc('anvil_mine', `0x${((await gavel.l1.getBlockNumber()) + 1000n).toString(16)}`)
    await gavel.sequencer.restart({ l1: forwarder.url })
    await safe(await send())
    forwarder.to(other.url)
    const reason = await ill(/final/)
    assert.match(reason, /can't be read \(it has other blocks than those it had called final, down to \d+: another L1 chain/)
    const before = forwarder.asked
    await waitFor('many looks', () => forwarder.asked > before + 50)
    assert.equal(told(), 1)
    forwarder.to(gavel.anvil.url)
    await well()
    assert.match(gavel.sequencer.log(), /info {2}l1: http:.* is read/)
    await safe(await send())
    await sameOutputs(gavel)
  } finally {
    await gavel.sequencer.restart({ l1: gavel.anvil.url })
    await other.stop()
    forwarder.stop()
  }
})
