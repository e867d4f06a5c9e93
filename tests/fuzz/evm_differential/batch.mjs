// Cases in a block of their own on both sides.
import { applyChanges, resultDifference, stateDifferences } from './compare.mjs'
import { baseFee, chainId, coinbase } from './world.mjs'
import { authorityOf, signTransaction } from './sign.mjs'

// Good enough for finding out how much gas something takes; the real one comes from the block.
const guessedBlock = {
  number: '0x1', timestamp: '0x6b000000', gasLimit: '0xe8d4a51000', coinbase, baseFee: `0x${baseFee.toString(16)}`,
  prevRandao: `0x${'5'.repeat(64)}`, blobBaseFee: '0x1', chainId: `0x${chainId.toString(16)}`, parentHash: `0x${'7'.repeat(64)}`,
}

const mergedAccounts = (own, cases) => Object.assign({}, own, ...cases.map((c) => c.accounts))
const rawTransactions = (cases) => cases.flatMap((c) => c.transactions.map((tx) => signTransaction(tx, chainId)))

// Cuts the gas limits as the cases say, where it gets interesting: `cut` is then done with.
export async function cutGas(ours, fork, cases) {
  const answer = await ours.run({ fork, block: guessedBlock, accounts: mergedAccounts({}, cases), transactions: rawTransactions(cases) })
  const results = answer.transactions.values()
  for (const tx of cases.flatMap((c) => c.transactions)) {
    const { gasUsed } = results.next().value
    const limit = gasUsed && gasAfter(tx.cut, gasUsed, leastGas(tx))
    if (limit) tx.gas = `0x${limit.toString(16)}`
    delete tx.cut
  }
}

function gasAfter(cut, gasUsed, least) {
  switch (cut.kind) {
    case 'share': return least + Math.floor((Math.max(0, gasUsed - least) * cut.share) / 1000)
    case 'less': return gasUsed - cut.by
    case 'least': return least + cut.more
    default: return null
  }
}

// EIP-2028, 2930, 3860, 7702, and the floor of 7623.
function leastGas(tx) {
  const bytes = Buffer.from(tx.data.slice(2), 'hex')
  const zeros = bytes.filter((b) => b === 0).length
  const tokens = zeros + 4 * (bytes.length - zeros)
  const list = tx.accessList ?? []
  const slots = list.reduce((sum, { keys }) => sum + keys.length, 0)
  const gas = 21000 + 4 * tokens + (tx.to ? 0 : 32000 + 2 * Math.ceil(bytes.length / 32)) + 2400 * list.length + 1900 * slots +
    25000 * (tx.authorizations?.length ?? 0)
  return Math.max(gas, 21000 + 10 * tokens)
}

// To revm in anvil every account exists (foundry's empty database answers with an empty account for each address it does
// not know), which EIP-7702 sees: an authority that exists gives gas back. So for ours they exist as well. The case of
// one that does not exist is left to the official vectors.
function authorities(cases) {
  const all = cases.flatMap((c) => c.transactions.flatMap((tx) => tx.authorizations ?? []))
  return Object.fromEntries(all.map((a) => [authorityOf(a), { nonce: '0x0', balance: '0x0', code: '0x', storage: {} }]))
}

// [{ case, what }]: which differ, and how.  `case` is null where no single one can be blamed.
export async function runBatch(ours, revm, fork, cases, counts) {
  const accounts = mergedAccounts(revm.own, cases)
  const raw = rawTransactions(cases)
  const owners = cases.flatMap((c) => c.transactions.map(() => c))
  const theirs = await revm.run(accounts, raw)
  // Both in the order of the block; those that are not in it come last.  A case's second transaction may hang in
  // anvil's pool only because of what the first will do (EIP-7702 moves nonces), so ours leaves it out, too.
  const isFirst = (place) => owners[place] !== owners[place - 1]
  const order = [...theirs.order, ...[...raw.keys()].filter((place) => !theirs.order.includes(place) && isFirst(place))]
  const before = { ...authorities(cases), ...accounts }
  const answer = await ours.run({ fork, block: theirs.block, accounts: before, transactions: order.map((place) => raw[place]) })
  if (answer.refused) throw new Error(`gavel-evm-case: ${answer.refused}`)
  const found = new Map()
  order.forEach((place, i) => {
    const what = resultDifference(answer.transactions[i], theirs.results[place])
    if (what && !found.has(owners[place])) found.set(owners[place], what)
    counts?.add(answer.transactions[i])
  })
  const after = applyChanges(before, answer.changes)
  for (const { address, what } of stateDifferences(after, theirs.accounts)) {
    const owner = cases.find((c) => c.accounts[address]) ?? null
    if (!owner && found.size) continue // what they share follows from what they did
    if (!found.has(owner)) found.set(owner, `state of ${address}: ${what}`)
  }
  return [...found].map(([owner, what]) => ({ case: owner, what }))
}
