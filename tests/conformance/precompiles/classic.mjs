// Precompiles 1 to 5 and 9.
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { secp256k1 } from '@noble/curves/secp256k1.js';
import { ripemd160 } from '@noble/hashes/legacy.js';
import { keccak_256 } from '@noble/hashes/sha3.js';
import { FAIL, below, bytes, check, hex, inputs, ok, times, word } from './driver.mjs';

const ORDER = secp256k1.Point.CURVE().n;
const EMPTY = ok('');

function signed() {
	const key = bytes(32);
	const hash = bytes(32);
	const signature = secp256k1.sign(hash, key, { prehash: false, format: 'recovered' });
	const address = keccak_256(secp256k1.getPublicKey(key, false).slice(1)).slice(12);
	return {
		hash: hex(hash),
		v: 27n + BigInt(signature[0]),
		r: BigInt(`0x${hex(signature.slice(1, 33))}`),
		s: BigInt(`0x${hex(signature.slice(33))}`),
		want: ok('0'.repeat(24) + hex(address)),
	};
}

const recover = (name, { hash, v, r, s }, want) => ({
	name, id: 1, input: hash + word(v) + word(r) + word(s), want,
});

test('ecrecover finds the signer, of low and high s', () => {
	check(times(inputs, signed).flatMap((c) => [
		recover('low s', c, c.want),
		recover('high s', { ...c, s: ORDER - c.s, v: 55n - c.v }, c.want),
	]));
});

test('ecrecover answers nothing to what is no signature', () => {
	const c = signed();
	const whole = recover('', c, c.want).input;
	check([
		recover('v 0', { ...c, v: 0n }, EMPTY),
		recover('v 26', { ...c, v: 26n }, EMPTY),
		recover('v 29', { ...c, v: 29n }, EMPTY),
		recover('v with a high bit', { ...c, v: c.v + (1n << 255n) }, EMPTY),
		recover('r 0', { ...c, r: 0n }, EMPTY),
		recover('s 0', { ...c, s: 0n }, EMPTY),
		recover('r n', { ...c, r: ORDER }, EMPTY),
		recover('s n', { ...c, s: ORDER }, EMPTY),
		recover('r of no point', { ...c, r: 5n }, EMPTY), // 5^3 + 7 is no square mod p
		{ name: 'empty', id: 1, input: '', want: EMPTY },
		{ name: 'cut', id: 1, input: whole.slice(0, 128), want: EMPTY },
		{ name: 'longer', id: 1, input: `${whole}ff`, want: c.want },
	]);
});

test('SHA-256, RIPEMD-160 and identity, of any length', () => {
	check(times(inputs, (i) => bytes(i % 300)).flatMap((data) => [
		{ name: 'sha256', id: 2, input: hex(data), want: ok(createHash('sha256').update(data).digest('hex')) },
		{ name: 'ripemd160', id: 3, input: hex(data), want: ok('0'.repeat(24) + hex(ripemd160(data))) },
		{ name: 'identity', id: 4, input: hex(data), want: ok(hex(data)) },
	]));
});

function power(base, exponent, modulus) {
	let result = 1n % modulus;
	for (let square = base % modulus; exponent > 0n; exponent >>= 1n) {
		if (exponent & 1n) result = (result * square) % modulus;
		square = (square * square) % modulus;
	}
	return result;
}

// What EIP-198 says: bytes beyond the input are zeros.
function modexp(name, baseLen, exponentLen, modulusLen, data) {
	const whole = hex(data).padEnd(2 * (baseLen + exponentLen + modulusLen), '0');
	const part = (from, len) => BigInt(`0x0${whole.slice(2 * from, 2 * (from + len))}`);
	const modulus = part(baseLen + exponentLen, modulusLen);
	const result = modulus === 0n ? 0n : power(part(0, baseLen), part(baseLen, exponentLen), modulus);
	return {
		name, id: 5,
		input: word(baseLen) + word(exponentLen) + word(modulusLen) + hex(data),
		want: ok(modulusLen === 0 ? '' : result.toString(16).padStart(2 * modulusLen, '0')),
	};
}

test('modexp is modular exponentiation', () => {
	check(times(inputs, () => {
		const lengths = [Number(below(70n)), Number(below(40n)), Number(below(70n))];
		const all = lengths[0] + lengths[1] + lengths[2];
		const cut = below(4n) === 0n ? Number(below(BigInt(all + 1))) : all;
		return modexp('random', ...lengths, bytes(cut));
	}));
	check([modexp('1024 bytes', 1024, 64, 1024, bytes(2112))]);
});

