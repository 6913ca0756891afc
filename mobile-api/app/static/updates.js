// The service worker and newer versions of the app. A new version takes over when the person is not in the middle of something,
// or wants it.

import { change } from "./model.js";

const worker = "./worker.js";

let wanted = false; // by the person, whatever they are in the middle of

/** @param {() => boolean} idle */
export async function register(idle) {
	if (!("serviceWorker" in navigator)) return;
	let had = navigator.serviceWorker.controller !== null;
	navigator.serviceWorker.addEventListener("controllerchange", () => {
		const first = !had; // the worker of this very version
		had = true;
		if (first) return;
		if (wanted || idle()) location.reload();
		else change({ update: true });
	});
	const registration = await navigator.serviceWorker.register(workerURL(), { updateViaCache: "none" });
	const ready = () => {
		if (!registration.waiting || !registration.active) return;
		change({ update: true });
		if (idle()) takeOver(registration.waiting);
	};
	registration.addEventListener("updatefound", () => registration.installing?.addEventListener("statechange", ready));
	ready();
}

/** Asks whether there is a newer version: browsers do when they see fit, and an app that stays open might never. */
export async function lookForUpdate() {
	const registration = await navigator.serviceWorker?.getRegistration();
	await registration?.update().catch(() => undefined);
}

/** Takes the newest version, also one that was not looked for yet. */
export async function update() {
	const registration = await navigator.serviceWorker?.getRegistration();
	await registration?.update().catch(() => undefined);
	const fresh = registration?.waiting ?? registration?.installing;
	if (!fresh) return location.reload(); // another window has taken it, or there is none
	wanted = true;
	if (fresh.state === "installed") return takeOver(fresh);
	fresh.addEventListener("statechange", () => {
		if (fresh.state === "installed") takeOver(fresh);
		if (fresh.state === "redundant") location.reload();
	});
}

/** @param {ServiceWorker} fresh */
function takeOver(fresh) {
	fresh.postMessage({ type: "skip" });
}

/** Browsers that check where scripts come from want it said once, here. */
function workerURL() {
	const types = /** @type {any} */ (self).trustedTypes;
	return types ? types.createPolicy("jawort", { createScriptURL: () => worker }).createScriptURL(worker) : worker;
}
