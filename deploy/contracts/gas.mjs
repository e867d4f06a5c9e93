// What the contracts cost on L1.
//
//   node gas.mjs          a table;  JSON=1: one object a line
//
// `data` is the part that the call data's bytes cost whatever the contract does (21,000 with them), by EIP-7623:
// where that floor is above what the execution comes to, the execution is free.
import { hexToBytes } from 'viem'
import { deploy, deployRollup, deposit, send, startL1, through, travel } from './test/lib/rollup.mjs'

const random = (length) => {
  let seed = 88_172_645_463_325_252n
  const byte = () => {
    seed ^= (seed << 13n) & 0xffffffffffffffffn
    seed ^= seed >> 7n
    seed ^= (seed << 17n) & 0xffffffffffffffffn
    return Number(seed & 0xffn).toString(16).padStart(2, '0')
  }
  return `0x${Array.from({ length }, byte).join('')}`
}

const l1 = await startL1()
const { inbox, portal, batcher } = await deployRollup(l1)
const user = l1.accounts[3]

async function report(name, receipt) {
  const { input } = await l1.client.getTransaction({ hash: receipt.transactionHash })
  const bytes = hexToBytes(input)
  const zeros = bytes.filter((b) => b === 0).length
  const tokens = zeros + 4 * (bytes.length - zeros)
  const gas = Number(receipt.gasUsed)
  const floor = 21_000 + 10 * tokens
  const data = gas === floor ? floor : 21_000 + 4 * tokens
  show({ bench: 'gas', name, gas, data, execution: gas - data })
}

function show(row) {
  if (process.env.JSON) return console.log(JSON.stringify(row))
  const columns = [row.gas, row.data ?? '', row.execution ?? ''].map((n) => n.toLocaleString('en').padStart(11))
  console.log(row.name.padEnd(48), ...columns)
}

if (!process.env.JSON) console.log(''.padEnd(48), ...['gas', 'data', 'execution'].map((s) => s.padStart(11)))

let index = 0n
const append = (payload, queueTo) => send(l1, batcher, inbox, 'appendBatch', [index++, payload, queueTo])
const attributes = () => send(l1, user, inbox, 'queueAttributes')
const put = (data = '0x', gas = 21_000n) =>
  send(l1, user, portal, 'depositTransaction', deposit(user.address, data, gas))

try {
  await append('0x', 0n)
  for (let i = 0; i < 4; i++) await attributes()
  await append('0x', 4n)
  await report('appendBatch, empty', await append('0x', 4n))
  await report('appendBatch, 1 kB', await append(random(1000), 4n))
  await report('appendBatch, 100 kB', await append(random(100_000), 4n))
  await report('appendBatch, 120,000 bytes', await append(random(120_000), 4n))
  for (let i = 0; i < 3; i++) await attributes()
  await report('appendBatch, 1 kB, takes 2 messages, leaves 1', await append(random(1000), 6n))
  await attributes()
  await report('queueAttributes, every fourth', await attributes())
  await report('queueAttributes', await attributes())
  await put()
  await put()
  await report('depositTransaction with attributes, no data', await put())
  await report('depositTransaction with attributes, 100 bytes', await put(random(100), 25_000n))
  await report('depositTransaction with attributes, 1 kB', await put(random(1000), 61_000n))
  const multicall = await deploy(l1, 'Multicall3')
  const batch = (n) => {
    const call = through(multicall.address, portal, 'depositTransaction', deposit(user.address, '0x', 21_000n))
    return send(l1, user, call, 'aggregate3Value', [Array(n).fill(call.calls[0])], { gas: 16_000_000n })
  }
  const one = await batch(1)
  const many = await batch(101)
  const each = Number(many.gasUsed - one.gasUsed) / 100
  show({ bench: 'gas', name: 'a further deposit of an L1 block, by a contract', gas: Math.round(each) })
  await travel(l1, 4000n)
  await report('forceInclude, 1 message', await send(l1, user, inbox, 'forceInclude', [7n]))
  await report('forceInclude, 100 messages', await send(l1, user, inbox, 'forceInclude', [107n]))
} finally {
  await l1.stop()
}
