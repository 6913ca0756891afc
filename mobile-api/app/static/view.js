// What all screens are built of.

import { current, subscribe } from "./model.js";
import { now } from "./clock.js";
import { t } from "./i18n.js";
import { html, useEffect, useLayoutEffect, useRef, useState } from "./vendor/htm-preact.js";

export { html, useEffect, useRef, useState };

/** @typedef {import("./vendor/htm-preact.js").View} View */

export function useModel() {
	const [model, set] = useState(current);
	useEffect(() => {
		set(current());
		return subscribe(() => set(current()));
	}, []);
	return model;
}

/** The server's time, anew every second. */
export function useNow() {
	const [at, set] = useState(now);
	useEffect(() => {
		const timer = setInterval(() => set(now()), 1000);
		return () => clearInterval(timer);
	}, []);
	return at;
}

/** Says something to a screen reader, without moving the focus. @param {string} text */
export function announce(text) {
	const region = document.getElementById("said");
	if (region) region.textContent = text;
}

/**
 * A screen with its heading, which takes the focus when the screen opens, so that a screen reader begins there.
 * @param {{ title: string, back?: () => void, tone?: string, children?: View }} props
 */
export function Screen({ title, back, tone, children }) {
	const heading = useRef(/** @type {HTMLElement | null} */ (null));
	useLayoutEffect(() => {
		document.title = `${title} · ${t("app.name")}`;
		heading.current?.focus({ preventScroll: true });
	}, [title]);
	return html`
		<main class=${"screen " + (tone ?? "")}>
			<header>
				${back && html`<button type="button" class="icon back" aria-label=${t("back")} onClick=${back}><${Icon} name="back" /></button>`}
				<h1 ref=${heading} tabindex="-1">${title}</h1>
			</header>
			${children}
		</main>`;
}

/** @param {{ kind?: "note" | "warning" | "danger", title?: string, children?: View }} props */
export function Banner({ kind = "note", title, children }) {
	return html`
		<section class=${"banner " + kind}>
			<${Icon} name=${kind === "note" ? "info" : "warning"} />
			<div>${title && html`<h2>${title}</h2>`}${children}</div>
		</section>`;
}

/** What went wrong, said at once. @param {{ text: string }} props */
export function Trouble({ text }) {
	return html`<p class="trouble" role="alert">${text}</p>`;
}

/**
 * @param {{ label: string, hint?: string, value: string, set: (value: string) => void, [attribute: string]: any }} props
 */
export function Field({ label, hint, value, set, ...attributes }) {
	const [id] = useState(() => "field-" + Math.random().toString(36).slice(2));
	return html`
		<div class="field">
			<label for=${id}>${label}</label>
			${hint && html`<p class="hint" id=${id + "-hint"}>${hint}</p>`}
			<input id=${id} value=${value} aria-describedby=${hint ? id + "-hint" : undefined} onInput=${(/** @type {any} */ e) => set(e.target.value)} ...${attributes} />
		</div>`;
}

const paths = {
	back: "M15 5l-7 7 7 7",
	next: "M9 5l7 7-7 7",
	home: "M12 3l7 3v5c0 4.6-2.9 8-7 10-4.1-2-7-5.4-7-10V6z M9 11.5l2.2 2.2L15.2 9.7",
	history: "M12 7v5l3.5 2 M3.5 12a8.5 8.5 0 1 0 2.6-6.1 M3.5 4v4h4",
	settings: "M4 7h9 M17 7h3 M4 17h3 M11 17h9 M15 5v4 M9 15v4",
	info: "M12 11v6 M12 7.5v.01 M3.5 12a8.5 8.5 0 1 0 17 0a8.5 8.5 0 1 0-17 0",
	warning: "M12 9.5v4 M12 17v.01 M12 3.5L2.8 19.5h18.4z",
	check: "M5 12.5l4.5 4.5L19 7.5",
	cross: "M6 6l12 12 M18 6L6 18",
	clock: "M12 7v5l3.5 2 M3.5 12a8.5 8.5 0 1 0 17 0a8.5 8.5 0 1 0-17 0",
	flag: "M6 21V4 M6 4.5h11l-2.5 4 2.5 4H6",
	scan: "M4 8V5a1 1 0 0 1 1-1h3 M16 4h3a1 1 0 0 1 1 1v3 M20 16v3a1 1 0 0 1-1 1h-3 M8 20H5a1 1 0 0 1-1-1v-3 M8 8h3v3H8z M13.5 13.5h2.5V16h-2.5z M13.5 8H16 M8 13.5V16",
	delete: "M8 5h12v14H8l-5-7z M11 9.5l5 5 M16 9.5l-5 5",
	plus: "M12 5v14 M5 12h14",
	phone: "M8 3h8a1 1 0 0 1 1 1v16a1 1 0 0 1-1 1H8a1 1 0 0 1-1-1V4a1 1 0 0 1 1-1z M11 18h2",
};

/** @param {{ name: keyof typeof paths }} props */
export function Icon({ name }) {
	return html`<svg class="glyph" viewBox="0 0 24 24" aria-hidden="true"><path d=${paths[name]} /></svg>`;
}
