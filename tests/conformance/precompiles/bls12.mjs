// Precompiles 0x0b to 0x11 (EIP-2537) against noble-curves.
import { test } from 'node:test';
import { bls12_381 } from '@noble/curves/bls12-381.js';
import { FAIL, below, check, damaged, inputs, number, ok, pick, times, word } from './driver.mjs';

const G1 = bls12_381.G1.Point;
const G2 = bls12_381.G2.Point;
const P = bls12_381.fields.Fp.ORDER;
const R = bls12_381.fields.Fr.ORDER;
const { Fp, Fp2, Fp12 } = bls12_381.fields;
const ONE = ok(word(1n));
const ZERO = ok(word(0n));

const fp = (n) => n.toString(16).padStart(128, '0');
const g1 = (p) => (p.is0() ? '0'.repeat(256) : fp(p.x) + fp(p.y));
const g2 = (q) => (q.is0() ? '0'.repeat(512) : fp(q.x.c0) + fp(q.x.c1) + fp(q.y.c0) + fp(q.y.c1));

const scalar = () => below(R - 1n) + 1n;
const g1s = [[0n, G1.ZERO], [1n, G1.BASE], ...times(30, scalar).map((k) => [k, G1.BASE.multiply(k)])];
const g2s = [[0n, G2.ZERO], [1n, G2.BASE], ...times(30, scalar).map((k) => [k, G2.BASE.multiply(k)])];
const product = (base, k) => (k % R === 0n ? base.subtract(base) : base.multiplyUnsafe(k % R));

// Points of the curves at random: the groups are a small part of them.
function onCurve(Point, field, element) {
	for (;;) {
		const x = element();
		try {
			const y = field.sqrt(field.add(field.mul(field.sqr(x), x), Point.CURVE().b));
			return Point.fromAffine({ x, y });
		} catch {
			// no square
		}
	}
}
const fp2Random = () => Fp2.create({ c0: below(P), c1: below(P) });
const g1Outside = () => onCurve(G1, Fp, () => below(P));
const g2Outside = () => onCurve(G2, Fp2, fp2Random);

const call = (id) => (name, input, want) => ({ name, id, input: [input].flat().join(''), want });
const [g1Add, g1Msm, g2Add, g2Msm, pairing, mapG1, mapG2] = [11, 12, 13, 14, 15, 16, 17].map(call);

const groups = [
	{ name: 'G1', Point: G1, known: g1s, write: g1, add: g1Add, msm: g1Msm, outside: g1Outside },
	{ name: 'G2', Point: G2, known: g2s, write: g2, add: g2Add, msm: g2Msm, outside: g2Outside },
];

for (const { name, Point, known, write, add, msm, outside } of groups) {
	test(`bls12 ${name} add is the curve's, inside the subgroup and outside`, () => {
		check(times(inputs, () => {
			const [[, a], [, b]] = [pick(known), pick(known)];
			return add('random', [write(a), write(b)], ok(write(a.add(b))));
		}));
		const [a, b, o] = [outside(), outside(), Point.ZERO];
		check([
			add('outside', [write(a), write(b)], ok(write(a.add(b)))),
			add('double', [write(a), write(a)], ok(write(a.double()))),
			add('opposite', [write(a), write(a.negate())], ok(write(o))),
			add('infinity', [write(o), write(a)], ok(write(a))),
			add('infinity twice', [write(o), write(o)], ok(write(o))),
			add('empty', '', FAIL),
			add('short', [write(a), write(b)].join('').slice(2), FAIL),
			add('long', [write(a), write(b), '00'], FAIL),
		]);
	});

	test(`bls12 ${name} sums of products, of any scalars`, () => {
		check(times(inputs / 4, () => {
			const terms = times(Number(below(12n)) + 1, () => [pick(known), number(32)]);
			const sum = terms.reduce((s, [[a], k]) => s + a * k, 0n);
			return msm('random', terms.map(([[, p], k]) => write(p) + word(k)), ok(write(product(Point.BASE, sum))));
		}));
		const many = times(200, () => [pick(known), number(32)]);
		const manySum = many.reduce((s, [[a], k]) => s + a * k, 0n);
		const [k, p] = pick(known.slice(2));
		const max = (1n << 256n) - 1n;
		check([
			msm('200 terms', many.map(([[, x], n]) => write(x) + word(n)), ok(write(product(Point.BASE, manySum)))),
			msm('the same term 40 times', times(40, () => write(p) + word(max)), ok(write(product(Point.BASE, 40n * k * max)))),
			msm('by 0', write(p) + word(0n), ok(write(Point.ZERO))),
			msm('by r', write(p) + word(R), ok(write(Point.ZERO))),
			msm('by r + 1', write(p) + word(R + 1n), ok(write(p))),
			msm('by 2^256 - 1', write(p) + word(max), ok(write(product(p, max)))),
			msm('infinity', write(Point.ZERO) + word(max), ok(write(Point.ZERO))),
			msm('opposites', write(p) + word(7n) + write(p.negate()) + word(7n), ok(write(Point.ZERO))),
			msm('empty', '', FAIL),
			msm('short', (write(p) + word(1n)).slice(2), FAIL),
			msm('long', `${write(p)}${word(1n)}00`, FAIL),
		]);
		check(times(10, outside).flatMap((x) => [
			msm('outside of the subgroup', write(x) + word(1n), FAIL),
			msm('outside, times 0', write(p) + word(1n) + write(x) + word(0n), FAIL),
		]));
	});

	test(`bls12 ${name} refuses bad encodings and points off the curve`, () => {
		const good = write(Point.BASE);
		const x = BigInt(`0x${good.slice(0, 128)}`);
		const bad = [
			`01${good.slice(2)}`, // padding
			`${'0'.repeat(31)}1${good.slice(32)}`,
			fp(x + P) + good.slice(128), // not reduced
			fp(P) + good.slice(128),
			good.slice(0, -128) + fp(P),
			'f'.repeat(good.length),
			...times(inputs, (i) => damaged(good, i % good.length)),
		];
		check(bad.flatMap((p) => [
			add('first', [p, good], FAIL), add('second', [good, p], FAIL), msm('product', p + word(0n), FAIL),
		]));
	});
}

