// Starts a chain, gives 200 senders ETH and tokens, and lets gavel-tps-bench loose on the sequencer.
//
//   node tests/bench/tps.mjs [--json] [--transactions N] [--workload transfer|erc20] [--submit single|array] [--threads]
import path from 'node:path'
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { parseEther } from 'viem'
import { buildFolder, startGavel } from '../e2e/lib/gavel.mjs'
import { compileToken } from '../e2e/lib/token.mjs'

const bench = path.join(buildFolder, 'gavel-tps-bench')
const senders = execFileSync(bench, ['--senders'], { encoding: 'utf8' }).trim().split('\n')

// As it is run in earnest, but for L1's speed. The tests' defaults look at L1 ten times a second.
const gavel = await startGavel({
  sequencer: { 'block-time': 250, 'batch-age': 60, 'bump-after': 60, 'l1-poll': 2000 },
  fund: senders.map((address) => ({ address, wei: parseEther('10000') })),
})
try {
  const token = await deployToken()
  const args = ['--rpc', gavel.sequencer.url, '--pid', String(gavel.sequencer.pid), '--token', token]
  const child = spawn(bench, [...args, ...process.argv.slice(2)], { stdio: 'inherit' })
  const [code] = await once(child, 'exit')
  process.exitCode = code ?? 1
} finally {
  await gavel.stop()
}

async function deployToken() {
  const { l2 } = gavel
  const [owner] = gavel.users
  const share = parseEther('1000')
  const compiled = compileToken()
  const deployment = await l2.deployContract({ account: owner, ...compiled, args: [share * BigInt(senders.length)] })
  const { contractAddress: address } = await l2.waitForTransactionReceipt({ hash: deployment })
  let nonce = await l2.getTransactionCount({ address: owner.address })
  const transfers = []
  for (const sender of senders) {
    const call = { address, abi: compiled.abi, functionName: 'transfer', args: [sender, share], gas: 100_000n }
    transfers.push(await l2.writeContract({ account: owner, ...call, nonce: nonce++ }))
  }
  const receipts = await Promise.all(transfers.map((hash) => l2.waitForTransactionReceipt({ hash })))
  if (receipts.some((receipt) => receipt.status !== 'success')) throw new Error('a sender got no tokens')
  return address
}
