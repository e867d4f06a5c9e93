// How the demo and the devnet talk to people: headings, facts, tables, ticks.
const colours = process.stdout.isTTY && !process.env.NO_COLOR
const paint = (code) => (text) => (colours ? `\x1b[${code}m${text}\x1b[0m` : String(text))
export const bold = paint(1)
export const dim = paint(2)
export const green = paint(32)
export const red = paint(31)

export const say = (text = '') => console.log(text)
export const heading = (text) => say(`\n${bold(text)}`)
export const fact = (name, value) => say(`  ${dim(name.padEnd(16))} ${value}`)

// One line that is written over and over; nothing where output is kept.
export function progress(text) {
  if (process.stdout.isTTY) process.stdout.write(`\r\x1b[2K  ${dim(text)}\r`)
}

// rows: arrays of texts; columns of numbers go to the right.
export function table(head, rows) {
  const lines = [head, ...rows]
  const widths = head.map((_, i) => Math.max(...lines.map((line) => line[i].length)))
  const isNumeric = head.map((_, i) => rows.every((row) => /^[\d,.]+$/.test(row[i])))
  const text = (line) =>
    line.map((cell, i) => (isNumeric[i] ? cell.padStart(widths[i]) : cell.padEnd(widths[i]))).join('  ')
  say(dim(`  ${text(head)}`))
  for (const row of rows) say(`  ${text(row)}`)
}

export const grouped = (number) => Number(number).toLocaleString('en-US')

let failures = 0
export function check(good, what) {
  if (!good) failures++
  say(`  ${good ? green('ok') : red('WRONG')}  ${what}`)
}
export const failed = () => failures > 0
