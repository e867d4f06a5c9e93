// make demo: the first whole path, played in a terminal with real figures. Ends with 1 if anything was not as it
// should be.
import { performance } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { formatEther, formatGwei, parseEther, parseEventLogs } from 'viem'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'
import { startGavel, waitFor } from '../tests/e2e/lib/gavel.mjs'
import { compileToken } from '../tests/e2e/lib/token.mjs'
import { dispute } from './demo_dispute.mjs'
import { bold, check, dim, fact, failed, grouped, heading, progress, say, table } from './terminal.mjs'

const transfers = 300
const tokenTransfers = 120
const senders = 6
const waveSize = 30
const wavePause = 1000 // milliseconds

const short = (hash) => `${hash.slice(0, 14)}..${hash.slice(-6)}`
const seconds = (since) => ((performance.now() - since) / 1000).toFixed(2)

async function start() {
  heading('1. A Layer 1, our contracts on it, a sequencer and a challenger')
  const since = performance.now()
  const gavel = await startGavel({
    challenge: true,
    dispute: { clock: 600, 'clock-extension': 30 },
    sequencer: { 'block-time': 250, 'batch-age': 4 },
  })
  const { l1, l2 } = gavel.config
  fact('Layer 1', `${await gavel.anvil.rpc('web3_clientVersion')}, chain ${l1.chainId}, ${gavel.anvil.url}`)
  fact('Inbox', l1.inbox)
  fact('Portal', l1.portal)
  fact('Gavel', `chain ${l2.chainId}, genesis ${short(gavel.config.genesis.hash)}`)
  fact('sequencer', `pid ${gavel.sequencer.pid}, ${gavel.sequencer.url}`)
  fact('disputes', l1.disputeGameFactory)
  fact('challenger', `pid ${gavel.verifier.pid}, knows nothing but ${gavel.anvil.url} and rollup.json`)
  fact('all up in', `${seconds(since)} s`)
  return gavel
}

async function deposit(gavel) {
  heading('2. 10 ETH go through the portal')
  const someone = privateKeyToAccount(generatePrivateKey())
  const since = performance.now()
  const sent = await gavel.deposit({
    account: gavel.users[0],
    to: someone.address,
    mint: parseEther('10'),
    value: parseEther('10'),
  })
  fact('on L1', `block ${sent.receipt.blockNumber}, ${grouped(sent.receipt.gasUsed)} gas, ${short(sent.receipt.transactionHash)}`)
  const receipt = await sent.l2Receipt()
  const balance = await gavel.l2.getBalance({ address: someone.address })
  fact('on L2', `block ${receipt.blockNumber}, ${short(receipt.transactionHash)}, ${seconds(since)} s after it was signed`)
  check(balance === parseEther('10'), `${someone.address} has ${formatEther(balance)} ETH on L2`)
  return someone
}

// Sends what `make(i, account, nonce)` sends, in waves from several accounts; the receipts.
async function many(gavel, count, accounts, make) {
  const nonces = await Promise.all(
    accounts.map(({ address }) => gavel.l2.getTransactionCount({ address, blockTag: 'pending' })),
  )
  const hashes = []
  while (hashes.length < count) {
    const pause = sleep(wavePause)
    const next = Array.from({ length: Math.min(waveSize, count - hashes.length) }, (_, k) => {
      const i = hashes.length + k
      const which = i % accounts.length
      return make(i, accounts[which], nonces[which] + Math.floor(i / accounts.length))
    })
    hashes.push(...(await Promise.all(next)))
    progress(`${hashes.length} of ${count} sent`)
    await pause
  }
  return Promise.all(hashes.map(gavel.l2Receipt))
}

function summary(receipts, since) {
  const blocks = new Set(receipts.map((r) => r.blockNumber)).size
  const took = (performance.now() - since) / 1000
  const fees = receipts.reduce((sum, r) => sum + r.gasUsed * r.effectiveGasPrice, 0n)
  fact('included', `${receipts.length} in ${blocks} blocks and ${took.toFixed(2)} s, in waves of ${waveSize} a second`)
  fact('fee of each', `${Number(formatGwei(fees / BigInt(receipts.length))).toFixed(1)} gwei in all`)
}

async function transfer(gavel, rich) {
  heading(`3. viem sends ${transfers} transfers`)
  const accounts = gavel.users.slice(0, senders)
  const recipients = Array.from({ length: transfers }, () => privateKeyToAccount(generatePrivateKey()).address)
  const since = performance.now()
  const receipts = await many(gavel, transfers, accounts, (i, account, nonce) =>
    gavel.l2.sendTransaction({
      account,
      nonce,
      to: recipients[i],
      value: 10n ** 15n,
      gas: 21_000n,
      maxFeePerGas: 10n ** 8n,
      maxPriorityFeePerGas: 10n ** 6n,
    }),
  )
  summary(receipts, since)
  const balances = await Promise.all(recipients.map((address) => gavel.l2.getBalance({ address })))
  check(
    receipts.every((r) => r.status === 'success') && balances.every((b) => b === 10n ** 15n),
    `each of ${transfers} new accounts has its 0.001 ETH`,
  )
  const hash = await gavel.l2.sendTransaction({ account: rich, to: recipients[0], value: parseEther('1') })
  const { status } = await gavel.l2.waitForTransactionReceipt({ hash })
  check(status === 'success', 'and the deposited ETH can be spent')
}

