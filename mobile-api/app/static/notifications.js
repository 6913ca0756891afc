// Notifications that are on the screen.

/** @returns {Promise<ServiceWorkerRegistration | undefined>} */
async function registration() {
	return "serviceWorker" in navigator ? navigator.serviceWorker.getRegistration() : undefined;
}

/** Takes away the notification of a question that is answered. @param {string} id */
export async function closeNotification(id) {
	for (const n of (await (await registration())?.getNotifications({ tag: id })) ?? []) n.close();
}
