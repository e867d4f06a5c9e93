// Precompiles 6, 7 and 8 (EIP-196, EIP-197) against noble-curves.
import { test } from 'node:test';
import { bn254 } from '@noble/curves/bn254.js';
import { FAIL, below, bytes, check, damaged, hex, inputs, number, ok, pick, times, word } from './driver.mjs';

const G1 = bn254.G1.Point;
const G2 = bn254.G2.Point;
const P = bn254.fields.Fp.ORDER;
const R = bn254.fields.Fr.ORDER;
const Fp2 = bn254.fields.Fp2;
const ONE = ok(word(1n));
const ZERO = ok(word(0n));

const g1 = (p) => (p.is0() ? '0'.repeat(128) : word(p.x) + word(p.y));
const g2 = (q) => (q.is0() ? '0'.repeat(256) : word(q.x.c1) + word(q.x.c0) + word(q.y.c1) + word(q.y.c0));
const negative = (text) => text.slice(0, 64) + word((P - BigInt(`0x${text.slice(64)}`)) % P);

// Multiples of the generators: one multiplication each, then used again.
const scalar = () => below(R - 1n) + 1n;
const multiplesOf = (base, count) => times(count, () => scalar()).map((k) => [k, base.multiply(k)]);
const g1s = [[0n, G1.ZERO], [1n, G1.BASE], ...multiplesOf(G1.BASE, 100)];
const g2s = [[0n, G2.ZERO], [1n, G2.BASE], ...multiplesOf(G2.BASE, 30)];

const add = (name, a, b, want) => ({ name, id: 6, input: a + b, want });
const mul = (name, p, k, want) => ({ name, id: 7, input: p + k, want });
const pairing = (name, pairs, want) => ({ name, id: 8, input: pairs.flat().join(''), want });

test('bn254 add is the curve\'s', () => {
	check(times(inputs, () => {
		const [[, a], [, b]] = [pick(g1s), pick(g1s)];
		return add('random', g1(a), g1(b), ok(g1(a.add(b))));
	}));
	const [, a] = pick(g1s.slice(2));
	check([
		add('double', g1(a), g1(a), ok(g1(a.double()))),
		add('opposite', g1(a), g1(a.negate()), ok('0'.repeat(128))),
		add('infinity twice', g1(G1.ZERO), g1(G1.ZERO), ok('0'.repeat(128))),
		add('nothing', '', '', ok('0'.repeat(128))),
		add('one point only', g1(a), '', ok(g1(a))),
		add('longer', g1(a) + g1(a), 'ffff', ok(g1(a.double()))),
		add('y cut after 31 bytes: its last byte is read as 0', g1(G1.BASE).slice(0, 126), '', FAIL),
	]);
});

test('bn254 mul is the curve\'s, for scalars of 256 bits', () => {
	check(times(inputs, () => {
		const [, a] = pick(g1s);
		const k = number(32);
		return mul('random', g1(a), word(k), ok(g1(k % R === 0n ? G1.ZERO : a.multiplyUnsafe(k % R))));
	}));
	const [, a] = pick(g1s.slice(2));
	check([
		mul('by 0', g1(a), word(0n), ok('0'.repeat(128))),
		mul('by 1', g1(a), word(1n), ok(g1(a))),
		mul('by r', g1(a), word(R), ok('0'.repeat(128))),
		mul('by r - 1', g1(a), word(R - 1n), ok(g1(a.negate()))),
		mul('by r + 1', g1(a), word(R + 1n), ok(g1(a))),
		mul('by 2^256 - 1', g1(a), 'f'.repeat(64), ok(g1(a.multiply(((1n << 256n) - 1n) % R)))),
		mul('infinity', g1(G1.ZERO), 'f'.repeat(64), ok('0'.repeat(128))),
		mul('nothing', '', '', ok('0'.repeat(128))),
		mul('no scalar', g1(a), '', ok('0'.repeat(128))),
		mul('scalar cut to its first byte', g1(a), '01', ok(g1(a.multiply((1n << 248n) % R)))),
	]);
});

test('bn254 refuses what is no point of the curve, or no field element', () => {
	const q = g2(G2.BASE);
	const bad = [word(1n) + word(1n), word(0n) + word(1n), word(P) + word(0n), word(0n) + word(P),
		word(P + 1n) + word(2n), word(1n) + word(P + 2n), 'f'.repeat(128),
		...times(inputs, () => hex(bytes(64))),
		...times(inputs, (i) => damaged(g1(pick(g1s.slice(1))[1]), i % 128))];
	check(bad.flatMap((p) => [
		add('first', p, g1(G1.BASE), FAIL), add('second', g1(G1.BASE), p, FAIL),
		mul('mul', p, word(0n), FAIL), pairing('pairing', [p, q], FAIL),
		pairing('with infinity', [p, g2(G2.ZERO)], FAIL),
	]));
	const g2Bad = [q.slice(64) + q.slice(0, 64), word(P) + q.slice(64), word(BigInt(`0x${q.slice(0, 64)}`) + P) + q.slice(64),
		'f'.repeat(256), '0'.repeat(255) + '1', ...times(inputs, (i) => damaged(q, i % 256))];
	check(g2Bad.flatMap((x) => [
		pairing('G2', [g1(G1.BASE), x], FAIL), pairing('G2 beside infinity', [g1(G1.ZERO), x], FAIL),
		pairing('G2 later', [g1(G1.BASE), q, g1(G1.BASE), x], FAIL),
	]));
});

