// A chain for benchmarks: as it is run in earnest, but for L1's speed, with ETH and tokens for gavel-tps-bench's senders.
// The tests' defaults look at L1 ten times a second; here it is every other second, as by default.
//
//   const { gavel, tps } = await startBenchChain({ 'batch-age': 5 })    further options of the sequencer
//   await tps(['--json'])                                              lets gavel-tps-bench loose on it; what it printed
import path from 'node:path'
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { parseEther } from 'viem'
import { buildFolder, startGavel } from '../e2e/lib/gavel.mjs'
import { compileToken } from '../e2e/lib/token.mjs'

const bench = path.join(buildFolder, 'gavel-tps-bench')

export async function startBenchChain(options = {}) {
  const senders = execFileSync(bench, ['--senders'], { encoding: 'utf8' }).trim().split('\n')
  const gavel = await startGavel({
    sequencer: { 'block-time': 250, 'batch-age': 60, 'bump-after': 60, 'l1-poll': 2000, ...options },
    fund: senders.map((address) => ({ address, wei: parseEther('10000') })),
  })
  try {
    const token = await deployToken(gavel, senders)
    const { url, pid } = gavel.sequencer
    const here = ['--rpc', url, '--pid', String(pid), '--token', token]
    return { gavel, tps: (args, how) => run(bench, [...here, ...args], how) }
  } catch (error) {
    await gavel.stop()
    throw error
  }
}

// Runs a program to its end; what it printed, which with `echo` is seen at once, too.
export async function run(program, args, { echo = false } = {}) {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  let said = ''
  child.stdout.setEncoding('utf8').on('data', (text) => {
    said += text
    if (echo) process.stdout.write(text)
  })
  const [code, signal] = await once(child, 'close')
  if (code !== 0) throw new Error(`${path.basename(program)} ended with ${code ?? signal}`)
  return said
}

async function deployToken({ l2, users }, senders) {
  const [owner] = users
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
