// The logins of this phone. The server's list alone says what is gone; nothing else makes the phone forget anything.

import { call, Refusal, strange } from "./api.js";
import { change, current } from "./model.js";
import { discard } from "./passkey.js";
import { describe } from "./posture.js";
import { erase, read, write } from "./store.js";
import { alone, tell } from "./tabs.js";
import { leaveTrace } from "./trace.js";

/** @typedef {import("./model.js").Login} Login */
/** The passkey of a login. @typedef {{ id: string, rpId: string }} Credential */

/** @returns {Promise<Record<string, Credential>>} by device */
async function credentials() {
	return (await read("credentials")) ?? {};
}

/** @param {string} device @returns {Promise<Credential | undefined>} */
export async function credentialOf(device) {
	return (await credentials())[device];
}

/** @param {string} device @param {Credential} c */
export async function addCredential(device, c) {
	await alone("credentials", async () => write("credentials", { ...(await credentials()), [device]: c }));
}

/** @param {string} device */
async function dropCredential(device) {
	await alone("credentials", async () => {
		const { [device]: gone, ...rest } = await credentials();
		await write("credentials", rest);
		if (gone) await discard(gone.rpId, gone.id);
	});
}

/** Shows what was known last, until the server has spoken. */
export async function recall() {
	change({ logins: (await read("devices")) ?? [] });
}

/** Asks the server for the logins of this phone. Throws what the call throws, but for a 401. */
export async function refresh() {
	if (!(await read("token"))) return;
	const mine = await credentials(); // before asking: what is added meanwhile cannot be on the list
	try {
		const { devices, web_push } = await call("GET", "v1/devices");
		await take(devices, mine);
		if (web_push) await write("vapid", web_push.application_server_key);
	} catch (err) {
		if (!strange(err)) throw err;
		if (await read("token")) change({ unknown: true }); // else its logins were forgotten meanwhile
	}
}

/** @param {any[]} listed @param {Record<string, Credential>} mine */
async function take(listed, mine) {
	/** @type {Login[]} */
	const logins = listed.filter((d) => d.status === "active" || d.status === "unconfirmed").map((d) => ({
		id: d.id, account: d.account.label, tenant: d.tenant.name, label: d.label, holder: d.holder, status: d.status, pushable: d.pushable,
	}));
	const ended = current().logins.filter((before) => before.status === "active" && !logins.some((l) => same(l, before)));
	for (const device of Object.keys(mine)) {
		if (!logins.some((l) => l.id === device)) await dropCredential(device);
	}
	await keep(logins);
	change({ logins, unknown: false, gone: [...current().gone, ...ended.map((l) => `${l.account} · ${l.tenant}`)] });
}

/** @param {Login[]} logins */
async function keep(logins) {
	await write("devices", logins);
	leaveTrace(logins.length > 0);
}

/** Whether two are the same, or the one was added anew as the other. @param {Login} one @param {Login} other */
const same = (one, other) => one.id === other.id || (one.account === other.account && one.tenant === other.tenant);

/** Whether the server has no address any more by which to wake this phone: a push service called it dead. */
export function unwakeable() {
	return current().logins.some((l) => l.status === "active" && !l.pushable);
}

/** @param {string} id @param {string} label @param {string} holder */
export async function rename(id, label, holder) {
	await call("PATCH", "v1/devices/" + id, { body: { label, holder } });
	await refresh();
	tell({ type: "logins" });
}

/** @param {string} id */
export async function leave(id) {
	try {
		await call("DELETE", "v1/devices/" + id);
	} catch (err) {
		if (strange(err)) await refresh(); // tells whether it is the phone that is unknown
		if (!current().unknown && !(err instanceof Refusal && err.status === 404)) throw err;
	}
	await forget(id);
	if (current().unknown && current().logins.length === 0) await forgetAll();
	tell({ type: "logins" });
}

/** Takes a login off the phone, as the person wants. @param {string} id */
async function forget(id) {
	await dropCredential(id);
	const logins = current().logins.filter((l) => l.id !== id);
	await keep(logins);
	change({ logins });
}

/** Forgets all logins of a phone that the server does not know any more, so that they can be added anew. */
export async function forgetAll() {
	for (const l of current().logins) await forget(l.id);
	for (const name of /** @type {const} */ (["token", "address", "enrolment", "told"])) await erase(name);
	change({ unknown: false, enrolled: false, questions: [] });
}

/** Tells the server what this phone is like now, unless that was told before. */
export async function report() {
	const { platform: _, ...posture } = await describe();
	const now = JSON.stringify(posture);
	if ((await read("told")) === now) return;
	await call("PATCH", "v1/installation", { body: posture });
	await write("told", now);
}

/** What somebody without a phone has begun for a login of this phone. */
export async function refreshRecoveries() {
	const { recoveries } = await call("GET", "v1/recoveries");
	change({ recoveries });
}

/** @param {string} id */
export async function stopRecovery(id) {
	await call("DELETE", "v1/recoveries/" + id);
	await refreshRecoveries();
}

/** What the server has to say, where it has such a list. */
export async function refreshNotices() {
	try {
		const { notices } = await call("GET", "v1/notices");
		change({ notices: notices.filter((/** @type {any} */ n, /** @type {number} */ i) => notices.findIndex((/** @type {any} */ m) => m.id === n.id) === i) });
	} catch (err) {
		if (!(err instanceof Refusal && err.status === 404)) throw err;
	}
}

/** Says that the person has read a notice, so that it is not shown again. @param {string} id */
export async function readNotice(id) {
	await call("DELETE", "v1/notices/" + id);
	await refreshNotices();
}
