// What games have cost the challenger.
//
//   const figures = await figuresOf(gavel, game)       { moves, gas, bytes, transactions }: what is on L1
//   printFigures(rows)                                 rows of names and values, as a table, or with JSON=1 as lines
//   await spentBy(gavel, address, fromBlock)           wei of gas in all its transactions

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

export async function spentBy(gavel, address, fromBlock) {
  let wei = 0n
  for (let number = fromBlock + 1n; number <= (await gavel.l1.getBlockNumber()); number++) {
    const { transactions } = await gavel.l1.getBlock({ blockNumber: number, includeTransactions: true })
    for (const { from, hash } of transactions) {
      if (from.toLowerCase() !== address.toLowerCase()) continue
      const { gasUsed, effectiveGasPrice } = await gavel.l1.getTransactionReceipt({ hash })
      wei += gasUsed * effectiveGasPrice
    }
  }
  return wei
}

export function printFigures(rows) {
  if (process.env.JSON) return rows.forEach((row) => console.log(JSON.stringify(row)))
  const names = Object.keys(rows[0])
  const text = (value) => (typeof value === 'number' ? value.toLocaleString('en-US') : String(value))
  const width = (name) => Math.max(name.length, ...rows.map((row) => text(row[name]).length))
  const line = (of) => names.map((name, i) => (i === 0 ? of(name).padEnd(width(name)) : of(name).padStart(width(name)))).join('  ')
  console.log([line((name) => name), ...rows.map((row) => line((name) => text(row[name])))].join('\n'))
}
