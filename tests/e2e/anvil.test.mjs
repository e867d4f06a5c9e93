// The L1 that tests and the demo run on has the limits of the real one, and leaves nothing behind.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { it } from 'node:test'
import { startAnvil } from './lib/anvil.mjs'

const alive = (pid) => {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

async function gone(pid) {
  for (let i = 0; i < 100 && alive(pid); i++) await sleep(100)
  return !alive(pid)
}

// The packages ask for Node 20, which the binaries in them don't need. npm would leave them out on Debian 12's Node 18
// without a word, so the lock must not repeat it: take it out again after `npm install`.
it('is installed whatever version Node.js has', () => {
  const lock = JSON.parse(fs.readFileSync(new URL('../../deploy/package-lock.json', import.meta.url), 'utf8'))
  const tools = Object.entries(lock.packages).filter(([name]) => name.includes('@foundry-rs/'))
  assert.ok(tools.length >= 3)
  for (const [name, { engines }] of tools) assert.equal(engines, undefined, name)
})

it("has the real L1's limits", async () => {
  const l1 = await startAnvil()
  const from = l1.accounts[0].address
  const send = (rest) => l1.rpc('eth_sendTransaction', { from, ...rest })
  try {
    const { gasLimit } = await l1.rpc('eth_getBlockByNumber', 'latest', false)
    assert.equal(Number(gasLimit), 60_000_000)
    // EIP-7825: 2^24 gas, and not one more.
    await send({ to: from, gas: '0x1000000' })
    await assert.rejects(send({ to: from, gas: '0x1000001' }), /gas/)
    // EIP-170: 24,576 bytes of code, and not one more. PUSH2 size, PUSH0, RETURN.
    const created = async (data) => {
      const hash = await send({ data, gas: '0xf00000' })
      // Mined at once, but a busy machine may ask sooner.
      for (;;) {
        const receipt = await l1.rpc('eth_getTransactionReceipt', hash)
        if (receipt) return receipt.status
        await new Promise((resolve) => setTimeout(resolve, 20))
      }
    }
    assert.equal(await created('0x6160005ff3'), '0x1')
    assert.equal(await created('0x6160015ff3'), '0x0')
    // EIP-7939, CLZ: Osaka. Deploys the number of leading zeros of 1, as one byte.
    assert.equal(await created('0x60011e5f5360015ff3'), '0x1')
  } finally {
    await l1.stop()
  }
})

it('mines by the clock, and finality advances', async () => {
  const l1 = await startAnvil({ blockTime: 1, slotsInEpoch: 2, chainId: 900, accounts: 2 })
  const height = async (tag) => Number((await l1.rpc('eth_getBlockByNumber', tag, false)).number)
  try {
    assert.equal(Number(await l1.rpc('eth_chainId')), 900)
    assert.equal((await l1.rpc('eth_accounts')).length, 2)
    for (let i = 0; i < 100 && (await height('latest')) < 1; i++) await sleep(100)
    assert.ok((await height('latest')) >= 1)
    await l1.rpc('anvil_mine', '0xa')
    const [finalized, safe, latest] = [await height('finalized'), await height('safe'), await height('latest')]
    assert.ok(finalized > 0 && finalized < safe && safe < latest, `${finalized} ${safe} ${latest}`)
  } finally {
    await l1.stop()
  }
  assert.ok(await gone(l1.pid))
})

it('ends with the process that started it, even when that is killed', async () => {
  const library = new URL('./lib/anvil.mjs', import.meta.url)
  const code = `
    const { startAnvil } = await import('${library}')
    console.log((await startAnvil()).pid)
    setInterval(() => {}, 1000)`
  for (const signal of ['SIGTERM', 'SIGKILL']) {
    const stdio = ['ignore', 'pipe', 'inherit']
    const parent = spawn(process.execPath, ['--input-type=module', '-e', code], { stdio })
    const [line] = await once(parent.stdout, 'data')
    const pid = Number(String(line))
    assert.ok(alive(pid))
    parent.kill(signal)
    assert.ok(await gone(pid), signal)
  }
})
