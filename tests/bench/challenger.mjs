// What a challenger with its default options asks of L1 and takes of the machine, beside an L1 with a block every 12 s: while
// nothing happens, while a game waits, and while one is played as quickly as L1 lets both sides.
//
//   node tests/bench/challenger.mjs [--json] [--seconds N]    of each
import fs from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { createGame, randomRoot } from '../e2e/lib/dispute.mjs'
import { makeDisputedChain, rightRootsOf } from '../e2e/lib/disputed_chain.mjs'
import { startFlakyProxy } from '../e2e/lib/flaky_proxy.mjs'
import { startGavel, waitFor } from '../e2e/lib/gavel.mjs'
import { Liar, lyingWorld } from '../e2e/lib/liar.mjs'
import { startLiarDriver } from '../e2e/lib/liar_driver.mjs'

const { values: options } = parseArgs({ options: { json: { type: 'boolean' }, seconds: { type: 'string', default: '120' } } })
const l1Seconds = 12
const parting = 1_000_000 // a step in the middle

const gavel = await startGavel({ sequencer: false, challenge: true, dispute: { clock: 86_400, 'clock-extension': 3600 } })
const chain = await makeDisputedChain(gavel)
const rightRoots = await rightRootsOf(gavel, chain)
const driver = await startLiarDriver(gavel)
const proxy = await startFlakyProxy(gavel.anvil.url, { rate: 0 })
const byDefault = ['l1-poll', 'game-depth', 'move-confirmations', 'bump-after', 'resolve-all']

// Resident memory in MiB; CPU in seconds (utime and stime in hundredths, proc(5)).
function taken(pid) {
  const [, kib] = fs.readFileSync(`/proc/${pid}/status`, 'utf8').match(/^VmRSS:\s+(\d+) kB$/m)
  const stat = fs.readFileSync(`/proc/${pid}/stat`, 'utf8')
  const words = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return { mib: Number(kib) / 1024, cpu: (Number(words[11]) + Number(words[12])) / 100 }
}

async function measure(state, play = () => {}) {
  const seconds = Number(options.seconds)
  const began = Date.now()
  const before = { calls: proxy.calls(), ...taken(gavel.verifier.pid) }
  while (Date.now() - began < seconds * 1000) {
    await play()
    await sleep(500)
  }
  const minutes = (Date.now() - began) / 60_000
  const after = taken(gavel.verifier.pid)
  const perMinute = (total) => Number((total / minutes).toFixed(1))
  return {
    state,
    l1_calls_per_minute: perMinute(proxy.calls() - before.calls),
    cpu_ms_per_minute: perMinute((after.cpu - before.cpu) * 1000),
    memory_mib: Number(after.mib.toFixed(1)),
  }
}

function print(line) {
  if (options.json) console.log(JSON.stringify({ bench: 'challenger', ...line }))
  else console.log([line.state.padEnd(28), ...Object.values(line).slice(1).map((value) => String(value).padStart(19))].join(' '))
}

const game = () => createGame(gavel, { account: gavel.users[2], root: randomRoot(), block: chain.block })

try {
  if (!options.json) console.log([''.padEnd(28), ...['L1 calls a minute', 'CPU ms a minute', 'memory, MiB'].map((name) => name.padStart(19))].join(' '))
  await gavel.verifier.restart({ l1: proxy.url, ...Object.fromEntries(byDefault.map((name) => [name, undefined])) })
  await gavel.l1.setIntervalMining({ interval: l1Seconds })
  await sleep(2 * l1Seconds * 1000)
  print(await measure('nothing happens'))

  const waiting = await game()
  await gavel.l1.mine({ blocks: 64 }) // --game-depth
  await waitFor('an answer', async () => (await waiting.claims()).length > 1, { timeout: 600_000, every: 1000 })
  print(await measure('a game waits for the liar'))

  const world = lyingWorld({ driver, rightRoots, lie: (block) => (block >= chain.block ? waiting.root : undefined), parting, end: 0 })
  const liar = new Liar(waiting, gavel.users[2], world, { defends: true })
  print(await measure('a game is played', () => liar.play()))
} finally {
  await driver.stop()
  await gavel.stop()
  await proxy.stop()
}
