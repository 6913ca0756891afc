// What the screens show. One object, changed as a whole; who listens is told.

/** @typedef {import("./question.js").Question} Question */
/**
 * A login of this phone. @typedef {object} Login
 * @property {string} id of the device
 * @property {string} account
 * @property {string} tenant
 * @property {string} label
 * @property {string} holder
 * @property {"active" | "unconfirmed" | "revoked" | "disabled"} status
 * @property {boolean} pushable
 */
/** @typedef {{ id: string, account: { label: string }, tenant: { name: string }, created_at: string, opens_at: string }} Recovery */
/** What has happened to a login. @typedef {{ id: string, account: { label: string }, tenant: { name: string }, text: string, at: string }} Notice */
/**
 * @typedef {object} Model
 * @property {boolean} enrolled has ever had a token
 * @property {boolean} evicted the browser has deleted what was kept
 * @property {boolean} reachable
 * @property {boolean} unknown the server does not know this phone any more
 * @property {Login[]} logins
 * @property {string[]} gone accounts that were listed before and are no more
 * @property {Question[]} questions
 * @property {Recovery[]} recoveries
 * @property {Notice[]} notices
 * @property {import("./push.js").Push} push
 * @property {string} tested the test push that came last
 * @property {boolean} update a newer version is ready
 */

/** @type {Model} */
let model = {
	enrolled: false, evicted: false, reachable: true, unknown: false, logins: [], gone: [], questions: [], recoveries: [], notices: [],
	push: { state: "unasked" }, tested: "", update: false,
};

/** @type {Set<() => void>} */
const listeners = new Set();

export function current() {
	return model;
}

/** @param {Partial<Model>} change */
export function change(change) {
	model = { ...model, ...change };
	for (const tell of listeners) tell();
}

/** @param {() => void} listener @returns {() => void} ends it */
export function subscribe(listener) {
	listeners.add(listener);
	return () => { listeners.delete(listener); };
}
