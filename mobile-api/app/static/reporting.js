// Reporting as fraud what was answered already: somebody may find out later that it was not them.

import { decide } from "./answers.js";
import { t } from "./i18n.js";
import { Sending } from "./sending.js";
import { messageOf, unsent } from "./trouble.js";
import { html, Trouble, useState } from "./view.js";
import { Sure } from "./screens/question.js";

/** @typedef {import("./answers.js").Result} Result */
/** @typedef {import("./question.js").Question} Question */
/** @typedef {"offered" | "sure" | import("./answers.js").Progress} Stage */
/** @typedef {{ stage: Stage, trouble: string, go: (to: Stage) => void, report: () => Promise<void> }} Reporting */

/** @param {Question | null} question @param {(r: Result) => void} ended @returns {Reporting} */
export function useReporting(question, ended) {
	const [stage, go] = useState(/** @type {Stage} */ ("offered"));
	const [trouble, setTrouble] = useState("");
	const report = async () => {
		if (!question) return;
		setTrouble("");
		go("unlocking");
		try {
			const result = await decide(question, "report", "", go);
			const why = unsent(result);
			if (why) setTrouble(why);
			else ended(result);
		} catch (err) {
			setTrouble(messageOf(err));
		}
		go("offered");
	};
	return { stage, trouble, go, report };
}

/** @param {{ reporting: Reporting, offered: unknown, children?: unknown }} props with what else can be done, unless one is asked whether one is sure */
export function Report({ reporting: { stage, trouble, go, report }, offered, children }) {
	if (stage === "sure") return html`<${Sure} yes=${report} no=${() => go("offered")} />`;
	return html`
		${trouble && html`<${Trouble} text=${trouble} />`}
		<${Sending} stage=${stage} />
		${children}
		${stage === "offered" && offered && html`<button type="button" class="link late" onClick=${() => go("sure")}>${t("end.late")}</button>`}`;
}
