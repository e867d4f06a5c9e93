// The demo's liar. He does not run the proof program: of machine states he makes noise up behind those that the challenger
// has shown him.
//
//   await lieAgain(game, account, { wrong, rootAt, answered, choose })
//
// attacks every claim against one of `account`'s, once: those of output roots where the game's block is, those of machine
// states where `choose` says. Of a block before the game's `rootAt` says what is right, from it on it's `wrong`.
// `answered` is a Set of what was.
import { k, randomRoot } from '../tests/e2e/lib/dispute.mjs'

// The state at which the game's block is, in a claim of output roots.
function indexOfBlock({ block }, { first, spacing }) {
  return Math.ceil((block - first) / spacing)
}

async function lie(game, target, index, { wrong, rootAt }) {
  const rules = await game.rules()
  const place = game.placeBelow(target, index)
  const first = place.depth === rules.outputLevels + 1 ? await game.read('absolutePrestate') : target.list[index - 1]
  if (place.trace) return [first, ...Array.from({ length: k }, () => `0x03${randomRoot().slice(4)}`)]
  const last = indexOfBlock(rules, place)
  const before = (j) => (j > 0 ? rootAt(place.first + j * place.spacing) : first)
  return Promise.all(Array.from({ length: k + 1 }, (_, j) => (j < last ? before(j) : wrong)))
}

export async function lieAgain(game, account, { answered, choose, ...options }) {
  const rules = await game.rules()
  const { claims, byHash } = await game.board()
  for (const target of claims) {
    const { claim, claimant, hash, parent, place } = target
    const isAgainst = claimant !== account.address && byHash.get(parent)?.claimant === account.address
    if (!isAgainst || answered.has(hash) || claim.depth === rules.bottom) continue
    answered.add(hash)
    const index = place.trace ? choose(claim) : indexOfBlock(rules, place)
    await game.attack(account, target, index, await lie(game, target, index, options))
  }
}
