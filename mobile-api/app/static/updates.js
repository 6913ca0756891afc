// The service worker and newer versions of the app. A new version takes over when the person is not in the middle of something.

import { change, current } from "./model.js";

const worker = "./worker.js";

/** @param {() => boolean} idle */
export async function register(idle) {
	if (!("serviceWorker" in navigator)) return;
	const had = navigator.serviceWorker.controller !== null;
	navigator.serviceWorker.addEventListener("controllerchange", () => {
		if (had && idle()) location.reload();
		else if (had) change({ update: true });
	});
	const registration = await navigator.serviceWorker.register(workerURL(), { updateViaCache: "none" });
	const ready = () => {
		if (!registration.waiting || !registration.active) return;
		change({ update: true });
		if (idle()) update();
	};
	registration.addEventListener("updatefound", () => registration.installing?.addEventListener("statechange", ready));
	ready();
}

/** Takes the newest version, also one that was not looked for yet. */
export async function update() {
	const registration = await navigator.serviceWorker?.getRegistration();
	if (current().update && registration?.waiting) {
		registration.waiting.postMessage({ type: "skip" });
		return;
	}
	await registration?.update().catch(() => undefined);
	location.reload();
}

/** Browsers that check where scripts come from want it said once, here. */
function workerURL() {
	const types = /** @type {any} */ (self).trustedTypes;
	return types ? types.createPolicy("jawort", { createScriptURL: () => worker }).createScriptURL(worker) : worker;
}
