// Calls to the phone API. docs/phone-protocol.md says what they mean.

import { hear } from "./clock.js";
import { prove } from "./dpop.js";
import { firstNonce } from "./nonce.js";
import { read, write } from "./store.js";

/** Where the API is: below the address that this was loaded from. */
const base = "registration" in self
	? /** @type {any} */ (self).registration.scope
	: new URL("./", document.baseURI).href;

const patience = 10000; // milliseconds, beyond what a long-poll waits

/** The server's refusal (RFC 9457). */
export class Refusal extends Error {
	/** @param {Response} r @param {Record<string, any>} problem */
	constructor(r, problem) {
		super(`${r.status} ${problem.type ?? ""}`);
		this.status = r.status;
		this.code = String(problem.type ?? "").split(":").pop() ?? "";
		/** @type {Record<string, any>} */
		this.members = problem;
		this.retryAfter = secondsOf(r);
	}
}

/** There was no whole answer, or none yet: whether the call counted is not known. */
export class Unreachable extends Error {
	/** @param {string} message @param {Response} [r] of a server, or of a proxy before it, that is there and cannot answer now */
	constructor(message, r) {
		super(message);
		this.status = r?.status ?? 0;
		this.retryAfter = r ? secondsOf(r) : 0;
	}
}

const longest = 3600; // seconds that anybody waits because a server says so

/** How long a server wants to be left alone, in seconds; 0: it does not say. @param {Response} r */
function secondsOf(r) {
	const seconds = Number(r.headers.get("Retry-After"));
	return seconds > 0 ? Math.min(seconds, longest) : 0; // a date is not read: the next try will tell
}

/** Whether the same call may count when it is made again later. @param {unknown} err @returns {err is Refusal | Unreachable} */
export function passing(err) {
	return err instanceof Unreachable || (err instanceof Refusal && (err.status === 429 || err.status >= 500));
}

/** @param {unknown} err */
export function strange(err) {
	return err instanceof Refusal && err.status === 401;
}

let nonce = ""; // the newest that the server gave

/**
 * @typedef {object} Options
 * @property {unknown} [body] a string is sent as it is, anything else as JSON
 * @property {number} [wait] seconds for which the server may keep the answer back
 * @property {boolean} [anonymous] without a token: before the phone is enrolled
 * @property {AbortSignal} [signal]
 */

/**
 * Calls the API, once more where it does not know the token any more. Throws Refusal or Unreachable, or AbortError by the caller's signal.
 * @param {string} method
 * @param {string} path below the server's address, with query
 * @param {Options} [options]
 * @returns {Promise<any>} undefined where there is no content
 */
export async function call(method, path, options = {}) {
	const token = options.anonymous ? "" : ((await read("token")) ?? "");
	try {
		return await attempt(method, path, options, token);
	} catch (err) {
		const renewed = token && strange(err) ? await another(token) : "";
		if (!renewed) throw err;
		return attempt(method, path, options, renewed);
	}
}

/** Gets another token than this one, for the proof of the key; empty: there is none. @param {string} token */
async function another(token) {
	const { token: given } = await attempt("POST", "v1/installation/token", {}, "").catch((err) => {
		if (passing(err)) throw err; // then nothing is known yet
		return { token: "" };
	});
	if (!given || given === token) return "";
	await write("token", given);
	return given;
}

/** Calls, once more where the server wants a fresher nonce. @param {string} method @param {string} path @param {Options} options @param {string} token */
async function attempt(method, path, options, token) {
	const body = options.body === undefined || typeof options.body === "string" ? options.body : JSON.stringify(options.body);
	for (let fresh = false; ; fresh = true) {
		nonce ||= await firstNonce;
		const [r, said] = await once(method, path, { ...options, body }, token);
		if (r.ok) return said;
		if (!fresh && r.status === 401 && /error="use_dpop_nonce"/.test(r.headers.get("WWW-Authenticate") ?? "")) continue;
		if (r.status >= 502 && r.status <= 504) throw new Unreachable(String(r.status), r);
		throw new Refusal(r, said);
	}
}

/**
 * Calls once. The time and the signal hold until the last byte is there: a network may fall silent amid an answer.
 * @param {string} method @param {string} path @param {Options & { body?: string }} options @param {string} token
 * @returns {Promise<[Response, any]>} with what the answer says; a refusal may say nothing that is understood: then {}
 */
async function once(method, path, options, token) {
	const url = new URL(path.replace(/^\//, ""), base);
	const headers = new Headers({ DPoP: await prove({ method, url: url.origin + url.pathname, nonce, token }) });
	if (token) headers.set("Authorization", "DPoP " + token);
	if (options.body !== undefined) headers.set("Content-Type", "application/json");
	const end = new AbortController();
	const late = setTimeout(() => end.abort(), (options.wait ?? 0) * 1000 + patience);
	const stop = () => end.abort();
	options.signal?.addEventListener("abort", stop);
	if (options.signal?.aborted) stop(); // while the proof was made
	try {
		const r = await fetch(url, { method, headers, body: options.body, signal: end.signal, cache: "no-store", credentials: "omit", redirect: "error" });
		nonce = r.headers.get("DPoP-Nonce") ?? nonce;
		hear(r.headers.get("Date"));
		return [r, r.status === 204 ? undefined : await r.json().catch(unlessRefused(r))];
	} catch (err) {
		if (options.signal?.aborted) throw err;
		throw new Unreachable(String(err));
	} finally {
		clearTimeout(late);
		options.signal?.removeEventListener("abort", stop);
	}
}

/** Of a refusal the status is enough, where a proxy wrote the rest. @param {Response} r @returns {(err: unknown) => {}} */
function unlessRefused(r) {
	return (err) => {
		if (r.ok || !(err instanceof SyntaxError)) throw err;
		return {};
	};
}
