// A large keypad for the number. Digits typed on a keyboard count as well.

import { t } from "../i18n.js";
import { announce, html, Icon, useEffect } from "../view.js";

/** @param {{ digits: number, typed: string, set: (typed: string) => void }} props */
export function Keypad({ digits, typed, set }) {
	/** @param {string} next */
	const put = (next) => {
		set(next);
		announce(t("ask.number.typed", { typed: next.length, digits }));
	};
	/** @param {string} digit */
	const type = (digit) => { if (typed.length < digits) put(typed + digit); };
	const drop = () => { if (typed) put(typed.slice(0, -1)); };
	useEffect(() => {
		/** @param {KeyboardEvent} e */
		const press = (e) => {
			if (/^\d$/.test(e.key)) type(e.key);
			if (e.key === "Backspace") drop();
		};
		addEventListener("keydown", press);
		return () => removeEventListener("keydown", press);
	}, [typed]);
	return html`
		<div class="typed" role="img" aria-label=${t("ask.number.typed", { typed: typed.length, digits })}>
			${Array.from({ length: digits }, (_, i) => html`<span class=${i < typed.length ? "full" : i === typed.length ? "next" : ""}>${typed[i] ?? ""}</span>`)}
		</div>
		<div class="keypad" role="group" aria-labelledby="number">
			${["1", "2", "3", "4", "5", "6", "7", "8", "9"].map((d) => html`<${Key} digit=${d} type=${type} />`)}
			<span></span>
			<${Key} digit="0" type=${type} />
			<button type="button" class="key" aria-label=${t("ask.number.delete")} onClick=${drop}><${Icon} name="delete" /></button>
		</div>`;
}

/** @param {{ digit: string, type: (digit: string) => void }} props */
function Key({ digit, type }) {
	return html`<button type="button" class="key" data-digit=${digit} onClick=${() => type(digit)}>${digit}</button>`;
}
