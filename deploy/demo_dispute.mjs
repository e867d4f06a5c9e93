// The demo's end: somebody claims a false output root with a bond, and defends it; the challenger plays until one
// instruction is left, and Layer 1 executes that one.
import { performance } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { formatEther } from 'viem'
import { costs, createGame, randomRoot } from '../tests/e2e/lib/dispute.mjs'
import { waitFor } from '../tests/e2e/lib/gavel.mjs'
import { lieAgain } from './demo_liar.mjs'
import { check, dim, fact, grouped, heading, say } from './terminal.mjs'

const patience = 180_000 // milliseconds, for one step of the path
const short = (hash) => `${hash.slice(0, 14)}..${hash.slice(-6)}`

// What a claim is about, in words. `claims` are all so far.
function aboutOf(claim, byHash, levels) {
  const { depth, index, start, parent } = claim.claim
  if (depth === 0) return 'the claim itself'
  if (depth <= levels.output) return `state ${index} is wrong; output roots from block ${start}, every ${32 ** (levels.output - depth)}`
  const above = byHash.get(parent)
  const spacing = (d) => 32n ** BigInt(levels.output + levels.trace - d)
  claim.step = depth === levels.output + 1 ? 0n : above.step + BigInt(index - 1) * spacing(depth - 1)
  return `state ${index} is wrong; block ${start}, machine states from step ${grouped(claim.step)}, every ${grouped(spacing(depth))}`
}

// Prints claims that were not printed yet.
class Narrator {
  constructor(game, names, levels) {
    Object.assign(this, { game, names, levels, seen: new Map(), since: performance.now() })
  }

  line(who, what, gas) {
    const at = ((performance.now() - this.since) / 1000).toFixed(1).padStart(5)
    say(`  ${dim(`${at} s`)}  ${who.padEnd(10)}  ${what}${gas === undefined ? '' : dim(`  ${grouped(gas)} gas`)}`)
  }

  async gasOf(hash) {
    return (await this.game.gavel.l1.getTransactionReceipt({ hash })).gasUsed
  }

  async tell() {
    for (const claim of await this.game.claims()) {
      if (this.seen.has(claim.hash)) continue
      this.seen.set(claim.hash, claim)
      const what = aboutOf(claim, this.seen, this.levels)
      this.line(this.names[claim.claimant.toLowerCase()], what, await this.gasOf(claim.log.transactionHash))
    }
  }
}

async function play(game, liar, narrator, rootAt) {
  const answered = new Set()
  const options = { wrong: game.root, rootAt, answered, choose: ({ depth }) => (depth < 6 ? 1 : 1 + Math.floor(Math.random() * 32)) }
  const [fallen] = await waitFor(
    'the step that decides',
    async () => {
      await lieAgain(game, liar, options)
      await narrator.tell()
      const fell = await game.events('ClaimFell')
      return fell.length > 0 && fell
    },
    { timeout: patience, every: 200 },
  )
  const { step } = narrator.seen.get(fallen.claimHash)
  const gas = await narrator.gasOf(fallen.log.transactionHash)
  narrator.line('L1', `executes step ${grouped(step + fallen.index - 1n)}: it leads to ${short(fallen.rightState)}, not to what was claimed`, gas)
}

async function resolve(gavel, game, narrator) {
  const clock = Number(await game.read('maxClockDuration'))
  say(dim(`         the clocks (${clock} s on each side) would run out now: Layer 1's is put forward`))
  await gavel.l1.increaseTime({ seconds: 4 * clock })
  const status = await waitFor('the verdict', async () => game.status(), { timeout: patience })
  narrator.line('L1', status === 1 ? 'the verdict: the claim is wrong' : 'THE VERDICT: THE CLAIM STANDS')
  await waitFor('the bonds', async () => (await game.events('CreditClaimed')).length > 0, { timeout: patience })
  return status
}

export async function dispute(gavel, last) {
  heading(`7. Somebody claims a false output root for block ${last}, and Layer 1 finds out`)
  const [liar] = gavel.users
  const { challenger } = gavel
  const balances = () => Promise.all([liar, challenger].map(({ address }) => gavel.l1.getBalance({ address })))
  const [liarBefore, challengerBefore] = await balances()
  const since = performance.now()
  const game = await createGame(gavel, { account: liar, root: randomRoot(), block: last })
  const [output, trace] = (await Promise.all(['outputLevels', 'traceLevels'].map((name) => game.read(name)))).map(Number)
  const rootAt = async (block) => {
    const { outputRoot } = await gavel.sequencer.rpc('optimism_outputAtBlock', `0x${block.toString(16)}`)
    return outputRoot
  }
  fact('claimed', `${short(game.root)}, with a bond of ${formatEther(await game.read('rootBond'))} ETH; right is ${short(await rootAt(last))}`)
  fact('game', game.address)
  const names = { [liar.address.toLowerCase()]: 'liar', [challenger.address.toLowerCase()]: 'challenger' }
  const narrator = new Narrator(game, names, { output, trace })
  await play(game, liar, narrator, rootAt)
  const status = await resolve(gavel, game, narrator)
  const seconds = ((performance.now() - since) / 1000).toFixed(1)

  await sleep(1000) // the last transaction's receipt
  const [liarAfter, challengerAfter] = await balances()
  const spent = await costs(game)
  const gas = Object.values(spent).reduce((sum, side) => sum + side.gas, 0n)
  const lost = liarBefore - liarAfter
  const verdict = (await gavel.verifier.rpc('gavel_game', game.address)).verdict
  check(status === 1 && verdict === 'disagree', 'the false claim is rejected')
  check(challengerAfter > challengerBefore, `the challenger has its bonds back, and ${Number(formatEther(challengerAfter - challengerBefore)).toFixed(3)} ETH of the liar's`)
  const moves = narrator.seen.size + 1
  say(`\n  ${moves} moves, ${seconds} s, ${grouped(gas)} L1 gas on both sides; the liar lost ${Number(formatEther(lost)).toFixed(3)} ETH`)
}
