// A chain that is worth lying about, made by the batcher's key without a sequencer, so that it is the same every time:
//
//   const chain = await makeDisputedChain(gavel)    when the verifier has it all
//   chain.block      has a deposit, transfers, and calls of a contract that writes storage and calls precompiles
//   chain.contract   its address
//   chain.head       the newest block; a few come behind chain.block
//   await rightRootsOf(gavel, chain)                the output roots, by number
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
const creation = `0x60${(code.length / 2).toString(16)}80600b6000396000f3${code}`

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

export async function makeDisputedChain(gavel) {
  const [payer, depositor] = gavel.users
  const contract = getContractAddress({ from: depositor.address, nonce: 0n })
  let nonce = 0
  const pay = (to, gas = 21_000n) =>
    payer.signTransaction({
      type: 'eip1559',
      chainId: gavel.config.l2.chainId,
      nonce: nonce++,
      gas,
      maxFeePerGas: 10n ** 9n,
      maxPriorityFeePerGas: 0n,
      to,
      value: 1n,
    })
  const transfer = () => pay(depositor.address)
  const call = () => pay(contract, 300_000n)
  const timestamp = async () => Number((await gavel.l1.getBlock()).timestamp)
  const several = async (count) => {
    const blocks = []
    for (let i = 0; i < count; i++) blocks.push({ timestamp: await timestamp(), transactions: [await transfer()] })
    return blocks
  }

  await gavel.deposit({ account: depositor, gas: 500_000n, isCreation: true, data: creation })
  const first = { timestamp: await timestamp(), messages, transactions: [await call()] }
  await appendBatch(gavel, [first, ...(await several(before - 1))])

  await gavel.deposit({ account: depositor, mint: parseEther('7'), value: parseEther('3'), to: payer.address })
  const transactions = [await transfer(), await call(), await transfer(), await call()]
  const disputed = { timestamp: await timestamp(), messages, transactions }
  await appendBatch(gavel, [disputed, ...(await several(behind))])

  const head = before + 1 + behind
  await waitFor('the chain', async () => (await gavel.verifier.rpc('optimism_syncStatus')).safe_l2.number === head)
  return { block: before + 1, contract, head, horizon: 2 }
}

export async function rightRootsOf(gavel, { head }) {
  const roots = []
  for (let n = 0; n <= head; n++) roots.push((await gavel.verifier.rpc('optimism_outputAtBlock', toHex(n))).outputRoot)
  return roots
}
