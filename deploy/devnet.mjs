// make devnet: Layer 1, sequencer and verifier, up until Ctrl-C, and what a wallet wants to know.
import { bytesToHex } from 'viem'
import { freePort, startGavel } from '../tests/e2e/lib/gavel.mjs'
import { bold, dim, fact, heading, say, table } from './terminal.mjs'

const keyOf = (account) => bytesToHex(account.getHdKey().privateKey)

const gavel = await startGavel({
  l1: { blockTime: Number(process.env.L1_BLOCK_TIME ?? 2), port: await freePort(8545) },
  chainId: Number(process.env.CHAIN_ID ?? 845300),
  ports: { sequencer: await freePort(9545), verifier: await freePort(9546) },
  sequencer: { 'block-time': 250, 'batch-age': 10 },
  verifier: true,
})
const { l1, l2 } = gavel.config

heading('For a wallet')
fact('network name', 'Gavel devnet')
fact('RPC address', gavel.sequencer.url)
fact('chain id', l2.chainId)
fact('currency', 'ETH')

heading('Accounts with 10,000 ETH each, on both layers. Everybody knows these keys: for devnets only')
table(['address', 'private key'], gavel.users.map((user) => [user.address, keyOf(user)]))

heading('Behind it')
fact('Layer 1', `${gavel.anvil.url}, chain ${l1.chainId}`)
fact('Portal', `${l1.portal}  ${dim('ETH sent here arrives on L2')}`)
fact('Inbox', l1.inbox)
fact('verifier', gavel.verifier.url)
fact('rollup.json', gavel.configFile)
fact('logs', `${gavel.sequencer.logFile} ${gavel.verifier.logFile}`)
say(`\n${bold('It runs until Ctrl-C')}, and nothing of it stays.`)

for (const program of [gavel.sequencer, gavel.verifier]) program.process.onExit(() => process.exit(1))
setInterval(() => {}, 2 ** 30)
