// Keeps what is asked up to date: at once on opening, then live while the app is open and seen. Of several windows one asks for all.

import { call, passing, Refusal, strange, Unreachable } from "./api.js";
import { refresh } from "./logins.js";
import { change, current } from "./model.js";
import { questionOf } from "./question.js";
import { read } from "./store.js";
import { alone, listen, tell } from "./tabs.js";

const wait = 50; // seconds
const seldom = 600; // seconds, to ask a server that does not know this phone

let nudge = new AbortController(); // aborted where waiting on is of no use

/** Asks anew at once. */
export function look() {
	nudge.abort();
}

/** Runs as long as the page does. */
export async function watch() {
	for (const change of ["online", "offline"]) addEventListener(change, look);
	document.addEventListener("visibilitychange", look);
	listen((m) => { if (m.type === "questions") take(m.entries); });
	for (;;) {
		nudge = new AbortController();
		await (seen() ? turn(nudge.signal) : sleep(3600, nudge.signal));
	}
}

const seen = () => document.visibilityState === "visible";

let failures = 0; // in a row

/** Each window learns at once what is asked; then one waits for news, and tells the others. @param {AbortSignal} signal */
async function turn(signal) {
	try {
		if (!(await read("token"))) {
			if (current().enrolled) change({ evicted: true, enrolled: false, logins: [], questions: [] }); // while the app was open
			return await sleep(3600, signal);
		}
		await poll(0, signal);
		await alone("watch", async () => {
			while (!signal.aborted) {
				await poll(wait, signal);
				void refresh().catch(() => undefined); // something came, went, or nothing did for a while
			}
		}, signal);
	} catch (err) {
		if (!signal.aborted) await sleep(await trouble(err), signal);
	}
}

/** @param {number} seconds @param {AbortSignal} signal */
async function poll(seconds, signal) {
	const known = [...new Set(current().questions.map((q) => q.id))].join(",");
	const { approvals } = await call("GET", `v1/approvals?wait=${seconds}&known=${known}`, { wait: seconds, signal });
	failures = 0;
	take(approvals);
	tell({ type: "questions", entries: approvals });
}

/** @param {unknown} err @returns {Promise<number>} seconds to wait */
async function trouble(err) {
	change({ reachable: !(err instanceof Unreachable) });
	if (strange(err)) {
		await refresh().catch(() => undefined);
		return current().unknown ? seldom : 30;
	}
	const wanted = passing(err) ? err.retryAfter : 0;
	if (err instanceof Refusal) return Math.max(wanted, 5);
	return Math.max(wanted, Math.min(2 ** failures++, 15) * (0.5 + Math.random() / 2));
}

/** @param {{ id: string, device: string, document: string }[]} entries */
function take(entries) {
	change({ reachable: true, unknown: false, questions: entries.map(questionOf) });
}

/** @param {number} seconds @param {AbortSignal} signal @returns {Promise<void>} */
function sleep(seconds, signal) {
	return new Promise((resolve) => {
		if (signal.aborted) return resolve(); // a nudge that came before tells nobody any more
		const timer = setTimeout(resolve, seconds * 1000);
		signal.addEventListener("abort", () => { clearTimeout(timer); resolve(); });
	});
}

/**
 * Asks why a question is not pending any more. Throws Unreachable.
 * @param {string} id
 * @returns {Promise<{ kind: "answered", by: string } | { kind: "expired" } | { kind: "pending" } | { kind: "ended" }>}
 */
export async function endOf(id) {
	try {
		await call("GET", "v1/approvals/" + id);
		return { kind: "pending" };
	} catch (err) {
		if (err instanceof Refusal && err.code === "already-decided") return { kind: "answered", by: String(err.members.by ?? "") };
		if (err instanceof Refusal && err.code === "expired") return { kind: "expired" };
		if (err instanceof Unreachable) throw err;
		return { kind: "ended" };
	}
}
