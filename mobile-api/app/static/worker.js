// The service worker: wakes the person when a push comes, also while the app is closed, and keeps the app for when there is no network.
// It runs after two constants, version and shell, and is put together from the modules that it shares with the page.

import { addressOf } from "./address.js";
import { call, Refusal } from "./api.js";
import { loadLanguage, t } from "./i18n.js";
import { read, write } from "./store.js";

const worker = /** @type {any} */ (self);
const cacheName = "jawort " + version;

worker.addEventListener("install", (/** @type {any} */ e) => {
	e.waitUntil(caches.open(cacheName).then((cache) => cache.addAll(shell)).then(whole));
});

/** Fails where the page is another version's: several servers are being renewed one by one. The browser tries again later. */
async function whole() {
	const page = await (await caches.open(cacheName)).match("./");
	if ((await page?.text())?.includes(`app/${version}/`)) return;
	await caches.delete(cacheName);
	throw new Error("the page is of another version");
}

worker.addEventListener("activate", (/** @type {any} */ e) => {
	e.waitUntil(activate());
});

async function activate() {
	for (const name of await caches.keys()) {
		if (name !== cacheName) await caches.delete(name);
	}
	await worker.clients.claim();
}

worker.addEventListener("fetch", (/** @type {any} */ e) => {
	if (e.request.method !== "GET") return;
	if (e.request.mode === "navigate" && isApp(e.request)) e.respondWith(kept(new Request("./"), e.request));
	else if (inside(e.request.url)?.startsWith("app/")) e.respondWith(kept(e.request, e.request));
});

/** What an address names here, without query and fragment; undefined: it lies elsewhere. @param {string} url @returns {string | undefined} */
function inside(url) {
	const { scope } = worker.registration;
	return url.startsWith(scope) ? url.slice(scope.length).split(/[?#]/)[0] : undefined;
}

/** Whether the app opens there, and not a licence or whatever else lies at its address. @param {{ url: string }} place a window or what one asks for */
function isApp({ url }) {
	return ["", "enrol"].includes(inside(url) ?? "elsewhere");
}

/** Answers from what is kept, else from the network, and keeps that. @param {Request} name @param {Request} request */
async function kept(name, request) {
	const cache = await caches.open(cacheName);
	const found = await cache.match(name);
	if (found) return found;
	const fresh = await fetch(request);
	if (fresh.ok && name === request) await cache.put(name, fresh.clone());
	return fresh;
}

worker.addEventListener("message", (/** @type {any} */ e) => {
	if (e.data.type === "skip") e.waitUntil(worker.skipWaiting());
});

worker.addEventListener("push", (/** @type {any} */ e) => {
	e.waitUntil(pushed(payload(e.data)));
});

/** @param {any} data @returns {{ type?: unknown, id?: unknown, title?: unknown, body?: unknown }} */
function payload(data) {
	try {
		return data.json() ?? {};
	} catch {
		return {};
	}
}

/** Every push shows something, and something that is true. @param {ReturnType<typeof payload>} p */
async function pushed(p) {
	await loadLanguage();
	const id = typeof p.id === "string" ? p.id : "";
	const title = typeof p.title === "string" && p.title ? p.title : t("push.unknown.title");
	const body = typeof p.body === "string" ? p.body : t("push.unknown.body");
	if (p.type === "test" && id) {
		await show("test", title, body);
		return tell({ type: "tested", id });
	}
	await tell({ type: "look" });
	if (p.type === "approval" && id) {
		await show(id, title, body, true);
		if (await ended(id)) await show(id, t("push.ended.title"), t("push.ended.body"));
	} else if (p.type === "withdrawn" && id) {
		await show(id, title, body);
	} else {
		await show(id || "news", title, body);
	}
}

/** Tells all windows, also one that was loaded past this worker. @param {{ type: string, id?: string }} message */
async function tell(message) {
	for (const client of await worker.clients.matchAll({ type: "window", includeUncontrolled: true })) client.postMessage(message);
}

/** Whether a question is known to be over. Asking also tells the waiting browser that this phone has been reached. @param {string} id */
async function ended(id) {
	try {
		await call("GET", "v1/approvals/" + id);
		return false;
	} catch (err) {
		return err instanceof Refusal && ["already-decided", "expired", "unknown-approval"].includes(err.code);
	}
}

/** A later notification with the same tag takes the place of the earlier; silently, unless it asks or is there to be heard. @param {string} tag @param {string} title @param {string} body */
async function show(tag, title, body, asks = false) {
	await worker.registration.showNotification(title, {
		tag, body, renotify: asks || tag === "test", requireInteraction: asks, data: { id: asks ? tag : "" },
		icon: `app/${version}/icons/icon-192.png`, badge: `app/${version}/icons/badge.png`,
	});
}

worker.addEventListener("notificationclick", (/** @type {any} */ e) => {
	e.notification.close();
	e.waitUntil(open(e.notification.data?.id ?? ""));
});

/** Brings the app to the front at the question, in the window that is open where there is one. @param {string} id */
async function open(id) {
	const windows = (await worker.clients.matchAll({ type: "window", includeUncontrolled: true })).filter(isApp);
	const client = windows.find((/** @type {any} */ w) => w.visibilityState === "visible") ?? windows[0];
	if (!client) {
		await worker.clients.openWindow(id ? "./#/question/" + id : "./");
		return;
	}
	client.postMessage({ type: "open", id });
	await client.focus();
}

worker.addEventListener("pushsubscriptionchange", (/** @type {any} */ e) => {
	e.waitUntil(resubscribed(e.newSubscription));
});

/** @param {PushSubscription | null | undefined} fresh what the browser has made already */
async function resubscribed(fresh) {
	const vapid = await read("vapid");
	if (!vapid || !(await read("token"))) return;
	const subscription = fresh ?? (await worker.registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: vapid }));
	const address = addressOf(subscription, vapid);
	await call("PUT", "v1/installation/push", { body: address });
	await write("address", JSON.stringify(address));
}
