// Payloads of batches, written from the description in common/rollup/payload_columns.h and not from the C code:
// blocks of plain transfers (type 2, no call data), as good or as wrong as a test wants them.
//
//   encodePayload([{ timestamp, messages, transactions: [serialized, ...] }, ...])   the bytes that go to L1
//   columns(blocks)                                                                  before version byte and DEFLATE
import zlib from 'node:zlib'
import { hexToBytes, parseTransaction, toBytes } from 'viem'

function varint(value) {
  const bytes = []
  let rest = BigInt(value)
  for (; rest >= 0x80n; rest >>= 7n) bytes.push(Number((rest & 0x7fn) | 0x80n))
  return Buffer.from([...bytes, Number(rest)])
}

// "first the varints' first bytes, then the second bytes of those that have one, and so on"
function planes(values) {
  const varints = values.map(varint)
  const longest = Math.max(...varints.map((v) => v.length))
  const bytes = []
  for (let i = 0; i < longest; i++) for (const v of varints) if (i < v.length) bytes.push(v[i])
  return Buffer.from(bytes)
}

// Form 1, above or equal to 0.
const numbers = (values) =>
  values.length === 0 ? Buffer.alloc(0) : Buffer.concat([Buffer.from([1]), varint(0), planes(values)])

// "0: the next one not yet used; 1: as the reference before; 2 + i: number i in order of first use". 1 is never needed.
function references(keys, table) {
  return numbers(
    keys.map((key) => {
      const index = table.indexOf(key)
      return index < 0 ? (table.push(key), 0) : 2 + index
    }),
  )
}

function amounts(values) {
  const table = []
  const coded = references(values, table)
  const words = table.map((value) => (value === 0n ? Buffer.alloc(0) : Buffer.from(toBytes(value))))
  return Buffer.concat([coded, numbers(words.map((word) => word.length)), ...words])
}

export function columns(blocks) {
  const txs = blocks.flatMap((block) => block.transactions ?? []).map((raw) => parseTransaction(raw))
  const addresses = []
  const recipients = references(txs.map((tx) => tx.to.toLowerCase()), addresses)
  const parities = Buffer.alloc(Math.ceil(txs.length / 8))
  txs.forEach((tx, i) => (parities[i >> 3] |= tx.yParity << (i & 7)))
  const signature = (tx) => Buffer.concat([tx.r, tx.s].map((x) => Buffer.from(toBytes(BigInt(x), { size: 32 }))))
  return Buffer.concat([
    ...[blocks.length, txs.length, addresses.length, 0].map(varint),
    ...txs.map(signature),
    ...addresses.map((address) => Buffer.from(hexToBytes(address))),
    parities,
    numbers(blocks.map((block) => block.timestamp)),
    numbers(blocks.map((block) => block.messages ?? 0)),
    numbers(blocks.map((block) => block.transactions?.length ?? 0)),
    numbers(txs.map(() => 2)),
    numbers(txs.map((tx) => tx.nonce ?? 0)),
    numbers(txs.map((tx) => tx.gas)),
    amounts(txs.map((tx) => tx.maxFeePerGas ?? 0n)),
    amounts(txs.map((tx) => tx.value ?? 0n)),
    amounts(txs.map((tx) => tx.maxPriorityFeePerGas ?? 0n)),
    recipients,
    numbers(txs.map(() => 0)), // lengths of the call data
    numbers(txs.map(() => 0)), // access list lengths
  ])
}

export const deflated = (bytes) => Buffer.concat([Buffer.from([0]), zlib.deflateRawSync(bytes)])

export const encodePayload = (blocks) => deflated(columns(blocks))
