// The sequencer's JSON-RPC as wallets and libraries meet it: shapes, errors and figures are geth's.
// One chain for all tests, which run in order.
import assert from 'node:assert/strict'
import { after, before, it } from 'node:test'
import { createMPT, verifyMPTWithMerkleProof } from '@ethereumjs/mpt'
import { Contract, JsonRpcProvider } from 'ethers'
import solc from 'solc'
import {
  concatHex, encodeFunctionData, fromRlp, getContractAddress, hexToBytes, keccak256, numberToHex as hex, pad,
  parseEther, parseGwei, stringToHex, toEventSelector, toRlp,
} from 'viem'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'
import { startGavel, waitFor } from './lib/gavel.mjs'

const source = `
pragma solidity ^0.8.20;
contract Probe {
  uint256 public number = 7;
  mapping(uint256 => uint256) public values;
  event Set(address indexed by, uint256 indexed key, uint256 value);
  event Other(uint256 value);
  error Mine(uint256 code);
  function set(uint256 key, uint256 value) external { values[key] = value; emit Set(msg.sender, key, value); }
  function both(uint256 value) external { emit Other(value); emit Set(msg.sender, value, value); }
  function fail(string calldata why) external pure { revert(why); }
  function failMine(uint256 code) external pure { revert Mine(code); }
  function failBare() external pure { revert(); }
  function panic(uint256 a) external pure returns (uint256) { return 1 / a; }
  function spin() external pure { for (;;) {} }
  function bad() external pure { assembly { invalid() } }
  function context() external view returns (uint256, uint256, uint256, address, uint256) {
    return (block.number, block.timestamp, block.basefee, block.coinbase, tx.gasprice);
  }
  function deep(uint256 n) external returns (uint256) {
    if (n == 0) { values[99] = 1; return gasleft(); }
    return this.deep(n - 1);
  }
}`

function compile() {
  const input = {
    language: 'Solidity',
    sources: { 'Probe.sol': { content: source } },
    settings: { outputSelection: { '*': { Probe: ['abi', 'evm.bytecode.object', 'evm.deployedBytecode.object'] } } },
  }
  const { Probe } = JSON.parse(solc.compile(JSON.stringify(input))).contracts['Probe.sol']
  return { abi: Probe.abi, bytecode: `0x${Probe.evm.bytecode.object}`, code: `0x${Probe.evm.deployedBytecode.object}` }
}

const probe = compile()
const encode = (functionName, ...args) => encodeFunctionData({ abi: probe.abi, functionName, args })
const fresh = () => privateKeyToAccount(generatePrivateKey())
const zero32 = `0x${'0'.repeat(64)}`
const fees = { maxFeePerGas: parseGwei('5'), maxPriorityFeePerGas: parseGwei('0.001') }

let gavel, l2, rpc, rich, deployed, created

before(async () => {
  gavel = await startGavel()
  l2 = gavel.l2
  rpc = (...call) => gavel.sequencer.rpc(...call)
  rich = gavel.users[0]
  created = await mined(await l2.deployContract({ account: rich, ...probe }))
  deployed = created.contractAddress
})
after(() => gavel?.stop())

async function mined(hash) {
  await l2.waitForTransactionReceipt({ hash, timeout: 20_000 })
  return rpc('eth_getTransactionReceipt', hash)
}

async function refuses(promise, code, message, data) {
  const error = await promise.then((result) => assert.fail(`answered ${JSON.stringify(result)}`), (e) => e)
  const text = error.message.replace(/^[a-z]+_\w+: /i, '')
  assert.equal(error.code, code, text)
  if (message instanceof RegExp) assert.match(text, message)
  else assert.equal(text, message)
  if (data !== undefined) assert.equal(error.data, data)
}

const keys = (object) => Object.keys(object).sort()
const isQuantity = (value) => assert.match(value, /^0x(0|[1-9a-f][0-9a-f]*)$/)

it('says which chain it is', async () => {
  assert.equal(await rpc('eth_chainId'), hex(gavel.config.l2.chainId))
  assert.equal(await rpc('net_version'), String(gavel.config.l2.chainId))
  assert.equal(await rpc('net_listening'), true)
  assert.equal(await rpc('net_peerCount'), '0x0')
  assert.match(await rpc('web3_clientVersion'), /^Gavel\/v/)
  assert.equal(await rpc('web3_sha3', '0x'), keccak256('0x'))
  assert.equal(await rpc('eth_syncing'), false)
  assert.deepEqual(await rpc('eth_accounts'), [])
})

