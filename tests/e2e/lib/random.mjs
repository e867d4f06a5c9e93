// Random numbers that a seed repeats: randomOf(seed)(n) gives whole numbers from 0 to n - 1 (xorshift32).
export function randomOf(seed) {
  let state = (seed ^ 0x9e3779b9) >>> 0 || 1
  return (n) => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    state >>>= 0
    return state % n
  }
}
