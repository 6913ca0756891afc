// The first nonce of a page, asked for while the rest of the app is still being loaded: so the first call is not refused for lack of one.

const patience = 2000; // milliseconds

/** @returns {Promise<string>} empty where there is none yet: the first call brings it */
async function ask() {
	if (!("document" in self)) return ""; // the worker starts for one call
	const options = /** @type {const} */ ({ method: "HEAD", cache: "no-store", credentials: "omit" });
	try {
		const r = await fetch(new URL("manifest.webmanifest", document.baseURI), { ...options, signal: AbortSignal.timeout(patience) });
		return r.headers.get("DPoP-Nonce") ?? "";
	} catch {
		return "";
	}
}

export const firstNonce = ask();