it('blocks have the fields that geth gives, and by every name the same block', async () => {
  const block = await rpc('eth_getBlockByNumber', created.blockNumber, false)
  assert.deepEqual(keys(block), [
    'baseFeePerGas', 'blobGasUsed', 'difficulty', 'excessBlobGas', 'extraData', 'gasLimit', 'gasUsed', 'hash',
    'logsBloom', 'miner', 'mixHash', 'nonce', 'number', 'parentBeaconBlockRoot', 'parentHash', 'receiptsRoot',
    'requestsHash', 'sha3Uncles', 'size', 'stateRoot', 'timestamp', 'transactions', 'transactionsRoot', 'uncles',
    'withdrawals', 'withdrawalsRoot',
  ])
  for (const name of ['baseFeePerGas', 'gasLimit', 'gasUsed', 'number', 'size', 'timestamp', 'difficulty']) {
    isQuantity(block[name])
  }
  assert.deepEqual(await rpc('eth_getBlockByHash', block.hash, false), block)
  assert.equal((await rpc('eth_getBlockByNumber', 'earliest', false)).number, '0x0')
  assert.equal((await rpc('eth_getBlockByNumber', 'latest', false)).number, await rpc('eth_blockNumber'))
  assert.equal(await rpc('eth_getBlockByNumber', '0xffffff', false), null)
  assert.equal(await rpc('eth_getBlockByHash', zero32, false), null)
  const count = hex(block.transactions.length)
  assert.equal(await rpc('eth_getBlockTransactionCountByNumber', block.number), count)
  assert.equal(await rpc('eth_getBlockTransactionCountByHash', block.hash), count)
  assert.equal(await rpc('eth_getUncleCountByBlockNumber', block.number), '0x0')
  // geth: rpc.BlockNumber, where EIP-1898's forms have no place.
  for (const [method, ...more] of [['eth_getBlockByNumber', false], ['eth_getHeaderByNumber'], ['eth_getUncleCountByBlockNumber'], ['eth_getTransactionByBlockNumberAndIndex', '0x0']]) {
    for (const wrong of [block.hash, { blockHash: block.hash }, { blockNumber: block.number }]) {
      await refuses(rpc(method, wrong, ...more), -32602, /^invalid argument 0: /)
    }
  }
  assert.equal(await rpc('eth_getUncleByBlockHashAndIndex', block.hash, '0x0'), null)
})

it('a header and a block are what their hashes say, byte for byte', async () => {
  const block = await rpc('eth_getBlockByNumber', created.blockNumber, false)
  assert.equal(keccak256(await rpc('debug_getRawHeader', block.number)), block.hash)
  const raw = await rpc('debug_getRawBlock', block.number)
  assert.equal(block.size, hex((raw.length - 2) / 2))
  const [header, transactions, uncles, withdrawals] = fromRlp(raw)
  assert.equal(keccak256(toRlp(header)), block.hash)
  assert.equal(transactions.length, block.transactions.length)
  assert.deepEqual([uncles, withdrawals], [[], []])
  assert.equal(keccak256(await rpc('debug_getRawTransaction', created.transactionHash)), created.transactionHash)
  assert.equal((await rpc('debug_getRawReceipts', block.number)).length, transactions.length)
})

it('transactions of each type come back as they were signed', async () => {
  const common = { account: rich, to: fresh().address, value: 1n, gas: 100_000n }
  const delegating = fresh()
  const authorization = await l2.signAuthorization({ account: delegating, contractAddress: deployed })
  const accessList = [{ address: deployed, storageKeys: [zero32] }]
  const requests = {
    '0x0': { ...common, type: 'legacy', gasPrice: parseGwei('2') },
    '0x1': { ...common, type: 'eip2930', gasPrice: parseGwei('2'), accessList },
    '0x2': { ...common, type: 'eip1559', ...fees, accessList },
    '0x4': { ...common, type: 'eip7702', ...fees, authorizationList: [authorization] },
  }
  const base = ['blockHash', 'blockNumber', 'chainId', 'from', 'gas', 'gasPrice', 'hash', 'input', 'nonce', 'r', 's', 'to',
    'transactionIndex', 'type', 'v', 'value']
  const more = {
    '0x0': [],
    '0x1': ['accessList', 'yParity'],
    '0x2': ['accessList', 'maxFeePerGas', 'maxPriorityFeePerGas', 'yParity'],
    '0x4': ['accessList', 'authorizationList', 'maxFeePerGas', 'maxPriorityFeePerGas', 'yParity'],
  }
  for (const [type, request] of Object.entries(requests)) {
    const hash = await l2.sendTransaction(request)
    const receipt = await mined(hash)
    const tx = await rpc('eth_getTransactionByHash', hash)
    assert.deepEqual(keys(tx), [...base, ...more[type]].sort(), type)
    assert.equal(tx.type, type)
    assert.equal(receipt.type, type)
    assert.equal(tx.gasPrice, receipt.effectiveGasPrice)
    assert.equal(keccak256(await rpc('eth_getRawTransactionByHash', hash)), hash)
    assert.deepEqual(await rpc('eth_getTransactionByBlockNumberAndIndex', tx.blockNumber, tx.transactionIndex), tx)
    assert.deepEqual(await rpc('eth_getTransactionByBlockHashAndIndex', tx.blockHash, tx.transactionIndex), tx)
    const { baseFeePerGas } = await rpc('eth_getBlockByHash', tx.blockHash, false)
    if (request.maxFeePerGas) {
      assert.equal(BigInt(tx.gasPrice), BigInt(baseFeePerGas) + fees.maxPriorityFeePerGas)
    } else {
      assert.equal(BigInt(tx.gasPrice), request.gasPrice)
      assert.ok([0n, 1n, 35n, 36n].includes(BigInt(tx.v) - (type === '0x0' ? 2n * 845300n : 0n)))
    }
    if (request.accessList) assert.deepEqual(tx.accessList, accessList.map((e) => ({ ...e, address: deployed })))
  }
  assert.equal(await rpc('eth_getCode', delegating.address, 'latest'), concatHex(['0xef0100', deployed]))
})

