// Starts a chain, gives 200 senders ETH and tokens, and lets gavel-tps-bench loose on the sequencer.
//
//   node tests/bench/tps.mjs [--json] [--transactions N] [--workload transfer|erc20|mixed] [--submit single|array] [--threads]
import { startBenchChain } from './chain.mjs'

const { gavel, tps } = await startBenchChain()
try {
  await tps(process.argv.slice(2), { echo: true })
} finally {
  await gavel.stop()
}
