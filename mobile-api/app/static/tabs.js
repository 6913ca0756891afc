// Several windows of the app on one phone: what one learns the others learn, and what must happen once happens once.

const channel = "BroadcastChannel" in self ? new BroadcastChannel("jawort") : null;

/** @param {{ type: string, [member: string]: unknown }} message */
export function tell(message) {
	channel?.postMessage(message);
}

/** @param {(message: any) => void} hear @returns {() => void} ends it */
export function listen(hear) {
	/** @param {MessageEvent} e */
	const heard = (e) => hear(e.data);
	channel?.addEventListener("message", heard);
	return () => channel?.removeEventListener("message", heard);
}

/**
 * Does something while no other window does anything under the same name.
 * @template T
 * @param {string} name
 * @param {() => Promise<T>} act
 * @param {AbortSignal} [signal] ends waiting for the turn
 * @returns {Promise<T>}
 */
export async function alone(name, act, signal) {
	if (!navigator.locks) return act();
	return navigator.locks.request("jawort " + name, signal ? { signal } : {}, act);
}