it('receipts have the fields that geth and op-geth give', async () => {
  assert.deepEqual(keys(created), [
    'blockHash', 'blockNumber', 'contractAddress', 'cumulativeGasUsed', 'effectiveGasPrice', 'from', 'gasUsed', 'l1Fee',
    'l1FeeScalar', 'l1GasPrice', 'l1GasUsed', 'logs', 'logsBloom', 'status', 'to', 'transactionHash', 'transactionIndex',
    'type',
  ])
  assert.equal(created.to, null)
  assert.equal(created.status, '0x1')
  const nonce = BigInt((await rpc('eth_getTransactionByHash', created.transactionHash)).nonce)
  assert.equal(created.contractAddress, getContractAddress({ from: rich.address, nonce }).toLowerCase())
  const all = await rpc('eth_getBlockReceipts', created.blockNumber)
  assert.deepEqual(all[Number(created.transactionIndex)], created)
  assert.equal(await rpc('eth_getTransactionReceipt', zero32), null)
  assert.equal(await rpc('eth_getTransactionByHash', zero32), null)
  assert.equal(await rpc('eth_getBlockReceipts', '0xffffff'), null)
})

it('a deposit is found by its own hash and by the one that viem computes', async () => {
  const sent = await gavel.deposit({ account: rich, mint: 5n, value: 3n, to: fresh().address })
  await sent.l2Receipt()
  const receipt = await rpc('eth_getTransactionReceipt', sent.hash)
  const tx = await rpc('eth_getTransactionByHash', sent.hash)
  assert.notEqual(receipt.transactionHash, sent.hash)
  assert.deepEqual(await rpc('eth_getTransactionReceipt', receipt.transactionHash), receipt)
  assert.deepEqual(await rpc('eth_getTransactionByHash', receipt.transactionHash), tx)
  assert.equal(tx.type, '0x7e')
  assert.equal(tx.mint, '0x5')
  assert.equal(tx.isSystemTx, false)
  assert.equal(tx.gasPrice, '0x0')
  assert.equal(tx.depositReceiptVersion, '0x1')
  assert.equal(receipt.depositNonce, tx.nonce)
  assert.equal(receipt.depositReceiptVersion, '0x1')
  assert.equal(receipt.l1Fee, '0x0')
  assert.equal(receipt.l1FeeScalar, '0')
  // op-node: its hash is that of 0x7e || rlp([sourceHash, from, to, mint, value, gas, isSystemTx, data]).
  const minimal = (v) => (BigInt(v) === 0n ? '0x' : hex(BigInt(v), { size: Math.ceil((v.length - 2) / 2) }))
  const encoded = toRlp([tx.sourceHash, tx.from, tx.to, minimal(tx.mint), minimal(tx.value), minimal(tx.gas), '0x', tx.input])
  assert.equal(keccak256(concatHex(['0x7e', encoded])), tx.hash)
})

it("refused transactions are refused in geth's words", async () => {
  const someone = fresh()
  await mined(await l2.sendTransaction({ account: rich, to: someone.address, value: parseEther('1') }))
  const chainId = gavel.config.l2.chainId
  const base = { type: 'eip1559', chainId, nonce: 0, to: rich.address, value: 1n, gas: 21_000n, ...fees }
  const send = async (change) => rpc('eth_sendRawTransaction', await someone.signTransaction({ ...base, ...change }))
  const first = await send({})
  await mined(first)
  await refuses(send({}), -32000, /^(nonce too low: next nonce 1, tx nonce 0|already known)$/)
  await refuses(send({ value: 2n }), -32000, 'nonce too low: next nonce 1, tx nonce 0')
  await refuses(send({ nonce: 1, gas: 20_000n }), -32000, 'intrinsic gas too low: gas 20000, minimum needed 21000')
  await refuses(
    send({ nonce: 1, value: parseEther('2') }),
    -32000,
    /^insufficient funds for gas \* price \+ value: balance \d+, tx cost \d+, overshot \d+$/,
  )
  await refuses(send({ nonce: 1, gas: 40_000_000n }), -32000, /exceeds block gas limit|transaction gas limit too high/)
  await refuses(send({ nonce: 1, chainId: 1 }), -32000, /^invalid (chain id|sender)/)
  await refuses(rpc('eth_sendRawTransaction', '0x05c0'), -32000, /transaction type not supported/)
  await refuses(rpc('eth_sendRawTransaction', '0xc0'), -32000, /^rlp|too few/)
  await refuses(rpc('eth_sendRawTransaction', '0xz'), -32602, /^invalid argument 0: /)
  await refuses(rpc('eth_sendRawTransaction'), -32602, 'missing value for required argument 0')
  await refuses(send({ nonce: 9000 }), -32000, /nonce|limit/)
})

