// What is asked: parsed from the very bytes that will be signed. What cannot be shown whole is not shown.

import { fromBase64url, utf8 } from "./bytes.js";

/** Says that this version of the app must not show a document. */
export class Unreadable extends Error {}

/** @typedef {{ label: string, value: string, role: string }} Detail */
/** @typedef {{ ip: string, os: string, name: string, country: string }} Browser */
/**
 * @typedef {object} Document
 * @property {string} id
 * @property {"login" | "transaction"} kind
 * @property {string} tenant
 * @property {string} application
 * @property {string} account
 * @property {Detail[]} details
 * @property {Browser} browser
 * @property {number} digits of the number to be typed; 0: none
 * @property {number} created milliseconds
 * @property {number} expires
 */
/**
 * A question to one login of this phone.
 * @typedef {object} Question
 * @property {string} name of question and login together
 * @property {string} id
 * @property {string} device
 * @property {Uint8Array<ArrayBuffer>} bytes what is signed
 * @property {Document | null} document null: unreadable
 */

/** @param {{ id: string, device: string, document: string }} entry as the server sends it @returns {Question} */
export function questionOf(entry) {
	const name = entry.id + "/" + entry.device;
	try {
		const bytes = fromBase64url(entry.document);
		const document = parse(bytes);
		if (document.id !== entry.id) throw new Unreadable("another question's document");
		return { name, id: entry.id, device: entry.device, bytes, document };
	} catch {
		return { name, id: entry.id, device: entry.device, bytes: new Uint8Array(), document: null };
	}
}

const known = 1; // the version of documents

/** @param {Uint8Array} bytes @returns {Document} */
export function parse(bytes) {
	const d = JSON.parse(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes));
	if (d.v !== known) throw new Unreadable("version");
	if (d.kind !== "login" && d.kind !== "transaction") throw new Unreadable("kind");
	if (d.match?.kind !== "none" && d.match?.kind !== "enter") throw new Unreadable("match");
	return {
		id: text(d.id), kind: d.kind, tenant: text(d.tenant?.name), application: text(d.application?.name), account: text(d.account?.label),
		details: list(d.details).map((one) => ({ label: text(one.label), value: text(one.value), role: text(one.role ?? "") })),
		browser: { ip: text(d.browser?.ip ?? ""), os: text(d.browser?.os ?? ""), name: text(d.browser?.name ?? ""), country: text(d.browser?.country ?? "") },
		digits: d.match.kind === "enter" ? digits(d.match.digits) : 0,
		created: time(d.created_at), expires: time(d.expires_at),
	};
}

/** @param {unknown} v */
function text(v) {
	if (typeof v !== "string") throw new Unreadable("text");
	return v;
}

/** @param {unknown} v @returns {any[]} */
function list(v) {
	if (v === undefined || v === null) return [];
	if (!Array.isArray(v)) throw new Unreadable("list");
	return v;
}

/** @param {unknown} v */
function digits(v) {
	if (!Number.isInteger(v) || Number(v) < 1 || Number(v) > 6) throw new Unreadable("digits");
	return Number(v);
}

/** @param {unknown} v */
function time(v) {
	const at = Date.parse(text(v));
	if (Number.isNaN(at)) throw new Unreadable("time");
	return at;
}

/** @typedef {"approve" | "deny" | "report"} Decision */

/**
 * What the passkey signs: decision, number and document, with zero bytes between them.
 * @param {Decision} decision @param {string} number @param {Uint8Array} bytes
 * @returns {Promise<ArrayBuffer>}
 */
export async function challengeOf(decision, number, bytes) {
	const head = utf8(["jawort decision v1", decision, number, ""].join("\0"));
	const whole = new Uint8Array(head.length + bytes.length);
	whole.set(head);
	whole.set(bytes, head.length);
	return crypto.subtle.digest("SHA-256", whole);
}
