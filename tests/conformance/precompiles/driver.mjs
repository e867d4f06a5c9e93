// Runs gavel-precompile, and draws reproducible random inputs.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { spawnSync } from 'node:child_process';

const program = process.env.GAVEL_PRECOMPILE ?? 'build/gavel-precompile';
export const inputs = Number(process.env.PRECOMPILE_INPUTS ?? 200);
const seed = process.env.PRECOMPILE_SEED ?? 'gavel';

// [[id, hex], ...] -> ["ok ..." or "fail", ...]
export function run(calls) {
	const input = calls.map(([id, hex]) => `${id.toString(16)} ${hex}\n`).join('');
	const done = spawnSync(program, [], { input, encoding: 'utf8', maxBuffer: 1 << 30 });
	assert.equal(done.error, undefined);
	assert.equal(done.status, 0, done.stderr);
	const answers = done.stdout.split('\n').slice(0, -1);
	assert.equal(answers.length, calls.length);
	return answers;
}

export const FAIL = 'fail';
export const ok = (hex) => `ok ${hex}`;

// Checks [{ name, id, input, want }, ...].
export function check(cases) {
	const answers = run(cases.map((c) => [c.id, c.input]));
	cases.forEach((c, i) => assert.equal(answers[i], c.want, `${c.name}: ${c.id} ${c.input}`));
}

let drawn = 0;

// `count` random bytes, the same in every run of a seed.
export function bytes(count) {
	const parts = [];
	for (let have = 0; have < count; have += 32)
		parts.push(createHash('sha256').update(`${seed} ${drawn++}`).digest());
	return Buffer.concat(parts).subarray(0, count);
}

export const hex = (data) => Buffer.from(data).toString('hex');
export const word = (n) => n.toString(16).padStart(64, '0');
export const number = (count) => BigInt(`0x00${hex(bytes(count))}`);
export const below = (n) => number(48) % n;
export const pick = (list) => list[Number(below(BigInt(list.length)))];
export const times = (count, make) => Array.from({ length: Math.max(1, Math.ceil(count)) }, (_, i) => make(i));

// Changes one hex digit of what is there.
export function damaged(text, at) {
	return text.slice(0, at) + (text[at] === '0' ? '1' : '0') + text.slice(at + 1);
}