it('what waits in the pool is found, counted, and replaced for 10% more', async () => {
  const someone = fresh()
  await mined(await l2.sendTransaction({ account: rich, to: someone.address, value: parseEther('1') }))
  const base = { type: 'eip1559', chainId: gavel.config.l2.chainId, to: rich.address, value: 1n, gas: 21_000n, ...fees }
  const send = async (change) => rpc('eth_sendRawTransaction', await someone.signTransaction({ ...base, ...change }))
  const waiting = await send({ nonce: 1 }) // behind a gap
  const tx = await rpc('eth_getTransactionByHash', waiting)
  assert.deepEqual([tx.blockHash, tx.blockNumber, tx.transactionIndex], [null, null, null])
  assert.equal(tx.gasPrice, hex(fees.maxFeePerGas))
  assert.equal(await rpc('eth_getTransactionReceipt', waiting), null)
  assert.equal(Number((await rpc('txpool_status')).queued), 1)
  await refuses(send({ nonce: 1 }), -32000, 'already known')
  await refuses(send({ nonce: 1, value: 2n }), -32000, 'replacement transaction underpriced')
  const replacing = await send({
    nonce: 1, value: 2n, maxFeePerGas: (fees.maxFeePerGas * 11n) / 10n,
    maxPriorityFeePerGas: (fees.maxPriorityFeePerGas * 11n) / 10n,
  })
  assert.equal(await rpc('eth_getTransactionByHash', waiting), null)
  assert.equal(await rpc('eth_getTransactionCount', someone.address, 'pending'), '0x0')
  await send({ nonce: 0 })
  await mined(replacing)
  assert.equal(await rpc('eth_getTransactionCount', someone.address, 'pending'), '0x2')
  assert.equal(await rpc('eth_getTransactionCount', someone.address, 'latest'), '0x2')
})

it('accounts are read at any block, by number, tag, hash and EIP-1898 object', async () => {
  const before = BigInt(created.blockNumber) - 1n
  assert.equal(await rpc('eth_getCode', deployed, hex(before)), '0x')
  assert.equal(await rpc('eth_getCode', deployed, 'latest'), probe.code)
  assert.equal(await rpc('eth_getCode', deployed, { blockHash: created.blockHash }), probe.code)
  assert.equal(await rpc('eth_getCode', deployed, { blockNumber: created.blockNumber, requireCanonical: true }), probe.code)
  assert.equal(await rpc('eth_getStorageAt', deployed, '0x0', 'latest'), pad('0x07', { size: 32 }))
  assert.equal(await rpc('eth_getStorageAt', deployed, zero32, hex(before)), zero32)
  assert.equal(await rpc('eth_getBalance', fresh().address), '0x0')
  await refuses(rpc('eth_getBalance', deployed, '0xffffff'), -32000, 'header not found')
  await refuses(rpc('eth_getBalance', deployed, { blockHash: zero32 }), -32000, 'header for hash not found')
  await refuses(rpc('eth_getBalance', '0x12', 'latest'), -32602, 'invalid argument 0: hex string has length 2, want 40 for address')
  await refuses(rpc('eth_getBalance'), -32602, 'missing value for required argument 0')
  await refuses(rpc('eth_nothing'), -32601, 'the method eth_nothing does not exist/is not available')
})

it('proofs hold under the state root, of what is there and of what is not', async () => {
  await mined(await l2.writeContract({ account: rich, address: deployed, abi: probe.abi, functionName: 'set', args: [1n, 42n] }))
  const slot = keccak256(concatHex([pad('0x1', { size: 32 }), pad('0x1', { size: 32 })]))
  const { stateRoot, number } = await rpc('eth_getBlockByNumber', 'latest', false)
  const proof = await rpc('eth_getProof', deployed, [slot, '0x5'], number)
  assert.deepEqual(keys(proof), ['accountProof', 'address', 'balance', 'codeHash', 'nonce', 'storageHash', 'storageProof'])
  const trie = await createMPT({ useKeyHashing: false })
  const check = async (root, key, nodes) =>
    verifyMPTWithMerkleProof(trie, hexToBytes(root), hexToBytes(keccak256(key)), nodes.map((n) => hexToBytes(n)))
  const account = await check(stateRoot, deployed, proof.accountProof)
  const minimal = (v) => (BigInt(v) === 0n ? '0x' : hex(BigInt(v), { size: Math.ceil((v.length - 2) / 2) }))
  assert.equal(
    `0x${Buffer.from(account).toString('hex')}`,
    toRlp([minimal(proof.nonce), minimal(proof.balance), proof.storageHash, proof.codeHash]),
  )
  assert.equal(proof.codeHash, keccak256(probe.code))
  assert.deepEqual(proof.storageProof.map((p) => [p.key, p.value]), [[slot, '0x2a'], ['0x5', '0x0']])
  assert.deepEqual([...(await check(proof.storageHash, slot, proof.storageProof[0].proof))], [42])
  assert.equal(await check(proof.storageHash, pad('0x5', { size: 32 }), proof.storageProof[1].proof), null)

  const nobody = fresh().address
  const absent = await rpc('eth_getProof', nobody, [zero32], number)
  assert.equal(await check(stateRoot, nobody, absent.accountProof), null)
  assert.deepEqual([absent.balance, absent.nonce, absent.storageProof[0].value], ['0x0', '0x0', '0x0'])
  await refuses(rpc('eth_getProof', deployed, ['0xzz'], 'latest'), -32602, /storage key/)
})

