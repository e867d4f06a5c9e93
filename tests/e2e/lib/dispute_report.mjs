// What games have cost the challenger, and brought.
//
//   const figures = await figuresOf(gavel, game)       { moves, gas, bytes, transactions }: what is on L1
//   printFigures(rows)                                 rows of names and values, as a table, or with JSON=1 as lines
//   const since = await standingOf(gavel, account)
//   await gainSince(gavel, account, since)             wei, but for the gas, when all its transactions are mined
import { waitFor } from './gavel.mjs'

async function transactionOf(l1, hash) {
  const [transaction, receipt] = await Promise.all([l1.getTransaction({ hash }), l1.getTransactionReceipt({ hash })])
  return { ...transaction, receipt }
}

export async function figuresOf(gavel, game) {
  const { moves } = await gavel.verifier.rpc('gavel_game', game.address)
  const mined = moves.filter(({ gasUsed }) => gasUsed !== null)
  const transactions = await Promise.all(mined.map(({ transactionHash }) => transactionOf(gavel.l1, transactionHash)))
  const sum = (of) => transactions.reduce((total, transaction) => total + of(transaction), 0)
  return {
    moves: transactions.length,
    gas: sum(({ receipt }) => Number(receipt.gasUsed)),
    bytes: sum(({ input }) => input.length / 2 - 1),
    transactions,
  }
}

export async function standingOf({ l1 }, { address }) {
  return { block: await l1.getBlockNumber(), balance: await l1.getBalance({ address }) }
}

// Wei of gas in all its transactions from behind block `first` on.
async function spentBy({ l1 }, { address }, first) {
  let wei = 0n
  for (let number = first + 1n; number <= (await l1.getBlockNumber()); number++) {
    const { transactions } = await l1.getBlock({ blockNumber: number, includeTransactions: true })
    for (const { from, hash } of transactions) {
      if (from.toLowerCase() !== address.toLowerCase()) continue
      const { gasUsed, effectiveGasPrice } = await l1.getTransactionReceipt({ hash })
      wei += gasUsed * effectiveGasPrice
    }
  }
  return wei
}

export async function gainSince(gavel, account, { block, balance }) {
  const { address } = account
  const count = (blockTag) => gavel.l1.getTransactionCount({ address, blockTag })
  await waitFor('its last transaction', async () => (await count('latest')) === (await count('pending')))
  return (await gavel.l1.getBalance({ address })) - balance + (await spentBy(gavel, account, block))
}

export function printFigures(rows) {
  if (process.env.JSON) return rows.forEach((row) => console.log(JSON.stringify(row)))
  const names = Object.keys(rows[0])
  const text = (value) => (typeof value === 'number' ? value.toLocaleString('en-US') : String(value))
  const width = (name) => Math.max(name.length, ...rows.map((row) => text(row[name]).length))
  const line = (of) => names.map((name, i) => (i === 0 ? of(name).padEnd(width(name)) : of(name).padStart(width(name)))).join('  ')
  console.log([line((name) => name), ...rows.map((row) => line((name) => text(row[name])))].join('\n'))
}
