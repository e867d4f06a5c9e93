// Makes a case that differs as small as it gets while it still differs: everything that can be left out is.
const copyOf = (value) => JSON.parse(JSON.stringify(value))

// Ways to make it smaller, each a function that changes a copy; false: no change.
function* reductions(c) {
  for (let i = c.transactions.length - 1; i >= 0 && c.transactions.length > 1; i--) yield (d) => d.transactions.splice(i, 1)
  for (const address of Object.keys(c.accounts)) {
    yield (d) => delete d.accounts[address]
    yield (d) => Object.assign(d.accounts[address], { storage: {} })
    yield (d) => Object.assign(d.accounts[address], { code: '0x' })
  }
  for (const i of c.transactions.keys()) {
    yield (d) => Object.assign(d.transactions[i], { data: '0x' })
    yield (d) => Object.assign(d.transactions[i], { value: '0x0' })
    if (c.transactions[i].accessList?.length) yield (d) => Object.assign(d.transactions[i], { accessList: [] })
    for (const k of (c.transactions[i].authorizations ?? []).keys()) yield (d) => d.transactions[i].authorizations.splice(k, 1)
    yield* shorter((d) => d.transactions[i], 'data', c.transactions[i].data)
  }
  for (const [address, account] of Object.entries(c.accounts)) yield* shorter((d) => d.accounts[address], 'code', account.code)
}

// Hex with a piece cut out, or overwritten by JUMPDESTs, so that what follows stays where it is.
function* shorter(holder, field, hex) {
  const length = hex.length / 2 - 1
  if (hex.startsWith('0xef0100')) return
  for (let piece = length >> 1; piece >= 1; piece >>= 1) {
    for (let at = length - piece; at >= 0; at -= piece) {
      const [a, b] = [2 + 2 * at, 2 + 2 * (at + piece)]
      yield (d) => Object.assign(holder(d), { [field]: hex.slice(0, a) + hex.slice(b) })
      const blank = '5b'.repeat(piece)
      if (hex.slice(a, b) !== blank) yield (d) => Object.assign(holder(d), { [field]: hex.slice(0, a) + blank + hex.slice(b) })
    }
  }
}

function nth(generator, n) {
  for (const item of generator) if (n-- === 0) return item
  return null
}

// `differs(case)` resolves to what differs, or null.
export async function minimise(found, differs, attempts = 1500) {
  let best = copyOf(found)
  let what = await differs(best)
  if (!what) return null // alone it does not differ
  for (let progress = true; progress;) {
    progress = false
    for (let at = 0; attempts > 0; attempts--) {
      const reduce = nth(reductions(best), at)
      if (!reduce) break
      const smaller = copyOf(best)
      reduce(smaller)
      const still = JSON.stringify(smaller) !== JSON.stringify(best) && (await differs(smaller).catch(() => null))
      if (!still) {
        at++
        continue
      }
      best = smaller // and what comes next has moved to here
      what = still
      progress = true
    }
  }
  return { case: best, what }
}
