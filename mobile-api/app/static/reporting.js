// Reporting as fraud what was answered already: somebody may find out later that it was not them.

import { decide } from "./answers.js";
import { t } from "./i18n.js";
import { Sending } from "./sending.js";
import { messageOf, unsent } from "./trouble.js";
import { html, Trouble, useState } from "./view.js";

/** @typedef {import("./answers.js").Result} Result */
/** @typedef {import("./question.js").Question} Question */
/** @typedef {"offered" | import("./answers.js").Progress} Stage */
/** @typedef {{ stage: Stage, trouble: string, report: () => Promise<void> }} Reporting */

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
	return { stage, trouble, report };
}

/** One tap leads to the unlock, which asks whether it is meant. @param {{ reporting: Reporting, offered: unknown, children?: unknown }} props with what else can be done */
export function Report({ reporting: { stage, trouble, report }, offered, children }) {
	return html`
		${trouble && html`<${Trouble} text=${trouble} />`}
		<${Sending} stage=${stage} decision="report" />
		${children}
		${stage === "offered" && offered && html`<button type="button" class="link late" onClick=${report}>${t("end.late")}</button>`}`;
}