test('modexp: zeros, ones, nothing, and lengths beyond reason', () => {
	const huge = 'f'.repeat(64);
	check([
		modexp('0^0 mod 5', 1, 1, 1, [0, 0, 5]),
		modexp('0^0 mod 1', 1, 1, 1, [0, 0, 1]),
		modexp('7^3 mod 0', 1, 1, 1, [7, 3, 0]),
		modexp('no base', 0, 1, 1, [3, 7]),
		modexp('no exponent', 1, 0, 1, [3, 7]),
		modexp('no base or exponent, modulus 1', 0, 0, 1, [1]),
		modexp('leading zeros', 3, 3, 3, [0, 0, 7, 0, 0, 3, 0, 0, 9]),
		modexp('modulus beyond the input', 1, 1, 2, [7, 3]),
		{ name: 'empty', id: 5, input: '', want: ok('') },
		{ name: 'huge without a modulus', id: 5, input: huge + huge + word(0n), want: ok('') },
		{ name: 'huge base', id: 5, input: huge + word(1n) + word(1n), want: FAIL },
		{ name: 'huge exponent', id: 5, input: word(1n) + huge + word(1n), want: FAIL },
		{ name: 'huge modulus', id: 5, input: word(1n) + word(1n) + huge, want: FAIL },
	]);
});

// BLAKE2b of a message, block by block with precompile 9's F.
const IV = [
	0x6a09e667f3bcc908n, 0xbb67ae8584caa73bn, 0x3c6ef372fe94f82bn, 0xa54ff53a5f1d36f1n,
	0x510e527fade682d1n, 0x9b05688c2b3e6c1fn, 0x1f83d9abfb41bd6bn, 0x5be0cd19137e2179n,
];

const little = (n) => hex(Buffer.from(n.toString(16).padStart(16, '0'), 'hex').reverse());

const f = (rounds, h, m, t, last) => ({
	name: 'F', id: 9,
	input: rounds.toString(16).padStart(8, '0') + h + hex(m).padEnd(256, '0') + little(BigInt(t)) + little(0n) + last,
});

test('BLAKE2 F makes BLAKE2b of one block', () => {
	const start = IV.map((v, i) => little(i === 0 ? v ^ 0x01010040n : v)).join('');
	check(times(inputs, (i) => {
		const data = bytes(i % 129);
		return { ...f(12, start, data, data.length, '01'), want: ok(createHash('blake2b512').update(data).digest('hex')) };
	}));
});

test('BLAKE2 F: the vectors of EIP-152', () => {
	const h = IV.map((v, i) => little(i === 0 ? v ^ 0x01010040n : v)).join('');
	const abc = Buffer.from('abc');
	const good = f(12, h, abc, 3, '01');
	check([
		{ ...good, input: '', want: FAIL },
		{ ...good, input: good.input.slice(2), want: FAIL },
		{ ...good, input: `${good.input}00`, want: FAIL },
		{ ...good, input: `${good.input.slice(0, -2)}02`, want: FAIL },
		{ ...f(0, h, abc, 3, '01'), want: ok('08c9bcf367e6096a3ba7ca8485ae67bb2bf894fe72f36e3cf1361d5f3af54fa5d282e6ad7f520e511f6c3e2b8c68059b9442be0454267ce079217e1319cde05b') },
		{ ...good, want: ok('ba80a53f981c4d0d6a2797b69f12f6e94c212f14685ac4b74b12bb6fdbffa2d17d87c5392aab792dc252d5de4533cc9518d38aa8dbf1925ab92386edd4009923') },
		{ ...f(12, h, abc, 3, '00'), want: ok('75ab69d3190a562c51aef8d88f1c2775876944407270c42c9844252c26d2875298743e7f6d5ea2f2d3e8d226039cd31b4e426ac4f2d3d666a610c2116fde4735') },
		{ ...f(1, h, abc, 3, '01'), want: ok('b63a380cb2897d521994a85234ee2c181b5f844d2c624c002677e9703449d2fba551b3a8333bcdf5f2f7e08993d53923de3d64fcc68c034e717b9293fed7a421') },
	]);
});
