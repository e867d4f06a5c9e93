// The L1 transaction manager (common/net/l1_transactions.h) against a real L1, through a network that
// fails in every way that proxy knows, and killed in between: each purpose is mined exactly once, and no
// nonce is left out.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { after, it } from 'node:test'
import { mnemonicToAccount } from 'viem/accounts'
import { startAnvil } from './lib/anvil.mjs'
import { startFlakyProxy } from './lib/flaky_proxy.mjs'

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '../..')
const driver = path.join(process.env.BUILD ?? path.join(root, 'build'), 'tests/e2e/l1_transactions_driver')
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'gavel-l1-'))
after(() => fs.rmSync(folder, { recursive: true }))

const recipient = '0x00000000000000000000000000000000000000aa'
const limit = { timeout: 120_000 }
const gwei = 10n ** 9n

// The key of account 0 of anvil's well-known mnemonic.
const account = mnemonicToAccount('test test test test test test test test test test test junk')
const key = '0x' + Buffer.from(account.getHdKey().privateKey).toString('hex')

function startDriver(url, database, count, options = {}, to = recipient) {
  const args = Object.entries(options).map(([name, value]) => `${name}=${value}`)
  const child = spawn(driver, [url, path.join(folder, database), String(count), to, ...args], {
    env: { ...process.env, DRIVER_KEY: key },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const events = []
  let log = ''
  createInterface({ input: child.stdout }).on('line', (line) => events.push(JSON.parse(line)))
  child.stderr.on('data', (chunk) => (log += chunk))
  const ended = once(child, 'close')
  return { child, events, ended, log: () => log }
}

async function finish(run) {
  const [code] = await run.ended
  assert.equal(code, 0, run.log())
  return run.events
}

// All transactions of our key in the chain, oldest first.
async function minedOf(l1) {
  const latest = Number(await l1.rpc('eth_blockNumber'))
  const found = []
  for (let n = 1; n <= latest; n++) {
    const block = await l1.rpc('eth_getBlockByNumber', '0x' + n.toString(16), true)
    found.push(...block.transactions.filter((t) => t.from === account.address.toLowerCase()))
  }
  return found
}

const numbered = (transactions) =>
  transactions.filter((t) => t.to === recipient && t.input !== '0x').map((t) => Number(t.input))

function assertOnceEach(transactions, count) {
  const numbers = numbered(transactions).sort((a, b) => a - b)
  assert.deepEqual(numbers, Array.from({ length: count }, (_, i) => i))
  assert.deepEqual(transactions.map((t) => Number(t.nonce)), transactions.map((_, i) => i))
}

const untilTrue = async (what, condition) => {
  for (let i = 0; i < 300; i++) {
    if (await condition()) return
    await sleep(100)
  }
  assert.fail(`never: ${what}`)
}

const pooled = async (l1) => {
  const { pending } = await l1.rpc('txpool_content')
  return Object.values(Object.values(pending)[0] ?? {})
}

it('has each purpose mined once over a good network, several in flight', limit, async () => {
  const l1 = await startAnvil({ blockTime: 1 })
  try {
    const events = await finish(startDriver(l1.url, 'good', 20))
    assert.equal(events.filter((e) => e.status === 'confirmed').length, 20)
    assertOnceEach(await minedOf(l1), 20)
  } finally {
    await l1.stop()
  }
})

it('has each purpose mined once over a bad network, with kill -9 in between', limit, async () => {
  const l1 = await startAnvil({ blockTime: 1 })
  const proxy = await startFlakyProxy(l1.url, { rate: 0.25, seed: Number(process.env.SEED ?? 20260101), hangMs: 1500 })
  try {
    const seen = []
    for (let kill = 0; kill < 8; kill++) {
      const run = startDriver(proxy.url, 'bad', 30, { gas: kill % 2 ? 50000 : 0 })
      await sleep(150 + kill * 170)
      run.child.kill('SIGKILL')
      await run.ended
      seen.push(...run.events)
    }
    proxy.setRate(0.15)
    seen.push(...(await finish(startDriver(proxy.url, 'bad', 30))))
    assert.equal(new Set(seen.filter((e) => e.status === 'confirmed').map((e) => e.key)).size, 30)
    assertOnceEach(await minedOf(l1), 30)
    for (const fault of ['tooMany', 'serverError', 'hang', 'lost', 'cut', 'half', 'twice'])
      assert.ok(proxy.counts[fault] > 0, `${fault} has not happened: ${JSON.stringify(proxy.counts)}`)
  } finally {
    await proxy.stop()
    await l1.stop()
  }
})

it('stores before it sends: an answer that is lost, then kill -9, then the same bytes again', limit, async () => {
  const l1 = await startAnvil({ noMining: true })
  const proxy = await startFlakyProxy(l1.url, { rate: 0 })
  try {
    proxy.force('lost', /eth_sendRawTransaction/)
    const first = startDriver(proxy.url, 'lost', 1, { bump: 600000 })
    await untilTrue('delivered', async () => (await pooled(l1)).length === 1)
    const [{ hash }] = await pooled(l1)
    first.child.kill('SIGKILL')
    await first.ended
    const second = startDriver(proxy.url, 'lost', 1, { bump: 600000 })
    await sleep(1500)
    await l1.rpc('anvil_mine', '0x3')
    const [event] = await finish(second)
    assert.equal(event.hash, hash)
    assert.equal(event.attempts, 1)
  } finally {
    await proxy.stop()
    await l1.stop()
  }
})

it('bumps both fees by at least 10% and 1 wei, up to the ceiling, and then waits', limit, async () => {
  const l1 = await startAnvil({ noMining: true })
  try {
    const run = startDriver(l1.url, 'bump', 1, { bump: 300, resend: 100, ceiling: 4 })
    const bids = new Map()
    await untilTrue('the ceiling', async () => {
      for (const t of await pooled(l1)) bids.set(t.hash, t)
      return run.log().includes('above the ceiling')
    })
    const sorted = [...bids.values()].map((t) => [BigInt(t.maxFeePerGas), BigInt(t.maxPriorityFeePerGas)])
    sorted.sort((a, b) => (a[0] < b[0] ? -1 : 1))
    assert.ok(sorted.length >= 3, String(sorted.length))
    for (let i = 1; i < sorted.length; i++)
      for (const field of [0, 1]) assert.ok(sorted[i][field] * 10n >= sorted[i - 1][field] * 11n + 10n)
    assert.ok(sorted.at(-1)[0] <= 4n * gwei)
    await l1.rpc('anvil_mine', '0x3')
    const [event] = await finish(run)
    assert.equal(event.status, 'confirmed')
    assert.equal((await minedOf(l1)).length, 1)
  } finally {
    await l1.stop()
  }
})

it('sends again what an L1 reorg drops, the same bytes', limit, async () => {
  const l1 = await startAnvil({ noMining: true })
  try {
    const run = startDriver(l1.url, 'reorg', 3, { confirmations: 4, bump: 600000, resend: 300 })
    await untilTrue('three pooled', async () => (await pooled(l1)).length === 3)
    await l1.rpc('anvil_mine', '0x2')
    const before = (await minedOf(l1)).map((t) => t.hash)
    assert.equal(before.length, 3)
    await sleep(500)
    await l1.rpc('anvil_reorg', 2, [])
    await untilTrue('pooled or mined again', async () => (await pooled(l1)).length + (await minedOf(l1)).length === 3)
    await l1.rpc('anvil_mine', '0x5')
    const events = await finish(run)
    assert.ok(events.every((e) => e.status === 'confirmed'))
    assert.deepEqual((await minedOf(l1)).map((t) => t.hash).sort(), before.sort())
  } finally {
    await l1.stop()
  }
})

it('fills what a reorg deeper than its confirmations has undone, ours and others\'', limit, async () => {
  const l1 = await startAnvil({ noMining: true })
  const mineUntilEnd = async (run) => {
    for (let i = 0; i < 100 && run.child.exitCode === null; i++) {
      await l1.rpc('evm_mine')
      await sleep(150)
    }
    return finish(run)
  }
  try {
    // Nonce 0 is somebody else's, 1 and 2 are ours and confirmed. All three go.
    await l1.rpc('eth_sendTransaction', { from: account.address, to: account.address, value: '0x1' })
    await l1.rpc('evm_mine')
    const options = { confirmations: 1, resend: 300 }
    await mineUntilEnd(startDriver(l1.url, 'deep', 2, options))
    assert.equal((await minedOf(l1)).length, 3)
    await l1.rpc('anvil_reorg', Number(await l1.rpc('eth_blockNumber')), [])
    await l1.rpc('anvil_dropAllTransactions')
    assert.equal((await minedOf(l1)).length, 0)
    const events = await mineUntilEnd(startDriver(l1.url, 'deep', 3, options))
    assert.ok(events.some((e) => e.key === 'work/2' && e.status === 'confirmed'))
    const mined = await minedOf(l1)
    assert.deepEqual(mined.map((t) => Number(t.nonce)), [0, 1, 2, 3])
    assert.deepEqual(numbered(mined), [0, 1, 2])
  } finally {
    await l1.stop()
  }
})

it('notices that somebody else used the nonce, and does the work under another, once', limit, async () => {
  const l1 = await startAnvil({ noMining: true })
  const proxy = await startFlakyProxy(l1.url, { rate: 0 })
  try {
    // Ours with nonce 0 does not arrive; another transaction of the key takes nonce 0.
    proxy.force('serverError', /eth_sendRawTransaction/)
    const run = startDriver(proxy.url, 'foreign', 1, { resend: 60000, bump: 600000 })
    await untilTrue('the fault', () => proxy.counts.serverError === 1)
    await l1.rpc('eth_sendTransaction', { from: account.address, to: account.address, value: '0x1' })
    for (let i = 0; i < 60 && run.child.exitCode === null; i++) {
      await l1.rpc('evm_mine')
      await sleep(200)
    }
    const [event] = await finish(run)
    assert.equal(event.status, 'confirmed')
    assert.match(run.log(), /nonce 0 was used by a transaction that is not ours/)
    assertOnceEach(await minedOf(l1), 1)
  } finally {
    await proxy.stop()
    await l1.stop()
  }
})

it('replaces work that is cancelled by an empty self-transfer with its nonce', limit, async () => {
  const l1 = await startAnvil({ noMining: true })
  try {
    const run = startDriver(l1.url, 'cancel', 3, { cancel: 2, bump: 600000 })
    await untilTrue('the replacement', async () => (await pooled(l1)).some((t) => t.input === '0x'))
    await l1.rpc('anvil_mine', '0x3')
    const events = await finish(run)
    assert.deepEqual(events.map((e) => `${e.key} ${e.status}`).sort(), [
      'work/0 confirmed', 'work/1 cancelled', 'work/2 confirmed'])
    assert.deepEqual(numbered(await minedOf(l1)), [0, 2])
    assert.deepEqual((await minedOf(l1)).map((t) => Number(t.nonce)), [0, 1, 2])
  } finally {
    await l1.stop()
  }
})

it('reports a revert with its reason: before sending where it can, else once mined', limit, async () => {
  const l1 = await startAnvil({ blockTime: 1 })
  try {
    // Reverts with Error("no"): the 100 bytes are in the code, behind the program.
    const error = '08c379a0' + '20'.padStart(64, '0') + '02'.padStart(64, '0') + '6e6f'.padEnd(64, '0')
    const code = '0x6064600b5f3960645ffd' + '00' + error
    await l1.rpc('anvil_setCode', recipient, code)
    const [early] = await finish(startDriver(l1.url, 'revert1', 1))
    assert.equal(early.status, 'failed')
    assert.match(early.reason, /would revert: .*no/)
    assert.equal((await minedOf(l1)).length, 0)
    const [late] = await finish(startDriver(l1.url, 'revert2', 1, { gas: 100000 }))
    assert.equal(late.status, 'reverted')
    assert.match(late.reason, /reverted: .*no.*0x08c379a0/)
  } finally {
    await l1.stop()
  }
})