// Points of the twist: x at random until x^3 + b' is a square.  The twist has
// about p times as many points as the subgroup: none of these is in it.
function onTwist() {
	for (;;) {
		const x = Fp2.create({ c0: below(P), c1: below(P) });
		const square = Fp2.add(Fp2.mul(Fp2.sqr(x), x), G2.CURVE().b);
		try {
			return G2.fromAffine({ x, y: Fp2.sqrt(square) });
		} catch {
			// not a square
		}
	}
}

// noble's own product wants scalars below r.
function multiply(q, k) {
	let sum = G2.ZERO;
	for (let power = q; k > 0n; k >>= 1n, power = power.double()) if (k & 1n) sum = sum.add(power);
	return sum;
}

test('bn254 pairing refuses points of the twist outside of the subgroup', () => {
	const cofactor = 2n * P - R;
	const points = times(inputs / 4, onTwist);
	check(points.flatMap((q) => [
		pairing('on the twist', [g1(G1.BASE), g2(q)], FAIL),
		pairing('on the twist, beside infinity', [g1(G1.ZERO), g2(q)], FAIL),
	]));
	// Cleared of the cofactor they are in it; times r they are in the rest, and
	// the cofactor's small factors give points of small order.
	check(points.slice(0, 5).flatMap((q) => {
		const inside = multiply(q, cofactor);
		const outside = [R, (R * cofactor) / 10069n, (R * cofactor) / 5864401n].map((k) => multiply(q, k));
		return [
			pairing('cleared', [g1(G1.BASE), g2(inside), g1(G1.BASE.negate()), g2(inside)], ONE),
			...outside.filter((x) => !x.is0()).map((x) => pairing('of small order', [g1(G1.BASE), g2(x)], FAIL)),
		];
	}));
});

test('bn254 pairing is bilinear', () => {
	const cases = times(inputs, (i) => {
		const [[a, p], [b, q]] = [pick(g1s), pick(g2s)];
		const holds = i % 2 === 0;
		const other = (a * b + (holds ? 0n : 1n)) % R;
		const product = other === 0n ? G1.ZERO : G1.BASE.multiply(other);
		return pairing('e(aP, bQ) e(-cP, Q)', [g1(p), g2(q), g1(product.negate()), g2(G2.BASE)], holds ? ONE : ZERO);
	});
	check(cases);
	check(times(inputs / 10, (i) => {
		// Sum of products over several pairs, closed by a last one.
		const terms = times(Number(below(6n)) + 1, () => [pick(g1s), pick(g2s)]);
		const sum = terms.reduce((s, [[a], [b]]) => s + a * b, BigInt(i % 2)) % R;
		const last = sum === 0n ? G1.ZERO : G1.BASE.multiply(sum).negate();
		const input = [...terms.map(([[, p], [, q]]) => [g1(p), g2(q)]), [g1(last), g2(G2.BASE)]];
		return pairing('sum', input.flat(), i % 2 === 0 ? ONE : ZERO);
	}));
});

test('bn254 pairing agrees with noble-curves', () => {
	check(times(inputs / 20, (i) => {
		const pairs = times(2, () => [pick(g1s.slice(1))[1], pick(g2s.slice(1))[1]]);
		if (i % 2 === 0) pairs[1] = [pairs[0][0].negate(), pairs[0][1]];
		const product = pairs.reduce(
			(value, [p, q]) => bn254.fields.Fp12.mul(value, bn254.pairing(p, q)), bn254.fields.Fp12.ONE);
		const isOne = bn254.fields.Fp12.eql(product, bn254.fields.Fp12.ONE);
		return pairing('noble', pairs.map(([p, q]) => g1(p) + g2(q)), isOne ? ONE : ZERO);
	}));
});

test('bn254 pairing: nothing, infinity, and wrong lengths', () => {
	const [p, q, o1, o2] = [g1(G1.BASE), g2(G2.BASE), g1(G1.ZERO), g2(G2.ZERO)];
	check([
		pairing('nothing', [], ONE),
		pairing('infinity twice', [o1, o2], ONE),
		pairing('infinity first', [o1, q], ONE),
		pairing('infinity second', [p, o2], ONE),
		pairing('generators', [p, q], ZERO),
		pairing('opposites', [p, q, negative(p), q], ONE),
		pairing('opposites and infinity', [p, q, o1, q, negative(p), q, p, o2], ONE),
		pairing('one byte more', [p, q, '00'], FAIL),
		pairing('one byte less', [p, q.slice(2)], FAIL),
		pairing('one byte', ['00'], FAIL),
	]);
});
