// The first nonce of a page, asked for while the rest of the app is still being loaded: so the first call is not refused for lack of one.

const patience = 2000; // milliseconds

/** @returns {Promise<string>} empty where there is none yet: the first call brings it */
async function ask() {
	if (!("document" in self)) return ""; // the worker starts for one call
	const end = new AbortController();
	const late = setTimeout(() => end.abort(), patience);
	try {
		const r = await fetch(new URL("manifest.webmanifest", document.baseURI), { method: "HEAD", cache: "no-store", credentials: "omit", signal: end.signal });
		return r.headers.get("DPoP-Nonce") ?? "";
	} catch {
		return "";
	} finally {
		clearTimeout(late);
	}
}

export const firstNonce = ask();