it('calls run on the block that is asked for, and failures are told apart', async () => {
  const call = (data, change, ...more) => rpc('eth_call', { to: deployed, data, ...change }, 'latest', ...more)
  assert.equal(BigInt(await call(encode('number'))), 7n)
  assert.equal(await rpc('eth_call', { to: deployed, input: encode('number') }, hex(BigInt(created.blockNumber) - 1n)), '0x')
  await refuses(call(encode('fail', 'too bad')), 3, 'execution reverted: too bad', errorData('too bad'))
  await refuses(call(encode('failMine', 5n)), 3, 'execution reverted', concatHex([keccak256(stringToHex('Mine(uint256)')).slice(0, 10), pad('0x5', { size: 32 })]))
  await refuses(call(encode('failBare')), 3, 'execution reverted', '0x')
  await refuses(call(encode('panic', 0n)), 3, 'execution reverted: division or modulo by zero')
  await refuses(call(encode('spin')), -32000, 'out of gas')
  await refuses(call(encode('bad')), -32000, 'invalid opcode: INVALID')
  await refuses(
    call('0x', { from: fresh().address, value: '0x5' }), -32000,
    /^err: insufficient funds for gas \* price \+ value: address 0x[0-9a-f]{40} have 0 want 5 \(supplied gas \d+\)$/,
  )
  await refuses(call('0x', { gas: '0x5208', gasPrice: '0x1' }), -32000, /max fee per gas less than block base fee/)
  await refuses(call('0x', { gas: '0x100' }), -32000, /intrinsic gas too low: have 256, want 21000/)
  await refuses(call('0x', { gasPrice: '0x1', maxFeePerGas: '0x1' }), -32602, /both gasPrice and/)
  await refuses(call('0x01', { input: '0x02' }), -32602, /both "data" and "input" are set and not equal/)
  await refuses(rpc('eth_call', { to: deployed }, '0xffffff'), -32000, 'header not found')
})

const errorData = (text) =>
  concatHex(['0x08c379a0', pad('0x20', { size: 32 }), hex(text.length, { size: 32 }), pad(stringToHex(text), { size: 32, dir: 'right' })])

it('calls take overrides of state and block as in geth', async () => {
  const other = fresh().address
  const call = (change, state, block) => rpc('eth_call', { to: deployed, ...change }, 'latest', state, block)
  const slot0 = zero32
  const five = pad('0x5', { size: 32 })
  assert.equal(BigInt(await call({ data: encode('number') }, { [deployed]: { stateDiff: { [slot0]: five } } })), 5n)
  assert.equal(BigInt(await call({ data: encode('number') }, { [deployed]: { state: {} } })), 0n)
  const slot = keccak256(concatHex([pad('0x1', { size: 32 }), pad('0x1', { size: 32 })]))
  assert.equal(BigInt(await call({ data: encode('values', 1n) }, { [deployed]: { stateDiff: { [slot0]: five } } })), 42n)
  assert.equal(BigInt(await call({ data: encode('values', 1n) }, { [deployed]: { state: { [slot0]: five } } })), 0n)
  assert.equal(BigInt(await call({ data: encode('values', 1n) }, { [deployed]: { state: { [slot]: five } } })), 5n)
  assert.equal(BigInt(await call({ to: other, data: encode('number') }, { [other]: { code: probe.code, stateDiff: { [slot0]: five } } })), 5n)
  // Money that the sender does not have: BALANCE of the caller, as a program.
  assert.equal(BigInt(await call({ to: other, from: other, value: '0x5' }, { [other]: { balance: '0x9', code: '0x303160005260206000f3' } })), 9n)
  // The address of a creation tells the nonce that it met.
  const seen = await rpc('eth_call', { from: other, data: '0x3060005260206000f3' }, 'latest', { [other]: { nonce: '0x7' } })
  assert.equal(`0x${seen.slice(26)}`, getContractAddress({ from: other, nonce: 7n }).toLowerCase())
  const context = await call({ data: encode('context') }, {}, { number: '0x10', time: '0x20', baseFeePerGas: '0x30', feeRecipient: other })
  const words = context.slice(2).match(/.{64}/g).map((w) => BigInt(`0x${w}`))
  // No price is given: gas is free, and so is the base fee (geth: NoBaseFee).
  assert.deepEqual(words, [16n, 32n, 0n, BigInt(other), 0n])
  await refuses(call({}, { [other]: { state: {}, stateDiff: {} } }), -32602, /both 'state' and 'stateDiff'/)
  await refuses(call({}, { [other]: { balance: 5 } }), -32602, /^invalid argument 2: /)
})

