// Where this phone is woken, as the server keeps it.

import { toBase64url } from "./bytes.js";

/** @typedef {{ provider: "webpush", subscription: PushSubscriptionJSON, server_key: string }} Address */

/**
 * A subscription is bound to the server's key that it was made with, which may have been exchanged since.
 * @param {PushSubscription} s
 * @param {string} vapid the key that it was made with where the browser does not say
 * @returns {Address}
 */
export function addressOf(s, vapid) {
	const { endpoint, keys } = s.toJSON();
	const key = s.options?.applicationServerKey;
	return { provider: "webpush", subscription: { endpoint, keys }, server_key: key ? toBase64url(key) : vapid };
}
