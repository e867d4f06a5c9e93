// How fast a verifier derives what a sequencer has made, beside how fast that was made, on the same machine in the same
// run: for each workload the sequencer takes transactions through HTTP (gavel-tps-bench), posts them to an L1 (anvil), and
// then gavel-challenger's verifier derives these blocks from an inbox database filled beforehand (gavel-verify-bench).
//
// How fast it was made is a burst: what is sustained is bounded by L1, for which the sequencer waits (--max-safe-lag). So
// the second ratio is to what L1 would carry if its blocks had nothing but these batches in them, by the gas that they
// cost.
//
//   node tests/bench/verify.mjs [--json] [--transactions N] [--rounds N]
//
// Of the rounds the best rate counts, on both sides.
import path from 'node:path'
import { parseArgs } from 'node:util'
import { buildFolder, waitFor } from '../e2e/lib/gavel.mjs'
import { run, startBenchChain } from './chain.mjs'

const { values: options } = parseArgs({
  options: { json: { type: 'boolean' }, transactions: { type: 'string', default: '20000' }, rounds: { type: 'string', default: '2' } },
})

const { gavel, tps } = await startBenchChain({ 'batch-age': 5, 'l1-confirmations': 0 })

// Ethereum's: gas of a block, and seconds between two.
const l1Block = { gas: 60_000_000, seconds: 12 }

// Of the batches from `first` on: their number, and how many of their transactions a second fit into L1's blocks.
async function carried(first) {
  let [transactions, gas, count] = [0, 0, 0]
  for (;;) {
    const batch = await gavel.sequencer.rpc('gavel_batch', `0x${(first + count).toString(16)}`)
    if (!batch?.l1GasUsed) break
    transactions += Number(batch.transactions)
    gas += Number(batch.l1GasUsed)
    count++
  }
  return { count, l1_gas_per_tx: Math.round(gas / transactions), l1_tx_per_s: Math.floor((l1Block.gas / l1Block.seconds / gas) * transactions) }
}

const best = (list) => list.reduce((a, b) => (b.tx_per_s > a.tx_per_s ? b : a))

// Transactions in, of the faster one of the two ways to submit them.
async function produce(workload) {
  const args = ['--json', '--transactions', options.transactions, '--workload', workload]
  return best((await tps(args)).trim().split('\n').map(JSON.parse))
}

// The head's number, once all of the chain is on L1.
const posted = () =>
  waitFor(
    'all batches on L1',
    async () => {
      const { unsafe_l2: head, safe_l2: safe } = await gavel.sequencer.rpc('optimism_syncStatus')
      return safe.number === head.number && head.number
    },
    { timeout: 180_000 },
  )

async function derive(block) {
  const data = path.join(gavel.folder, 'verify-bench')
  const args = ['--watch', '--config', gavel.configFile, '--l1', gavel.anvil.url, '--data', data]
  return JSON.parse(await run(path.join(buildFolder, 'gavel-verify-bench'), [String(block), ...args]))
}

function print(workload, made, derived, { l1_gas_per_tx, l1_tx_per_s }) {
  const ratio = derived.tx_per_s / made.tx_per_s
  const l1_ratio = derived.tx_per_s / l1_tx_per_s
  if (options.json) {
    const { submit, tx_per_s: produced_tx_per_s, cpu_us_per_tx: produced_cpu_us_per_tx } = made
    const production = { produced_tx_per_s, produced_submit: submit, produced_cpu_us_per_tx }
    const l1 = { l1_gas_per_tx, l1_tx_per_s, l1_ratio: Number(l1_ratio.toFixed(2)) }
    console.log(JSON.stringify({ bench: 'verify', workload, ...derived, ...production, ratio: Number(ratio.toFixed(2)), ...l1 }))
    return
  }
  const { tx_per_s, blocks_per_s, mgas_per_s, cpu_us_per_tx, wall_us_per_tx, recover_us, peak_mib } = derived
  const cells = [blocks_per_s, tx_per_s, mgas_per_s, wall_us_per_tx, cpu_us_per_tx, recover_us, peak_mib, made.tx_per_s, ratio.toFixed(2), l1_tx_per_s, l1_ratio.toFixed(2)]
  console.log([workload.padEnd(9), ...cells.map((cell) => String(cell).padStart(10))].join(' '))
}

if (!options.json) {
  const names = ['blocks/s', 'tx/s', 'Mgas/s', 'us/tx', 'CPU us/tx', 'recover us', 'peak MiB', 'made tx/s', 'ratio', 'L1 tx/s', 'ratio']
  console.log([''.padEnd(9), ...names.map((name) => name.padStart(10))].join(' '))
}
try {
  await derive(await posted()) // what comes before: deposits, tokens
  let { count: batches } = await carried(0)
  for (const workload of ['transfer', 'erc20', 'mixed']) {
    const made = []
    const derived = []
    for (let round = 0; round < Number(options.rounds); round++) {
      made.push(await produce(workload))
      derived.push(await derive(await posted()))
    }
    const l1 = await carried(batches)
    batches += l1.count
    print(workload, best(made), best(derived), l1)
  }
} finally {
  await gavel.stop()
}
