// How far an answer is, once it is given.

import { t } from "./i18n.js";
import { html } from "./view.js";

const words = /** @type {const} */ ({ unlocking: "ask.unlocking", sending: "ask.sending", offline: "ask.unsent", busy: "ask.busy" });

/** @param {{ stage: string, decision: import("./question.js").Decision | null }} props with any other stage nothing is sent */
export function Sending({ stage, decision }) {
	const said = words[/** @type {import("./answers.js").Progress} */ (stage)];
	return said && html`<p class="busy" role="status">${t(decision === "report" && stage === "unlocking" ? "ask.unlocking.report" : said)}</p>`;
}
