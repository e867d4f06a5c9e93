// The kinds of false claims, each as good as it can be: its root is what follows if one thing were so, and every state
// up to the parting is right.
//
//   const lies = await makeLies({ driver, chain, rightRoots, random })
//   each: { name, block, root, lie, end, partings: [{ kind, precompile, step }] }
//     block, root   what is claimed
//     lie, end      for lyingWorld()
//     partings      steps of the trace in dispute, and what kind of instruction each is
import { absent, randomRoot } from './dispute.mjs'

// What is false, from block `from` on, as output roots; the block that is claimed is the last of them.
async function kinds({ driver, chain: { block, head, contract }, rightRoots }) {
  const behind = head - block + 1
  const from = (first, roots) => ({ first, roots })
  const follow = async (lie, count = behind, ...what) => from(block, await driver.roots(lie, block, count, ...what))
  return {
    'wrong state root': { ...(await follow('state-root')), parting: ['arithmetic', 'branch'] },
    'wrong block hash': { ...(await follow('block-hash')), parting: ['load'] },
    'right root, wrong number': { ...from(block, [rightRoots[block + 1]]), parting: ['keccak'] },
    'beyond the inbox': { ...from(head + 1, await driver.roots('none', head + 1, 3)), parting: ['local'] },
    'wrong storage slot': { ...(await follow('storage-slot', behind, contract, 2)), parting: ['preimage', 'store'] },
    'dropped deposit': { ...(await follow('dropped-deposit')), parting: ['entry'] },
    'skipped transaction': { ...(await follow('skipped-transaction', 1)), parting: ['precompile 5', 'precompile 1'] },
    // It has to claim some root, and cannot say that block `block` has it.
    'a block denied': {
      ...from(block, Array(behind).fill(absent)),
      root: randomRoot(),
      claimed: rightRoots[block],
      parting: ['halt', 'behind'],
    },
  }
}

// A step of that kind, anywhere in the trace.
async function findParting(driver, trace, length, random, kind) {
  const [name, precompile] = kind.split(' ')
  const from = name === 'behind' ? length : BigInt(random(Number(length)))
  const step = await driver.find(trace, from, name, ...(precompile ? [precompile] : []))
  return { kind: name, precompile: precompile && Number(precompile), step: Number(step) + (name === 'behind' ? random(1000) : 0) }
}

export async function makeLies({ driver, chain, rightRoots, random }) {
  const lies = []
  for (const [name, { first, roots, root, claimed, parting }] of Object.entries(await kinds({ driver, chain, rightRoots }))) {
    const trace = { block: first, claimed: claimed ?? roots[0], horizon: chain.horizon }
    const length = await driver.find(trace, 0, 'behind')
    const partings = []
    for (const kind of parting) partings.push(await findParting(driver, trace, length, random, kind))
    lies.push({
      name,
      block: first + roots.length - 1,
      root: root ?? roots.at(-1),
      lie: (block) => (block >= first ? roots[Math.min(block - first, roots.length - 1)] : undefined),
      end: claimed ? 1 : 0,
      partings,
    })
  }
  return lies
}