async function token(gavel) {
  heading(`4. An OpenZeppelin ERC-20, and ${tokenTransfers} transfers of it`)
  const compiled = compileToken()
  const [owner] = gavel.users
  const since = performance.now()
  const supply = parseEther('1000000')
  const hash = await gavel.l2.deployContract({ account: owner, ...compiled, args: [supply] })
  const { contractAddress: address, gasUsed } = await gavel.l2.waitForTransactionReceipt({ hash })
  fact('deployed', `${address}, ${grouped(gasUsed)} gas`)
  const recipients = Array.from({ length: tokenTransfers }, () => privateKeyToAccount(generatePrivateKey()).address)
  const contract = { address, abi: compiled.abi }
  const receipts = await many(gavel, tokenTransfers, [owner], (i, account, nonce) =>
    gavel.l2.writeContract({
      ...contract,
      account,
      nonce,
      functionName: 'transfer',
      args: [recipients[i], 10n ** 18n],
      gas: 80_000n,
      maxFeePerGas: 10n ** 8n,
      maxPriorityFeePerGas: 10n ** 6n,
    }),
  )
  summary(receipts, since)
  const events = parseEventLogs({ abi: compiled.abi, logs: receipts.flatMap((r) => r.logs), eventName: 'Transfer' })
  const left = await gavel.l2.readContract({ ...contract, functionName: 'balanceOf', args: [owner.address] })
  check(
    events.length === tokenTransfers && left === supply - BigInt(tokenTransfers) * 10n ** 18n,
    `${tokenTransfers} Transfer events, and the owner has ${grouped(formatEther(left))} of ${grouped(formatEther(supply))} left`,
  )
}

async function batches(gavel) {
  heading('5. Batches land on Layer 1')
  const last = await gavel.l2.getBlockNumber()
  await waitFor('all blocks on L1', async () => (await gavel.l2.getBlock({ blockTag: 'safe' })).number >= last)
  const count = Number(await gavel.l1.readContract({ ...gavel.inbox, functionName: 'entryCount' }))
  const rows = []
  const sums = { transactions: 0, raw: 0, posted: 0, gas: 0 }
  for (let i = 0; i < count; i++) {
    const batch = await gavel.sequencer.rpc('gavel_batch', `0x${i.toString(16)}`)
    const { gasUsed, status } = await gavel.l1.getTransactionReceipt({ hash: batch.l1TransactionHash })
    if (status !== 'success') check(false, `batch ${i} failed on L1`)
    const [transactions, raw, posted, gas] = [batch.transactions, batch.rawBytes, batch.payloadBytes, gasUsed].map(Number)
    const blocks = `${Number(batch.firstBlock)}-${Number(batch.lastBlock)}`
    const each = transactions ? (posted / transactions).toFixed(1) : '0'
    rows.push([String(i), blocks, grouped(transactions), grouped(raw), grouped(posted), each, grouped(gas)])
    sums.transactions += transactions
    sums.raw += raw
    sums.posted += posted
    sums.gas += gas
  }
  const each = (sums.posted / sums.transactions).toFixed(1)
  rows.push(['all', `0-${last}`, grouped(sums.transactions), grouped(sums.raw), grouped(sums.posted), each, grouped(sums.gas)])
  table(['batch', 'blocks', 'transactions', 'raw bytes', 'posted bytes', 'per transaction', 'L1 gas'], rows)
  // One from the deposited ETH, and the token's deployment.
  const expected = transfers + 1 + 1 + tokenTransfers
  check(sums.transactions === expected, `all ${grouped(expected)} transactions are on Layer 1`)
  return last
}

async function verify(gavel, last) {
  heading('6. The challenger rebuilds the chain from Layer 1, and compares')
  const since = performance.now()
  await waitFor(
    `the challenger's block ${last}`,
    async () => BigInt((await gavel.verifier.rpc('optimism_syncStatus')).unsafe_l2.number) >= last,
  )
  fact('caught up in', `${seconds(since)} s more`)
  const rows = []
  let same = 0
  for (let n = 0n; n <= last; n++) {
    const tag = `0x${n.toString(16)}`
    const [ours, theirs] = await Promise.all(
      [gavel.sequencer, gavel.verifier].map((program) => program.rpc('optimism_outputAtBlock', tag)),
    )
    const { transactions } = await gavel.l2.getBlock({ blockNumber: n })
    if (ours.outputRoot === theirs.outputRoot) same++
    rows.push([
      String(n),
      String(transactions.length),
      short(ours.outputRoot),
      short(theirs.outputRoot),
      ours.outputRoot === theirs.outputRoot ? 'same' : 'DIFFERENT',
    ])
  }
  table(['block', 'transactions', "sequencer's output root", "challenger's output root", ''], rows)
  check(same === Number(last) + 1, `${same} of ${Number(last) + 1} output roots agree`)
}

const since = performance.now()
say(bold('Gavel: from a wallet, through the sequencer, to Layer 1, back out of it, and a dispute'))
let gavel
try {
  gavel = await start()
  const someone = await deposit(gavel)
  await transfer(gavel, someone)
  await token(gavel)
  const last = await batches(gavel)
  await verify(gavel, last)
  await dispute(gavel, last)
} catch (error) {
  check(false, error.message.slice(0, 2000))
  if (gavel) say(dim(`the sequencer said last:\n${gavel.sequencer.log().slice(-1500)}`))
  if (gavel) say(dim(`the challenger said last:\n${gavel.verifier.log().slice(-1500)}`))
} finally {
  await gavel?.stop()
}
say(failed() ? '\nThat is not how it should be.' : `\nAll of it in ${seconds(since)} s.`)
process.exit(failed() ? 1 : 0)
