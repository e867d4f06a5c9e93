// Precompile 0x0a (EIP-4844).  Commitments and proofs are made here with
// noble-curves, of polynomials of low degree and the ceremony's public powers
// of tau (c-kzg's trusted_setup.txt).
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { bls12_381 } from '@noble/curves/bls12-381.js';
import { FAIL, below, check, damaged, inputs, ok, times, word } from './driver.mjs';

const G1 = bls12_381.G1.Point;
const R = bls12_381.fields.Fr.ORDER;
const POINTS = 4096;
const SUCCESS = ok(word(4096n) + word(R));

function setupPath() {
	for (let folder = dirname(createRequire(import.meta.url).resolve('c-kzg')); folder !== '/'; folder = dirname(folder)) {
		const path = join(folder, 'deps/c-kzg/trusted_setup.txt');
		try {
			return readFileSync(path, 'utf8');
		} catch {
			// further up
		}
	}
	throw new Error('no trusted_setup.txt beside c-kzg');
}

// Two counts, G1 in the Lagrange basis, G2 powers, G1 powers.
const DEGREE = 4;
const powers = setupPath().split('\n').slice(2 + POINTS + 65, 2 + POINTS + 65 + DEGREE).map((line) => G1.fromHex(line));

const reduced = (n) => ((n % R) + R) % R;
const commit = (coefficients) => coefficients.reduce(
	(sum, c, i) => (c === 0n ? sum : sum.add(powers[i].multiply(c))), G1.ZERO);

// (f(X) - f(z)) / (X - z), by Horner: the remainder is f(z).
function divide(coefficients, z) {
	const quotient = Array(coefficients.length).fill(0n);
	let carry = 0n;
	for (let i = coefficients.length - 1; i >= 0; i--) {
		quotient[i] = carry;
		carry = reduced(carry * z + coefficients[i]);
	}
	return { quotient, value: carry };
}

const compressed = (p) => p.toHex(true);
const versioned = (commitment) =>
	`01${createHash('sha256').update(Buffer.from(commitment, 'hex')).digest('hex').slice(2)}`;

function opening(coefficients, z) {
	const { quotient, value } = divide(coefficients, z);
	return { z: word(z), y: word(value), commitment: compressed(commit(coefficients)), proof: compressed(commit(quotient)) };
}

const evaluate = (name, o, want) => ({
	name, id: 10, want,
	input: (o.hash ?? versioned(o.commitment)) + o.z + o.y + o.commitment + o.proof,
});

const random = () => opening(times(DEGREE, () => below(R)), below(R));

test('point evaluation holds for true openings and no others', () => {
	check(times(inputs / 4, () => random()).flatMap((o) => [
		evaluate('true', o, SUCCESS),
		evaluate('another y', { ...o, y: word((BigInt(`0x${o.y}`) + 1n) % R) }, FAIL),
		evaluate('another z', { ...o, z: word((BigInt(`0x${o.z}`) + 1n) % R) }, FAIL),
		evaluate('another proof', { ...o, proof: compressed(G1.BASE) }, FAIL),
		evaluate('proof at infinity', { ...o, proof: compressed(G1.ZERO) }, FAIL),
		evaluate('another commitment', { ...o, commitment: compressed(G1.BASE) }, FAIL),
	]));
	check([
		evaluate('constant: the proof is infinity', opening([5n, 0n, 0n, 0n], 3n), SUCCESS),
		evaluate('zero: the commitment too', opening([0n, 0n, 0n, 0n], 3n), SUCCESS),
		evaluate('zero polynomial, y 1', { ...opening([0n, 0n, 0n, 0n], 3n), y: word(1n) }, FAIL),
		evaluate('z 0', opening([1n, 2n, 3n, 4n], 0n), SUCCESS),
		evaluate('z r - 1', opening([1n, 2n, 3n, 4n], R - 1n), SUCCESS),
	]);
});

// Points of the curve whose order divides the cofactor: pairings do not see
// them, so that only the subgroup check tells a proof from its sum with one.
function ofTheCofactor() {
	const { Fp } = bls12_381.fields;
	for (;;) {
		const x = below(Fp.ORDER);
		try {
			let power = G1.fromAffine({ x, y: Fp.sqrt(Fp.add(Fp.mul(Fp.sqr(x), x), 4n)) });
			let sum = G1.ZERO;
			for (let k = R; k > 0n; k >>= 1n, power = power.double()) if (k & 1n) sum = sum.add(power);
			return sum;
		} catch {
			// no square
		}
	}
}

test('point evaluation refuses points outside of the subgroup that pair alike', () => {
	const o = random();
	// By hand, for noble writes no points outside: bit 383 says compressed,
	// bit 381 which y.
	const shifted = (text) => {
		const { x, y } = G1.fromHex(text).add(ofTheCofactor()).toAffine();
		const flags = (1n << 383n) | (2n * y > bls12_381.fields.Fp.ORDER ? 1n << 381n : 0n);
		return (x | flags).toString(16);
	};
	check(times(5, () => [
		evaluate('good', o, SUCCESS),
		evaluate('proof', { ...o, proof: shifted(o.proof) }, FAIL),
		evaluate('commitment', { ...o, commitment: shifted(o.commitment) }, FAIL),
	]).flat());
});

test('point evaluation refuses malformed input', () => {
	const o = opening([0n, 0n, 0n, 1n], 0n); // z = y = 0, so that + r stays 32 bytes
	const good = evaluate('good', o, SUCCESS);
	const hash = versioned(o.commitment);
	check([
		good,
		evaluate('version 0', { ...o, hash: `00${hash.slice(2)}` }, FAIL),
		evaluate('version 2', { ...o, hash: `02${hash.slice(2)}` }, FAIL),
		evaluate('hash of another', { ...o, hash: damaged(hash, 63) }, FAIL),
		evaluate('z not reduced', { ...o, z: word(R) }, FAIL),
		evaluate('y not reduced', { ...o, y: word(R) }, FAIL),
		evaluate('proof not compressed', { ...o, proof: `1${o.proof.slice(1)}` }, FAIL),
		evaluate('proof not on the curve', { ...o, proof: `80${'0'.repeat(93)}1` }, FAIL),
		evaluate('infinity with a sign', { ...o, proof: `e0${'0'.repeat(94)}` }, FAIL),
		evaluate('infinity with more', { ...o, proof: `c0${'0'.repeat(93)}1` }, FAIL),
		{ ...good, name: 'empty', input: '', want: FAIL },
		{ ...good, name: 'short', input: good.input.slice(2), want: FAIL },
		{ ...good, name: 'long', input: `${good.input}00`, want: FAIL },
	]);
});

test('point evaluation: the vector that clients publish', () => {
	// go-ethereum, core/vm/testdata/precompiles/pointEvaluation.json
	check([{
		name: 'pointEvaluation1', id: 10, want: SUCCESS,
		input: '01e798154708fe7789429634053cbf9f99b619f9f084048927333fce637f549b564c0a11a0f704f4fc3e8acfe0f8245f0ad1347b378fbf96e206da11a5d3630624d25032e67a7e6a4910df5834b8fe70e6bcfeeac0352434196bdf4b2485d5a18f59a8d2a1a625a17f3fea0fe5eb8c896db3764f3185481bc22f91b4aaffcca25f26936857bc3a7c2539ea8ec3a952b7873033e038326e87ed3e1276fd140253fa08e9fc25fb2d9a98527fc22a2c9612fbeafdad446cbc7bcdbdcd780af2c16a',
	}]);
});
