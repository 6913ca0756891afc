// Passkeys: one for each login, made and used with the phone's own unlock.

import { fromBase64url, toBase64url } from "./bytes.js";

/** The person did not unlock, or the passkey is no longer there: browsers do not tell which. */
export class NotUnlocked extends Error {}

export function supported() {
	return "PublicKeyCredential" in self && !!navigator.credentials;
}

/** Whether the phone can be unlocked by its person: PIN, finger or face. */
export async function hasScreenLock() {
	return supported() && PublicKeyCredential.isUserVerifyingPlatformAuthenticatorAvailable().catch(() => false);
}

/**
 * @param {any} options PublicKeyCredentialCreationOptionsJSON
 * @returns {Promise<any>} RegistrationResponseJSON
 */
export async function create(options) {
	const made = await unlocked(navigator.credentials.create({
		publicKey: {
			...options,
			challenge: fromBase64url(options.challenge),
			user: { ...options.user, id: fromBase64url(options.user.id) },
			excludeCredentials: [],
			authenticatorSelection: { ...options.authenticatorSelection, authenticatorAttachment: "platform", userVerification: "required" },
		},
	}));
	const response = /** @type {AuthenticatorAttestationResponse} */ (made.response);
	return wire(made, {
		clientDataJSON: toBase64url(response.clientDataJSON), attestationObject: toBase64url(response.attestationObject),
		transports: response.getTransports?.() ?? [],
	});
}

/**
 * @param {{ rpId: string, credential: string, challenge: ArrayBuffer, timeout: number }} what timeout in milliseconds
 * @returns {Promise<any>} AuthenticationResponseJSON
 */
export async function sign({ rpId, credential, challenge, timeout }) {
	const used = await unlocked(navigator.credentials.get({
		publicKey: {
			rpId, challenge, timeout, userVerification: "required",
			allowCredentials: [{ type: "public-key", id: fromBase64url(credential), transports: ["internal"] }],
		},
	}));
	const response = /** @type {AuthenticatorAssertionResponse} */ (used.response);
	return wire(used, {
		clientDataJSON: toBase64url(response.clientDataJSON), authenticatorData: toBase64url(response.authenticatorData),
		signature: toBase64url(response.signature), ...(response.userHandle && { userHandle: toBase64url(response.userHandle) }),
	});
}

/** Tells the phone that a passkey is of no use any more, where it wants to know. @param {string} rpId @param {string} credentialId */
export async function discard(rpId, credentialId) {
	await /** @type {any} */ (self).PublicKeyCredential?.signalUnknownCredential?.({ rpId, credentialId }).catch(() => undefined);
}

/** @param {Promise<Credential | null>} asked @returns {Promise<PublicKeyCredential>} */
async function unlocked(asked) {
	try {
		const got = await asked;
		if (got) return /** @type {PublicKeyCredential} */ (got);
	} catch (err) {
		throw new NotUnlocked(String(err));
	}
	throw new NotUnlocked("nothing");
}

/** @param {PublicKeyCredential} c @param {Record<string, unknown>} response */
function wire(c, response) {
	return { id: c.id, rawId: toBase64url(c.rawId), type: c.type, response, clientExtensionResults: c.getClientExtensionResults() };
}
