// Adding a login: what the link, the phone and the server say to each other. Every step may be repeated as it is.

import { call, Refusal, Unreachable } from "./api.js";
import { addCredential, refresh } from "./logins.js";
import { change } from "./model.js";
import { create, discard } from "./passkey.js";
import { describe } from "./posture.js";
import { subscribe } from "./push.js";
import { erase, read, write } from "./store.js";
import { look } from "./watch.js";

/** The server's offer. @typedef {object} Offer
 * @property {string} enrolment
 * @property {{ label: string }} account
 * @property {{ name: string }} tenant
 * @property {any} publicKey
 * @property {{ screen_lock: boolean, notifications: boolean }} requirements
 * @property {{ method: string, address: string }} [code] a code is on its way
 * @property {{ application_server_key: string }} [web_push]
 */
/** An enrolment under way, which survives the page. @typedef {{ offer: Offer, credential?: any, confirm?: string, device?: string }} Enrolment */

/** @returns {Promise<Enrolment | undefined>} */
export function underWay() {
	return read("enrolment");
}

/** Says that another host's credentials were asked for. */
export class WrongHost extends Error {}

/** @param {string} code of the link @returns {Promise<Enrolment>} */
export async function claim(code) {
	const offer = await insist("v1/enrolments/claim", { code });
	if (offer.publicKey.rp.id !== location.hostname) throw new WrongHost(offer.publicKey.rp.id);
	const e = { offer };
	await write("enrolment", e);
	void navigator.storage?.persist?.().catch(() => false); // some browsers ask the person, who may never answer
	return e;
}

/** @param {Enrolment} e @returns {Promise<Enrolment>} */
export async function resend(e) {
	const { code } = await call("POST", "v1/enrolments/code", { body: { enrolment: e.offer.enrolment }, anonymous: true });
	return keep({ ...e, offer: { ...e.offer, code } });
}

/** @param {Enrolment} e */
async function keep(e) {
	await write("enrolment", e);
	return e;
}

/**
 * Makes the passkey, where there is none yet, and registers the phone. Throws NotUnlocked, Refusal or Unreachable.
 * @param {Enrolment} e @param {{ holder: string, label: string, code: string }} said
 * @returns {Promise<Enrolment>} with the digits to type where the link came from
 */
export async function complete(e, { holder, label, code }) {
	const { offer } = e;
	const credential = e.credential ?? (await create(offer.publicKey));
	e = await keep({ ...e, credential });
	const push = await subscribe(offer.web_push?.application_server_key);
	const done = await insist("v1/enrolments/complete", {
		enrolment: offer.enrolment, credential, installation: await describe(), holder, label, ...(push && { push }), ...(code && { code }),
	});
	await write("token", done.token);
	await write("vapid", offer.web_push?.application_server_key ?? "");
	if (push) await write("address", JSON.stringify(push));
	await addCredential(done.device, { id: credential.id, rpId: offer.publicKey.rp.id });
	change({ enrolled: true, evicted: false });
	await refresh().catch(() => undefined);
	look();
	return keep({ ...e, device: done.device, confirm: done.confirm });
}

/** Ends what is under way, and gives back a passkey that nobody needs. @param {Enrolment} e */
export async function abandon(e) {
	await erase("enrolment");
	if (e.credential && !e.device) await discard(e.offer.publicKey.rp.id, e.credential.id);
}

export function finished() {
	return erase("enrolment");
}

/** Sends the same bytes until there is an answer. @param {string} path @param {unknown} body @returns {Promise<any>} */
async function insist(path, body) {
	const bytes = JSON.stringify(body);
	for (let tries = 0; ; tries++) {
		try {
			return await call("POST", path, { body: bytes, anonymous: true });
		} catch (err) {
			if (!(err instanceof Unreachable) || tries === 4) throw err;
			await new Promise((resolve) => { setTimeout(resolve, 300 * 2 ** tries); });
		}
	}
}

/** Whether the link is used up, so that only a new one helps. @param {unknown} err */
export function ended(err) {
	return err instanceof Refusal && (err.code === "unknown-enrolment" || (err.code === "wrong-code" && err.members.attempts_left === 0));
}
