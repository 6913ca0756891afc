// Texts in the person's language.

import { de } from "./texts/de.js";
import { en } from "./texts/en.js";
import { read, write } from "./store.js";

/** @typedef {keyof typeof en} Key */

const catalogues = { de, en };
/** @typedef {keyof typeof catalogues} Language */

/** @type {Language} */
let chosen = "en";

export function language() {
	return chosen;
}

/** Takes the language that the person chose, else the first of the browser's that there is. */
export async function loadLanguage() {
	const kept = await read("language").catch(() => undefined);
	const wanted = [kept, ...navigator.languages.map((tag) => tag.slice(0, 2).toLowerCase())];
	chosen = wanted.find((tag) => tag in catalogues) ?? "en";
}

/** @param {Language} to */
export async function setLanguage(to) {
	chosen = to;
	await write("language", to);
}

/**
 * @param {Key} key
 * @param {Record<string, string | number>} [filled] what stands in braces
 */
export function t(key, filled = {}) {
	return catalogues[chosen][key].replace(/\{(\w+)\}/g, (_, name) => String(filled[name] ?? ""));
}

/** @param {number} at milliseconds */
export function timeOfDay(at) {
	return new Intl.DateTimeFormat(chosen, { hour: "2-digit", minute: "2-digit" }).format(at);
}

/** @param {number} at milliseconds */
export function dateAndTime(at) {
	return new Intl.DateTimeFormat(chosen, { dateStyle: "medium", timeStyle: "short" }).format(at);
}

/** @param {string} code ISO 3166 */
export function country(code) {
	try {
		return new Intl.DisplayNames([chosen], { type: "region" }).of(code) ?? code;
	} catch {
		return code;
	}
}