it('an estimate is enough, hardly too much, and says what stands against it', async () => {
  const estimate = async (request, ...more) => BigInt(await rpc('eth_estimateGas', { from: rich.address, ...request }, ...more))
  assert.equal(await estimate({ to: fresh().address, value: '0x1' }), 21_000n)
  // EIP-7623: the floor of a transfer with 100 bytes of data that nobody runs. As geth, up to 1.5% above the least.
  const floor = await estimate({ to: fresh().address, data: `0x${'ff'.repeat(100)}` })
  assert.ok(floor >= 25_000n && floor < 25_380n, `${floor}`)
  for (const data of [encode('set', 5n, 6n), encode('deep', 12n)]) {
    const gas = await estimate({ to: deployed, data })
    const receipt = await mined(await l2.sendTransaction({ account: rich, to: deployed, data, gas, ...fees }))
    assert.equal(receipt.status, '0x1')
    assert.ok(Number(gas) < Number(receipt.gasUsed) * 1.5, `${gas} for ${receipt.gasUsed}`)
  }
  const gas = await estimate({ data: probe.bytecode })
  assert.equal((await mined(await l2.sendTransaction({ account: rich, data: probe.bytecode, gas, ...fees }))).status, '0x1')
  await refuses(estimate({ to: deployed, data: encode('fail', 'no') }), 3, 'execution reverted: no', errorData('no'))
  await refuses(estimate({ to: deployed, data: encode('spin'), gas: '0x30000' }), -32000, `gas required exceeds allowance (${0x30000})`)
  await refuses(estimate({ to: deployed, data: encode('set', 1n, 1n), gas: '0x5300' }), -32000, `gas required exceeds allowance (${0x5300})`)
  await refuses(estimate({ to: deployed, data: encode('bad') }), -32000, 'invalid opcode: INVALID')
  const poor = fresh().address
  await refuses(estimate({ from: poor, to: rich.address, value: '0x5' }), -32000, /insufficient funds/)
  await refuses(estimate({ from: poor, to: deployed, data: encode('set', 1n, 1n), maxFeePerGas: hex(parseGwei('9')) }), -32000, 'gas required exceeds allowance (0)')
  assert.equal(await estimate({ from: poor, to: rich.address, value: '0x5' }, 'latest', { [poor]: { balance: '0xffffff' } }), 21_000n)
})

it('an access list has what a call touches', async () => {
  const data = encode('set', 77n, 1n)
  const made = await rpc('eth_createAccessList', { from: rich.address, to: deployed, data }, 'latest')
  const slot = keccak256(concatHex([pad(hex(77), { size: 32 }), pad('0x1', { size: 32 })]))
  assert.deepEqual(made.accessList, [{ address: deployed, storageKeys: [slot] }])
  const receipt = await mined(await l2.sendTransaction({ account: rich, to: deployed, data, accessList: made.accessList, gas: 200_000n, ...fees }))
  assert.equal(receipt.gasUsed, made.gasUsed)
  const failed = await rpc('eth_createAccessList', { to: deployed, data: encode('failBare') }, 'latest')
  assert.equal(failed.error, 'execution reverted')
})

