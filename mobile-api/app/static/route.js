// Where the person is in the app: the fragment of the address.

import { useEffect, useState } from "./vendor/htm-preact.js";

/** @returns {string[]} e.g. ["question", "apr_1"]; empty at home */
export function route() {
	return location.hash.replace(/^#\/?/, "").split("/").filter(Boolean);
}

/** @param {...string} to */
export function go(...to) {
	location.hash = "#/" + to.join("/");
}

/** Goes there without a way back. @param {...string} to */
export function replace(...to) {
	history.replaceState(null, "", "#/" + to.join("/"));
	dispatchEvent(new HashChangeEvent("hashchange"));
}

export function useRoute() {
	const [at, set] = useState(route);
	useEffect(() => {
		const moved = () => set(route());
		addEventListener("hashchange", moved);
		moved(); // what came between drawing and this
		return () => removeEventListener("hashchange", moved);
	}, []);
	return at;
}
