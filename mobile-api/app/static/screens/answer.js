// One answer of this phone, which can still be reported: somebody may find out later that it was not them.

import { dateAndTime, t } from "../i18n.js";
import { questionOf } from "../question.js";
import { go } from "../route.js";
import { remembered } from "../store.js";
import { html, Icon, Screen, useEffect, useState } from "../view.js";
import { iconOf, titleOf } from "./history.js";
import { Over } from "./over.js";
import { Details, From } from "../facts.js";
import { Report, useReporting } from "../reporting.js";

/** @typedef {import("../answers.js").Entry} Entry */
/** @typedef {import("../answers.js").Result} Result */

/** @param {{ at: number }} props when it was given */
export function Answer({ at }) {
	const [entries, set] = useState(/** @type {Entry[] | null} */ (null));
	useEffect(() => { void remembered().then(set); }, [at]);
	const entry = entries?.find((e) => e.at === at);
	const reported = entries?.some((e) => e.id === entry?.id && e.decision === "report" && e.result.kind === "counted") ?? false;
	useEffect(() => { if (entries && !entry) go("history"); }, [entries]);
	return entry ? html`<${Given} entry=${entry} reported=${reported} />` : null;
}

/** @param {{ entry: Entry, reported: boolean }} props */
function Given({ entry, reported }) {
	const question = questionOf(entry);
	const { document } = question;
	const [end, setEnd] = useState(/** @type {Result | null} */ (null));
	const reporting = useReporting(question, setEnd);
	const back = () => go("history");
	if (end) return html`<${Over} question=${question} end=${end} decision="report" ended=${() => undefined} close=${back} />`;
	const reportable = document && !reported && ["counted", "answered", "wrong-number"].includes(entry.result.kind);
	return html`
		<${Screen} title=${titleOf(entry)} back=${back}>
			${document && document.details.length > 0 && html`<${Details} document=${document} />`}
			<dl class="facts">
				<div class="who"><dt>${t("ask.service")}</dt><dd><strong>${entry.application}</strong> ${entry.tenant}</dd></div>
				<div><dt>${t("ask.account")}</dt><dd>${entry.account}</dd></div>
				${document && html`<${From} document=${document} />`}
				<div class=${iconOf(entry)}><dt>${t("history.at")}</dt><dd>${dateAndTime(entry.at)}</dd></div>
			</dl>
			<${Report} reporting=${reporting} offered=${reportable} />
			${reported && html`<p class="quiet"><${Icon} name="flag" />${t("history.reported")}</p>`}
		<//>`;
}
