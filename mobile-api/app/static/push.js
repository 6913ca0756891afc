// How this phone is woken: by Web Push where the browser has it. Everything works without, while the app is open.

import { addressOf } from "./address.js";
import { call } from "./api.js";
import { fromBase64url } from "./bytes.js";
import { change } from "./model.js";
import { notifications } from "./posture.js";
import { erase, read, write } from "./store.js";
import { alone } from "./tabs.js";

/**
 * Whether this phone can be woken. @typedef {object} Push
 * @property {"unasked" | "working" | "blocked" | "unsupported" | "failed"} state
 */
/** @typedef {import("./address.js").Address} Address */

const patience = 5000; // some browsers never answer

/**
 * Subscribes, or finds the subscription that is there.
 * @param {string | undefined} vapid the server's key; empty: it sends no Web Push
 * @param {boolean} [anew] in any case: the one that is there is dead
 * @returns {Promise<Address | null>} null: this phone cannot be woken
 */
export async function subscribe(vapid, anew = false) {
	const [state, address] = await attempt(vapid, anew);
	change({ push: { state } });
	return address;
}

/** @param {string | undefined} vapid @param {boolean} anew @returns {Promise<[Push["state"], Address | null]>} */
async function attempt(vapid, anew) {
	if (notifications() === "denied") return ["blocked", null];
	if (!("serviceWorker" in navigator) || !("PushManager" in self) || !vapid) return ["unsupported", null];
	if (notifications() !== "granted") return ["unasked", null];
	try {
		const subscription = await inTime(ask(vapid, anew));
		return ["working", addressOf(subscription, vapid)];
	} catch {
		return ["failed", null];
	}
}

/** @param {string} vapid @param {boolean} anew */
async function ask(vapid, anew) {
	const { pushManager } = await navigator.serviceWorker.ready;
	const there = await pushManager.getSubscription();
	if (there && !anew && addressOf(there, vapid).server_key === vapid) return there;
	await there?.unsubscribe();
	return pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: fromBase64url(vapid) });
}

/** @template T @param {Promise<T>} wanted @returns {Promise<T>} */
function inTime(wanted) {
	return Promise.race([wanted, new Promise((_, reject) => { setTimeout(reject, patience, new Error("no answer")); })]);
}

/** Tells the server where this phone is woken, if that is news. @param {boolean} [lost] it has no address any more: the one that it had was dead */
export async function renew(lost = false) {
	const dead = await read("address");
	return alone("push", async () => {
		const anew = lost && (await read("address")) === dead; // else another window has done it
		const address = await subscribe(await read("vapid"), anew);
		const news = JSON.stringify(address);
		if (!address || (!anew && news === (await read("address")))) return;
		await erase("address");
		await call("PUT", "v1/installation/push", { body: address });
		await write("address", news);
	});
}
