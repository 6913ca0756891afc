// The key of this installation and its proofs (RFC 9449). The key was made so that nobody, this app neither, can read it.

import { sha256, toBase64url, utf8 } from "./bytes.js";
import { now } from "./clock.js";
import { read, write } from "./store.js";
import { alone } from "./tabs.js";

const curve = { name: "ECDSA", namedCurve: "P-256" };

/** @returns {Promise<CryptoKeyPair>} made where there is none */
async function key() {
	return (await read("key")) ?? alone("key", async () => {
		const made = await read("key");
		if (made) return made;
		const pair = await crypto.subtle.generateKey(curve, false, ["sign", "verify"]);
		await write("key", pair);
		return pair;
	});
}

/** @param {unknown} part */
const encoded = (part) => toBase64url(utf8(JSON.stringify(part)));

/**
 * @param {{ method: string, url: string, nonce: string, token: string }} request url without query; empty: none
 * @returns {Promise<string>}
 */
export async function prove({ method, url, nonce, token }) {
	const pair = await key();
	const { kty, crv, x, y } = await crypto.subtle.exportKey("jwk", pair.publicKey);
	const header = { typ: "dpop+jwt", alg: "ES256", jwk: { kty, crv, x, y } };
	const id = toBase64url(crypto.getRandomValues(new Uint8Array(16)));
	const claims = {
		jti: id, htm: method, htu: url, iat: Math.floor(now() / 1000),
		...(nonce && { nonce }), ...(token && { ath: toBase64url(await sha256(token)) }),
	};
	const signed = encoded(header) + "." + encoded(claims);
	const signature = await crypto.subtle.sign({ name: "ECDSA", hash: "SHA-256" }, pair.privateKey, utf8(signed));
	return signed + "." + toBase64url(signature);
}
