// Precompile 0x100 (EIP-7951) against noble-curves.
import { test } from 'node:test';
import { p256 } from '@noble/curves/nist.js';
import { below, bytes, check, hex, inputs, ok, times, word } from './driver.mjs';

const { n: N, p: P } = p256.Point.CURVE();
const G = p256.Point.BASE;
const VALID = ok(word(1n));
const INVALID = ok('');

const inverse = (a) => {
	let [r0, r1, t0, t1] = [N, ((a % N) + N) % N, 0n, 1n];
	while (r1) [r0, r1, t0, t1] = [r1, r0 % r1, t1, t0 - (r0 / r1) * t1];
	return ((t0 % N) + N) % N;
};

const verify = (name, { h, r, s, x, y }, want) => ({
	name, id: 256, input: word(h) + word(r) + word(s) + word(x) + word(y), want,
});

// A signature, written out so that every number of it is at hand.
function signed(h = BigInt(`0x${hex(bytes(32))}`)) {
	const key = below(N - 1n) + 1n;
	const nonce = below(N - 1n) + 1n;
	const Q = G.multiply(key).toAffine();
	const r = G.multiply(nonce).toAffine().x % N;
	return { h, r, s: (inverse(nonce) * (h + r * key)) % N, ...Q, key };
}

test('p256 verifies noble\'s signatures, and with either s', () => {
	check(times(inputs / 4, () => {
		const key = bytes(32);
		const hash = bytes(32);
		const signature = p256.sign(hash, key, { prehash: false, lowS: false });
		const Q = p256.Point.fromBytes(p256.getPublicKey(key)).toAffine();
		const [r, s] = [hex(signature.slice(0, 32)), hex(signature.slice(32))].map((v) => BigInt(`0x${v}`));
		return { h: BigInt(`0x${hex(hash)}`), r, s, ...Q };
	}).flatMap((c) => [
		verify('as signed', c, VALID),
		verify('other s', { ...c, s: N - c.s }, VALID),
		verify('other hash', { ...c, h: c.h ^ 1n }, INVALID),
		verify('other r', { ...c, r: c.r ^ 1n }, INVALID),
		verify('other key', { ...c, y: P - c.y }, INVALID),
	]));
});

test('p256 takes hashes of 0, n and above', () => {
	check([0n, 1n, N - 1n, N, N + 1n, (1n << 256n) - 1n].map((h) => verify('hash', signed(h), VALID)));
});

test('p256 refuses what is out of range, off the curve, or infinity', () => {
	const c = signed();
	// r x = -h: the sum of both products is infinity.
	const h = below(N);
	const key = below(N - 1n) + 1n;
	const r = ((N - h) * inverse(key)) % N;
	check([
		verify('good', c, VALID),
		verify('r 0', { ...c, r: 0n }, INVALID),
		verify('s 0', { ...c, s: 0n }, INVALID),
		verify('r n', { ...c, r: N }, INVALID),
		verify('s n', { ...c, s: N }, INVALID),
		verify('s + n', { ...c, s: (c.s + N) % (1n << 256n) }, INVALID),
		verify('x p', { ...c, x: P }, INVALID),
		verify('y p', { ...c, y: P }, INVALID),
		verify('y not reduced', { ...c, y: (1n << 256n) - 1n }, INVALID),
		verify('off the curve', { ...c, y: c.y ^ 1n }, INVALID),
		verify('key at infinity', { ...c, x: 0n, y: 0n }, INVALID),
		verify('sum at infinity', { h, r, s: 1n, ...G.multiply(key).toAffine() }, INVALID),
	]);
	const { input } = verify('', c, VALID);
	check([
		{ name: 'empty', id: 256, input: '', want: INVALID },
		{ name: 'short', id: 256, input: input.slice(2), want: INVALID },
		{ name: 'long', id: 256, input: `${input}00`, want: INVALID },
	]);
});

test('p256 compares r with x mod n', () => {
	// A point whose x is between n and p: Q is solved from it, so that the
	// signature's point is this one.  Q = r^-1 (s R - h G).
	const field = p256.Point.Fp;
	let R;
	for (let x = N + 1n; !R; x++) {
		try {
			const { a, b } = p256.Point.CURVE();
			R = p256.Point.fromAffine({ x, y: field.sqrt(field.add(field.mul(field.add(field.sqr(x), a), x), b)) });
		} catch {
			// x of no point
		}
	}
	const r = R.toAffine().x - N;
	const [h, s] = [below(N - 1n) + 1n, below(N - 1n) + 1n];
	const Q = R.multiply(s).subtract(G.multiply(h)).multiply(inverse(r)).toAffine();
	check([verify('x above n', { h, r, s, ...Q }, VALID)]);
});