test('bls12 pairing check is bilinear', () => {
	check(times(inputs / 2, (i) => {
		const terms = times(Number(below(4n)) + 1, () => [pick(g1s), pick(g2s)]);
		const sum = terms.reduce((s, [[a], [b]]) => s + a * b, BigInt(i % 2));
		const last = product(G1.BASE, sum).negate();
		const input = [...terms.map(([[, p], [, q]]) => g1(p) + g2(q)), g1(last) + g2(G2.BASE)];
		return pairing('sum', input, i % 2 === 0 ? ONE : ZERO);
	}));
	const [, p] = pick(g1s.slice(2));
	const many = times(20, () => [g1(p) + g2(G2.BASE), g1(p.negate()) + g2(G2.BASE)]).flat();
	check([
		pairing('40 pairs', many, ONE),
		pairing('39 pairs', many.slice(1), ZERO),
		pairing('infinity twice', g1(G1.ZERO) + g2(G2.ZERO), ONE),
		pairing('infinity first', g1(G1.ZERO) + g2(G2.BASE), ONE),
		pairing('infinity second', g1(G1.BASE) + g2(G2.ZERO), ONE),
		pairing('generators', g1(G1.BASE) + g2(G2.BASE), ZERO),
		pairing('empty', '', FAIL),
		pairing('short', (g1(G1.BASE) + g2(G2.BASE)).slice(2), FAIL),
		pairing('long', `${g1(G1.BASE)}${g2(G2.BASE)}00`, FAIL),
	]);
});

test('bls12 pairing check refuses what is outside of the subgroups', () => {
	check(times(10, () => [g1(g1Outside()), g2(g2Outside())]).flatMap(([p, q]) => [
		pairing('G1', p + g2(G2.BASE), FAIL),
		pairing('G1 beside infinity', p + g2(G2.ZERO), FAIL),
		pairing('G2', g1(G1.BASE) + q, FAIL),
		pairing('G2 beside infinity', g1(G1.ZERO) + q, FAIL),
	]));
});

test('bls12 pairing check agrees with noble-curves', () => {
	check(times(inputs / 20, (i) => {
		const pairs = times(2, () => [pick(g1s.slice(1))[1], pick(g2s.slice(1))[1]]);
		if (i % 2 === 0) pairs[1] = [pairs[0][0].negate(), pairs[0][1]];
		const value = pairs.reduce((f, [p, q]) => Fp12.mul(f, bls12_381.pairing(p, q)), Fp12.ONE);
		return pairing('noble', pairs.map(([p, q]) => g1(p) + g2(q)), Fp12.eql(value, Fp12.ONE) ? ONE : ZERO);
	}));
});

test('bls12 maps of field elements to points are noble-curves\'', () => {
	const edge = [0n, 1n, P - 1n];
	check([...edge, ...times(inputs / 4, () => below(P))].map((u) =>
		mapG1('fp', fp(u), ok(g1(bls12_381.G1.mapToCurve(u))))));
	const pairs = [...edge.flatMap((a) => edge.map((b) => [a, b])), ...times(inputs / 4, () => [below(P), below(P)])];
	check(pairs.map(([a, b]) => mapG2('fp2', [fp(a), fp(b)], ok(g2(bls12_381.G2.mapToCurve([a, b]))))));
	check([
		mapG1('empty', '', FAIL), mapG1('p', fp(P), FAIL), mapG1('padding', `01${fp(1n).slice(2)}`, FAIL),
		mapG1('short', fp(1n).slice(2), FAIL), mapG1('long', `${fp(1n)}00`, FAIL),
		mapG2('empty', '', FAIL), mapG2('c0 p', [fp(P), fp(1n)], FAIL), mapG2('c1 p', [fp(1n), fp(P)], FAIL),
		mapG2('padding', [fp(1n), `01${fp(1n).slice(2)}`], FAIL), mapG2('short', fp(1n), FAIL),
	]);
});