it('fees: a price that gets in, and the history behind it', async () => {
  const head = await rpc('eth_getBlockByNumber', 'latest', false)
  const tip = BigInt(await rpc('eth_maxPriorityFeePerGas'))
  assert.equal(tip, 1_000_000n)
  const history = await rpc('eth_feeHistory', '0x4', head.number, [0, 50, 100])
  assert.deepEqual(keys(history), ['baseFeePerBlobGas', 'baseFeePerGas', 'blobGasUsedRatio', 'gasUsedRatio', 'oldestBlock', 'reward'])
  assert.equal(history.baseFeePerGas.length, 5)
  assert.equal(history.baseFeePerGas[3], head.baseFeePerGas)
  assert.equal(history.gasUsedRatio[3], Number(head.gasUsed) / Number(head.gasLimit))
  assert.deepEqual(history.reward.map((r) => r.length), [3, 3, 3, 3])
  assert.equal(BigInt(history.oldestBlock), BigInt(head.number) - 3n)
  const price = BigInt(await rpc('eth_gasPrice'))
  assert.ok(price > tip)
  const { effectiveGasPrice } = await mined(await l2.sendTransaction({ account: rich, to: fresh().address, value: 1n, gas: 21_000n, type: 'legacy', gasPrice: price }))
  assert.equal(BigInt(effectiveGasPrice), price)
  assert.equal(await rpc('eth_blobBaseFee'), '0x1')
  await refuses(rpc('eth_feeHistory', '0x4', 'latest', [50, 20]), -32602, /invalid reward percentile/)
  await refuses(rpc('eth_feeHistory', '0x4', 'latest', [101]), -32602, /invalid reward percentile: 101/)
  await refuses(rpc('eth_feeHistory', '0x4', '0xffffff', []), -32000, /request beyond head block: requested 16777215, head \d+$/)
  // math.HexOrDecimal64 of geth's common/math, and FeeHistory() of eth/gasprice where no block is asked for.
  for (const four of [4, '4', '04', '0x04', '0X4']) {
    assert.deepEqual(await rpc('eth_feeHistory', four, head.number, [0, 50, 100]), history)
  }
  for (const none of [0, '0', '0x0', '']) {
    assert.deepEqual(await rpc('eth_feeHistory', none, 'latest', []), { oldestBlock: '0x0', gasUsedRatio: null })
  }
  for (const wrong of ['0x', 'ten', '4f', '0xg', -1, 1.5, '18446744073709551616', true, [4]]) {
    await refuses(rpc('eth_feeHistory', wrong, 'latest', []), -32602, /^invalid argument 0: invalid hex or decimal integer ".+"$/)
  }
  await refuses(rpc('eth_feeHistory', null, 'latest', []), -32602, 'missing value for required argument 0')
  await refuses(rpc('eth_feeHistory', '0x1', { blockHash: head.hash }, []), -32602, /^invalid argument 1: /)
})

it('logs are found by address, topics, range and block', async () => {
  const address = deployed
  const set = toEventSelector('Set(address,uint256,uint256)')
  const other = toEventSelector('Other(uint256)')
  const receipt = await mined(await l2.writeContract({ account: rich, address, abi: probe.abi, functionName: 'both', args: [9n] }))
  assert.deepEqual(keys(receipt.logs[0]), [
    'address', 'blockHash', 'blockNumber', 'blockTimestamp', 'data', 'logIndex', 'removed', 'topics', 'transactionHash', 'transactionIndex',
  ])
  const logs = (filter) => rpc('eth_getLogs', filter)
  const at = { fromBlock: receipt.blockNumber, toBlock: receipt.blockNumber }
  assert.deepEqual(await logs({ address, ...at }), receipt.logs)
  assert.deepEqual(await logs({ blockHash: receipt.blockHash }), receipt.logs)
  assert.deepEqual(await logs({ ...at, topics: [other] }), [receipt.logs[0]])
  assert.deepEqual(await logs({ ...at, topics: [[other, set]] }), receipt.logs)
  assert.deepEqual(await logs({ ...at, topics: [set, null, pad('0x9', { size: 32 })] }), [receipt.logs[1]])
  assert.deepEqual(await logs({ ...at, topics: [null, pad(rich.address.toLowerCase(), { size: 32 })] }), [receipt.logs[1]])
  assert.deepEqual(await logs({ ...at, address: [fresh().address] }), [])
  const all = await logs({ address, fromBlock: 'earliest', toBlock: 'latest' })
  assert.deepEqual(all, await logs({ fromBlock: '0x0', topics: [[set, other]] }))
  assert.ok(all.length >= 5)
  // geth's eth/filters, and the tests of eth_getLogs in execution-apis (filter-error-*).
  const reversed = [-32602, 'invalid block range params']
  const future = [-32602, 'block range extends beyond current head block']
  const unsupported = [-32602, 'pending logs are not supported']
  await refuses(logs({ address, fromBlock: '0xfffff' }), ...reversed)
  await refuses(logs({ fromBlock: '0xfffff', toBlock: 'latest' }), ...reversed)
  await refuses(logs({ fromBlock: 'latest', toBlock: 'earliest' }), ...reversed)
  await refuses(logs({ fromBlock: 'latest', toBlock: '0x1' }), ...reversed)
  await refuses(logs({ fromBlock: '0x1', toBlock: '0xfffff' }), ...future)
  await refuses(logs({ fromBlock: '0xffff0', toBlock: '0xfffff' }), ...future)
  await refuses(logs({ toBlock: '0xfffff' }), ...future)
  await refuses(logs({ fromBlock: 'pending' }), ...unsupported)
  await refuses(logs({ fromBlock: '0x1', toBlock: 'pending' }), ...unsupported)
  await refuses(rpc('eth_newFilter', { fromBlock: 'pending', toBlock: 'pending' }), ...unsupported)
  await refuses(rpc('eth_newFilter', { fromBlock: '0x5', toBlock: '0x4' }), ...reversed)
  await refuses(rpc('eth_getFilterLogs', await rpc('eth_newFilter', { toBlock: '0xfffff' })), ...future)
  await refuses(logs({ fromBlock: { blockHash: receipt.blockHash } }), -32602, /in field fromBlock$/)
  await refuses(logs({ blockHash: zero32 }), -32000, 'unknown block')
  await refuses(logs({ blockHash: zero32, fromBlock: '0x0' }), -32602, /cannot specify both BlockHash and FromBlock/)
  await refuses(logs({ fromBlock: '0x5', toBlock: '0x4' }), -32602, 'invalid block range params')
  await refuses(logs({ topics: Array(5).fill(null) }), -32602, /exceed max topics/)
  await refuses(logs({ address: 'x' }), -32602, /invalid address/)
})

