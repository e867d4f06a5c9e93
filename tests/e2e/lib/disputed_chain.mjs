// A chain that is worth lying about, made by the batcher's key without a sequencer, so that it is the same every time:
//
//   const chain = await makeDisputedChain(gavel)    when the verifier has it all
//   chain.block      has a deposit, transfers, and calls of a contract that writes storage and calls precompiles
//   chain.contract   its address
//   chain.head       the newest block; a few come behind chain.block
//   await rightRootsOf(gavel, chain)                the output roots, by number
//
//   const chain = await makeFullChain(gavel, { blocks, gas })
//   chain.first, chain.head    between them `blocks` of them, each of which uses almost `gas` for writing fresh storage
import { getContractAddress, parseEther, toHex } from 'viem'
import { waitFor } from './gavel.mjs'
import { encodePayload } from './payload.mjs'

// Whatever it is called with: SHA-256, MODEXP and ECRECOVER of the same 128 bytes, their results into slots 2, 5 and 1, and
// slot 0 counts the calls.
const staticCall = (address) => `6020608060806000${`60${address}`}5afa506080516${`0${address}`}55`
const code = [
  '6001600052', // three lengths of 1
  '6001602052',
  '6001604052',
  '6203050760e81b606052', // 3 ** 5 % 7
  ...['02', '05', '01'].map(staticCall),
  '60005460010160005500',
].join('')
const creationOf = (runtime) => `0x60${(runtime.length / 2).toString(16).padStart(2, '0')}80600b6000396000f3${runtime}`

// While there are 30,000 gas: the gas that is left, into the slot of that and of the value it is called with.
const writer = '5b5a345a0155620075305a115f5700'
const transactionGasMost = 16_777_216 // EIP-7825

const before = 36 // blocks
const behind = 4
const messages = 2 // a deposit, and L1's attributes before it

async function appendBatch(gavel, blocks) {
  const read = (functionName) => gavel.l1.readContract({ ...gavel.inbox, functionName })
  const [entries, queueTo] = await Promise.all(['entryCount', 'messageCount'].map(read))
  const hash = await gavel.l1.writeContract({
    ...gavel.inbox,
    account: gavel.batcher,
    functionName: 'appendBatch',
    args: [entries, toHex(encodePayload(blocks)), queueTo],
  })
  const { status } = await gavel.l1.waitForTransactionReceipt({ hash })
  if (status !== 'success') throw new Error('the batch failed on L1')
}

const timestampOf = async (gavel) => Number((await gavel.l1.getBlock()).timestamp)

// Signs transactions of the first user, from nonce 0 on.
function signerOf(gavel) {
  const [payer] = gavel.users
  let nonce = 0
  return (request) =>
    payer.signTransaction({
      type: 'eip1559',
      chainId: gavel.config.l2.chainId,
      nonce: nonce++,
      maxFeePerGas: 10n ** 9n,
      maxPriorityFeePerGas: 0n,
      ...request,
    })
}

const firstContractOf = (account) => getContractAddress({ from: account.address, nonce: 0n })

const isDerived = async (gavel, head) => (await gavel.verifier.rpc('optimism_syncStatus')).safe_l2.number === head

export async function makeDisputedChain(gavel) {
  const [payer, depositor] = gavel.users
  const contract = firstContractOf(depositor)
  const sign = signerOf(gavel)
  const transfer = () => sign({ to: depositor.address, gas: 21_000n, value: 1n })
  const call = () => sign({ to: contract, gas: 300_000n, value: 1n })
  const several = async (count) => {
    const blocks = []
    for (let i = 0; i < count; i++) blocks.push({ timestamp: await timestampOf(gavel), transactions: [await transfer()] })
    return blocks
  }

  await gavel.deposit({ account: depositor, gas: 500_000n, isCreation: true, data: creationOf(code) })
  const first = { timestamp: await timestampOf(gavel), messages, transactions: [await call()] }
  await appendBatch(gavel, [first, ...(await several(before - 1))])

  await gavel.deposit({ account: depositor, mint: parseEther('7'), value: parseEther('3'), to: payer.address })
  const transactions = [await transfer(), await call(), await transfer(), await call()]
  const disputed = { timestamp: await timestampOf(gavel), messages, transactions }
  await appendBatch(gavel, [disputed, ...(await several(behind))])

  const head = before + 1 + behind
  await waitFor('the chain', () => isDerived(gavel, head))
  return { block: before + 1, contract, head, horizon: 2 }
}

export async function makeFullChain(gavel, { blocks, gas }) {
  const [payer, depositor] = gavel.users
  const sign = signerOf(gavel)
  const calls = Math.ceil(gas / transactionGasMost)
  const write = (part) =>
    sign({ to: firstContractOf(depositor), gas: BigInt(Math.floor(gas / calls)), value: BigInt(part) << 32n })

  await gavel.deposit({ account: depositor, gas: 500_000n, isCreation: true, data: creationOf(writer) })
  const transfer = await sign({ to: payer.address, gas: 21_000n })
  const made = [{ timestamp: await timestampOf(gavel), messages, transactions: [transfer] }]
  for (let block = 0; block < blocks; block++) {
    const transactions = []
    for (let i = 0; i < calls; i++) transactions.push(await write(1 + block * calls + i))
    made.push({ timestamp: await timestampOf(gavel), transactions })
  }
  await appendBatch(gavel, made)
  await waitFor('the chain', () => isDerived(gavel, 1 + blocks))
  return { first: 2, head: 1 + blocks, horizon: 1 }
}

export async function rightRootsOf(gavel, { head }) {
  const roots = []
  for (let n = 0; n <= head; n++) roots.push((await gavel.verifier.rpc('optimism_outputAtBlock', toHex(n))).outputRoot)
  return roots
}
