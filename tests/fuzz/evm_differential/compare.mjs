// Whether both sides say the same.
const zero = (hex) => BigInt(hex ?? 0) === 0n
const pad = (hex) => `0x${BigInt(hex).toString(16).padStart(64, '0')}`

// Accounts in one form: without empty ones and empty slots.
function normal(accounts) {
  const out = new Map()
  for (const [address, a] of Object.entries(accounts)) {
    const slots = Object.entries(a.storage ?? {}).filter(([, v]) => !zero(v)).map(([k, v]) => `${pad(k)}=${pad(v)}`).sort()
    const code = a.code ?? '0x'
    if (!zero(a.nonce) || !zero(a.balance) || code !== '0x' || slots.length) {
      out.set(address.toLowerCase(), { nonce: String(BigInt(a.nonce)), balance: String(BigInt(a.balance)), code, storage: slots.join(' ') })
    }
  }
  return out
}

const emptyCode = '0xc5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470'

export function applyChanges(accounts, changes) {
  const after = { ...accounts }
  for (const [address, change] of Object.entries(changes)) {
    if (change === null) {
      delete after[address]
      continue
    }
    const before = after[address] ?? { storage: {}, code: '0x' }
    const code = change.code ?? (change.codeHash === emptyCode ? '0x' : before.code)
    const slots = Object.fromEntries(Object.entries(change.reset ? {} : before.storage).map(([k, v]) => [pad(k), v]))
    after[address] = { nonce: change.nonce, balance: change.balance, code, storage: { ...slots, ...change.storage } }
  }
  return after
}

// Differences between states, in words: "address field: ours, theirs".
export function stateDifferences(ours, theirs) {
  const [a, b] = [normal(ours), normal(theirs)]
  const list = []
  for (const address of new Set([...a.keys(), ...b.keys()])) {
    const [x, y] = [a.get(address), b.get(address)]
    if (!x || !y) list.push({ address, what: x ? 'only ours has it' : 'only theirs has it' })
    else for (const field of Object.keys(x)) {
      if (x[field] !== y[field]) list.push({ address, what: `${field}: ours ${x[field]}, theirs ${y[field]}` })
    }
  }
  return list
}

const logText = (logs) => JSON.stringify(logs.map((l) => [l.address.toLowerCase(), l.topics, l.data]))

// Of one transaction; null: the same.
export function resultDifference(ours, theirs) {
  if (ours.refused || theirs.refused) {
    return ours.refused && theirs.refused ? null : `ours ${ours.refused ?? 'accepted'}, theirs ${theirs.refused ?? 'accepted'}`
  }
  if (ours.success !== theirs.success) return `success: ours ${ours.success} (${ours.status}), theirs ${theirs.success} (${theirs.error})`
  if (ours.gasUsed !== theirs.gasUsed) return `gas: ours ${ours.gasUsed} (${ours.status}), theirs ${theirs.gasUsed} (${theirs.error})`
  if (BigInt(ours.price) !== theirs.price) return `gas price: ours ${ours.price}, theirs ${theirs.price}`
  if (theirs.output !== undefined && ours.output !== theirs.output) return `output: ours ${ours.output}, theirs ${theirs.output}`
  if (logText(ours.logs) !== logText(theirs.logs)) return `logs: ours ${logText(ours.logs)}, theirs ${logText(theirs.logs)}`
  return null
}