it('filters tell each poller what is new, once', async () => {
  const filter = await rpc('eth_newFilter', { address: deployed, topics: [toEventSelector('Other(uint256)')] })
  const blocks = await rpc('eth_newBlockFilter')
  const pending = await rpc('eth_newPendingTransactionFilter')
  assert.deepEqual(await rpc('eth_getFilterChanges', filter), [])
  const receipt = await mined(await l2.writeContract({ account: rich, address: deployed, abi: probe.abi, functionName: 'both', args: [3n] }))
  assert.deepEqual(await rpc('eth_getFilterChanges', filter), [receipt.logs[0]])
  assert.deepEqual(await rpc('eth_getFilterChanges', filter), [])
  assert.ok((await rpc('eth_getFilterChanges', blocks)).includes(receipt.blockHash))
  assert.deepEqual(await rpc('eth_getFilterChanges', pending), [receipt.transactionHash])
  assert.deepEqual(await rpc('eth_getFilterLogs', await rpc('eth_newFilter', { fromBlock: receipt.blockNumber, address: deployed })), receipt.logs)
  assert.equal(await rpc('eth_uninstallFilter', filter), true)
  assert.equal(await rpc('eth_uninstallFilter', filter), false)
  await refuses(rpc('eth_getFilterChanges', filter), -32000, 'filter not found')
})

it('ethers reads contracts and watches events', async () => {
  const provider = new JsonRpcProvider(gavel.sequencer.url, undefined, { pollingInterval: 50, cacheTimeout: -1 })
  try {
    const contract = new Contract(deployed, probe.abi, provider)
    assert.equal(await contract.number(), 7n)
    await assert.rejects(contract.fail('ethers'), (e) => e.code === 'CALL_EXCEPTION' && e.reason === 'ethers')
    await assert.rejects(contract.failMine(9n), (e) => e.revert?.name === 'Mine' && e.revert.args[0] === 9n)
    const seen = new Promise((resolve) => contract.once('Other', resolve))
    await new Promise((resolve) => setTimeout(resolve, 200)) // its filter is installed without a word
    await mined(await l2.writeContract({ account: rich, address: deployed, abi: probe.abi, functionName: 'both', args: [11n] }))
    assert.equal(await seen, 11n)
    const { maxFeePerGas } = await provider.getFeeData()
    assert.ok(maxFeePerGas > 0n)
  } finally {
    provider.destroy()
  }
})

it('the rollup speaks of itself as op-node does', async () => {
  const last = BigInt(await rpc('eth_blockNumber'))
  await waitFor('a safe block', async () => BigInt((await rpc('optimism_syncStatus')).safe_l2.number) >= last)
  const output = await rpc('optimism_outputAtBlock', hex(last))
  const block = await rpc('eth_getBlockByNumber', hex(last), false)
  assert.deepEqual(keys(output), ['blockRef', 'outputRoot', 'stateRoot', 'syncStatus', 'version', 'withdrawalStorageRoot'])
  assert.equal(output.outputRoot, keccak256(concatHex([zero32, block.stateRoot, output.withdrawalStorageRoot, block.hash])))
  const passer = await rpc('eth_getProof', '0x4200000000000000000000000000000000000016', [], hex(last))
  assert.equal(output.withdrawalStorageRoot, passer.storageHash)
  assert.deepEqual(keys(output.blockRef), ['hash', 'l1origin', 'number', 'parentHash', 'sequenceNumber', 'timestamp'])
  assert.equal(output.blockRef.number, Number(last))
  const origin = await gavel.l1.getBlock({ blockNumber: BigInt(output.blockRef.l1origin.number) })
  assert.equal(origin.hash, output.blockRef.l1origin.hash)
  await refuses(rpc('optimism_outputAtBlock', '0xffffff'), -32000, /not found/)
  assert.equal(await rpc('gavel_batch', '0xffffff'), null)
})

it('GET tells people and monitors how it is', async () => {
  const status = await (await fetch(gavel.sequencer.url)).json()
  assert.equal(status.chainId, gavel.config.l2.chainId)
  assert.ok(status.heads.latest >= status.heads.safe)
  assert.ok(status.l1.reachable && status.l1.head > 0)
  const health = await fetch(`${gavel.sequencer.url}/health`)
  assert.deepEqual([health.status, (await health.json()).healthy], [200, true])
  assert.equal((await fetch(`${gavel.sequencer.url}/nothing`)).status, 404)
})
