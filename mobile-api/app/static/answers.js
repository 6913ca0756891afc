// What the person says: signed once, kept, and sent until there is a final answer.

import { call, passing, Refusal, strange } from "./api.js";
import { toBase64url } from "./bytes.js";
import { now } from "./clock.js";
import { closeNotification } from "./notifications.js";
import { credentialOf, refresh } from "./logins.js";
import { NotUnlocked, sign } from "./passkey.js";
import { challengeOf } from "./question.js";
import { dropAnswer, keepAnswer, keptAnswer, keptAnswers, remember } from "./store.js";
import { alone, tell } from "./tabs.js";
import { messageOf } from "./trouble.js";

/** How far an answer is; busy: the server is there, and cannot take it now. @typedef {"unlocking" | "sending" | "offline" | "busy"} Progress */
/** @typedef {import("./question.js").Question} Question */
/** @typedef {import("./question.js").Decision} Decision */
/**
 * What came of an answer.
 * @typedef {{ kind: "counted", status: string } | { kind: "wrong-number", left: number } | { kind: "answered", by: string } | { kind: "expired" }
 *   | { kind: "refused", text: string } | { kind: "strange" } | { kind: "no-passkey" } | { kind: "not-unlocked" }} Result
 */
/**
 * A signed answer without a reply yet.
 * @typedef {object} Signed
 * @property {string} name
 * @property {string} id
 * @property {Decision} decision
 * @property {string} number
 * @property {string} body exactly as it is sent
 * @property {number} until by the server's clock
 * @property {Shown} shown
 */
/**
 * What the history tells, with the document as the server sent it: it can be reported later.
 * @typedef {{ id: string, device: string, document: string, tenant: string, application: string, account: string, kind: string,
 *   details: import("./question.js").Detail[] }} Shown
 */
/** An entry of the history. @typedef {Shown & { at: number, decision: Decision, result: Result }} Entry */

const keptAfterEnd = 10 * 60000; // as long as the server knows a question without an outcome

/**
 * Has the person unlock the passkey over what was shown, and sends the answer.
 * @param {Question} q @param {Decision} decision @param {string} number empty where none is asked for
 * @param {(stage: Progress) => void} told
 * @returns {Promise<Result>}
 */
export async function decide(q, decision, number, told) {
	return alone("answer " + q.id, async () => {
		const kept = await keptAnswer(q.name);
		if (kept?.decision === decision && kept.number === number) return deliver(kept, told);
		const credential = await credentialOf(q.device);
		if (!credential) return { kind: "no-passkey" };
		told("unlocking");
		try {
			const signed = await seal(q, decision, number, credential);
			await keepAnswer(q.name, signed);
			return await deliver(signed, told);
		} catch (err) {
			if (err instanceof NotUnlocked) return { kind: "not-unlocked" };
			throw err;
		}
	});
}

/** @param {Question} q @param {Decision} decision @param {string} number @param {import("./logins.js").Credential} credential @returns {Promise<Signed>} */
async function seal(q, decision, number, credential) {
	const d = q.document;
	if (!d) throw new TypeError("what cannot be shown cannot be signed");
	const assertion = await sign({
		rpId: credential.rpId, credential: credential.id, challenge: await challengeOf(decision, number, q.bytes),
		timeout: Math.max(d.expires - now(), 30000),
	});
	return {
		name: q.name, id: q.id, decision, number, body: JSON.stringify({ decision, ...(number && { number }), credential: assertion }),
		until: decision === "report" ? Infinity : d.expires + keptAfterEnd, // a report is never too late
		shown: { id: q.id, device: q.device, document: toBase64url(q.bytes), tenant: d.tenant, application: d.application, account: d.account, kind: d.kind, details: d.details },
	};
}

/** @param {Signed} s @param {(stage: Progress) => void} told @returns {Promise<Result>} */
async function deliver(s, told) {
	told("sending");
	for (let tries = 0; ; tries++) {
		try {
			const { status } = await call("POST", `v1/approvals/${s.id}/decision`, { body: s.body });
			return await settle(s, { kind: "counted", status });
		} catch (err) {
			if (!passing(err)) return settle(s, await resultOf(err));
			if (now() > s.until) return settle(s, { kind: "expired" });
			told(err.status ? "busy" : "offline");
			await pause(tries, err.retryAfter * 1000, s.until - now());
		}
	}
}

/** @param {unknown} err @returns {Promise<Result>} */
async function resultOf(err) {
	if (strange(err)) {
		await refresh();
		return { kind: "strange" };
	}
	if (!(err instanceof Refusal)) throw err;
	switch (err.code) {
		case "already-decided": return { kind: "answered", by: String(err.members.by ?? "") };
		case "expired": return { kind: "expired" };
		case "wrong-number": return { kind: "wrong-number", left: Number(err.members.attempts_left ?? 0) };
		default: return { kind: "refused", text: messageOf(err) };
	}
}

/** Notes a final answer and tells the other windows. @param {Signed} s @param {Result} result */
async function settle(s, result) {
	await dropAnswer(s.name);
	await remember({ at: Math.round(now()), decision: s.decision, result, ...s.shown });
	if (result.kind !== "wrong-number" || result.left === 0) {
		tell({ type: "answered", name: s.name });
		await closeNotification(s.id);
	}
	return result;
}

/** Waits the longer the more often it was tried, and as long as the server wants. @param {number} tries @param {number} wanted @param {number} left milliseconds, as wanted */
function pause(tries, wanted, left) {
	const longest = Math.min(500 * 2 ** tries, 8000);
	return new Promise((resolve) => {
		const done = () => { clearTimeout(timer); removeEventListener("online", done); resolve(undefined); };
		const timer = setTimeout(done, Math.min(Math.max(longest * (0.5 + Math.random() / 2), wanted), left));
		if (!wanted) addEventListener("online", done);
	});
}

/** Sends what an earlier visit could not. */
export async function sendKept() {
	for (const s of await keptAnswers()) {
		void alone("answer " + s.id, async () => {
			if (await keptAnswer(s.name)) await deliver(s, () => undefined);
		});
	}
}
