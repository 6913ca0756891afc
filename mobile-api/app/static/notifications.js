// Notifications that are on the screen.

/** @returns {Promise<ServiceWorkerRegistration | undefined>} */
async function registration() {
	return "serviceWorker" in navigator ? navigator.serviceWorker.getRegistration() : undefined;
}

/** Takes away the notification of a question that is answered. @param {string} id */
export async function closeNotification(id) {
	for (const n of (await (await registration())?.getNotifications({ tag: id })) ?? []) n.close();
}

/** Shows one by way of the worker, as a push does. @param {string} title @param {string} body */
export async function showTest(title, body) {
	const to = (await navigator.serviceWorker.ready).active;
	to?.postMessage({ type: "test", title, body });
}
