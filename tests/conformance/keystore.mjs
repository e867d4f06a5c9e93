// Keystores that ethers writes open with our reader.  Run by `make keystore`.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { Wallet, encryptKeystoreJsonSync } from 'ethers';

const program = process.env.GAVEL_KEYSTORE ?? 'build/gavel-keystore';
const folder = mkdtempSync(join(tmpdir(), 'gavel-keystore-'));
after(() => rmSync(folder, { recursive: true }));

function open(json, password) {
	const [keystorePath, passwordPath] = ['key.json', 'password'].map((name) => join(folder, name));
	writeFileSync(keystorePath, json, { mode: 0o600 });
	writeFileSync(passwordPath, password, { mode: 0o600 });
	return spawnSync(program, [keystorePath, passwordPath], { encoding: 'utf8' });
}

function assertOpens(json, password, address) {
	const done = open(json, password);
	assert.equal(done.stderr, '');
	assert.equal(done.stdout, `${address.toLowerCase()}\n`);
}

test('a wallet that ethers encrypts with its defaults opens', async () => {
	const wallet = Wallet.createRandom();
	const json = await wallet.encrypt('correct horse');
	assertOpens(json, 'correct horse\n', wallet.address);
	const wrong = open(json, 'wrong horse');
	assert.equal(wrong.status, 1);
	assert.match(wrong.stderr, /key\.json: the password is wrong/);
	assert.ok(!wrong.stderr.includes('horse'));
});

test('scrypt of other sizes opens, and passwords of any bytes', () => {
	const passwords = ['', ' ', 'pässwörd ✓', 'x'.repeat(500)];
	const sizes = [{ N: 2, r: 1, p: 1 }, { N: 1024, r: 8, p: 1 }, { N: 4096, r: 8, p: 6 }, { N: 64, r: 3, p: 5 }];
	passwords.forEach((password, i) => {
		const { address, privateKey } = Wallet.createRandom();
		assertOpens(encryptKeystoreJsonSync({ address, privateKey }, password, { scrypt: sizes[i] }), password, address);
	});
});
