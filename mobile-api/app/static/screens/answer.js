// One answer of this phone, which can still be reported: somebody may find out later that it was not them.

import { decide } from "../answers.js";
import { dateAndTime, t } from "../i18n.js";
import { questionOf } from "../question.js";
import { go } from "../route.js";
import { remembered } from "../store.js";
import { messageOf } from "../trouble.js";
import { html, Icon, Screen, Trouble, useEffect, useState } from "../view.js";
import { iconOf, titleOf } from "./history.js";
import { Over } from "./over.js";
import { Details, From, Sure } from "./question.js";

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
	const [stage, setStage] = useState(/** @type {"shown" | "sure" | "unlocking" | "sending" | "offline"} */ ("shown"));
	const [trouble, setTrouble] = useState("");
	const report = async () => {
		setTrouble("");
		try {
			const result = await decide(question, "report", "", setStage);
			if (result.kind === "not-unlocked" || result.kind === "no-passkey") setTrouble(t(result.kind === "no-passkey" ? "ask.nopasskey" : "ask.notunlocked"));
			else return setEnd(result);
		} catch (err) {
			setTrouble(messageOf(err));
		}
		setStage("shown");
	};
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
			${trouble && html`<${Trouble} text=${trouble} />`}
			${stage === "shown" && reportable && html`<button type="button" class="link late" onClick=${() => setStage("sure")}>${t("end.late")}</button>`}
			${stage === "sure" && html`<${Sure} yes=${report} no=${() => setStage("shown")} />`}
			${reported && html`<p class="quiet"><${Icon} name="flag" />${t("history.reported")}</p>`}
			${stage === "unlocking" && html`<p class="busy" role="status">${t("ask.unlocking")}</p>`}
			${stage === "sending" && html`<p class="busy" role="status">${t("ask.sending")}</p>`}
			${stage === "offline" && html`<p class="busy" role="status">${t("ask.unsent")}</p>`}
		<//>`;
}
