// How a question ended, and a report afterwards.

import { t } from "../i18n.js";
import { announce, html, Icon, Screen, useEffect } from "../view.js";
import { Details } from "../facts.js";
import { Report, useReporting } from "../reporting.js";

/** @typedef {import("../answers.js").Result} Result */
/** @typedef {import("../question.js").Decision} Decision */
/** @typedef {import("../question.js").Question} Question */

/**
 * @param {import("./question.js").End} end @param {Decision | null} decision
 * @returns {{ title: string, text: string, icon: "check" | "cross" | "flag" | "clock" | "warning", tone: string }}
 */
function words(end, decision) {
	switch (end.kind) {
		case "counted":
			if (decision === "report") {
				return { title: t("end.reported"), text: end.status === "reported" ? t("end.reported.text") : t("end.reported.late.text"), icon: "flag", tone: "bad" };
			}
			if (decision === "approve") return { title: t("end.approved"), text: t("end.approved.text"), icon: "check", tone: "good" };
			if (end.status === "pending") return { title: t("end.pending"), text: t("end.pending.text"), icon: "cross", tone: "bad" };
			return { title: t("end.denied"), text: t("end.denied.text"), icon: "cross", tone: "bad" };
		case "answered":
			return { title: t("end.answered"), text: end.by ? t("end.answered.by", { by: end.by }) : t("end.answered.text"), icon: "check", tone: "" };
		case "here": return { title: t("end.answered"), text: t("end.answered.here"), icon: "check", tone: "" };
		case "expired": return { title: t("end.expired"), text: t("end.expired.text"), icon: "clock", tone: "" };
		case "wrong-number": return { title: t("end.blocked"), text: t("end.blocked.text"), icon: "warning", tone: "bad" };
		case "strange": return { title: t("end.strange"), text: t("end.strange.text"), icon: "warning", tone: "bad" };
		case "refused": return { title: t("end.refused"), text: end.text, icon: "warning", tone: "bad" };
		default: return { title: t("end.gone"), text: t("end.gone.text"), icon: "clock", tone: "" };
	}
}

/**
 * @param {{ question: Question | null, end: import("./question.js").End, decision: Decision | null,
 *   ended: (d: Decision, r: Result) => void, close: () => void }} props
 */
export function Over({ question, end, decision, ended, close }) {
	const { title, text, icon, tone } = words(end, decision);
	const reporting = useReporting(question, (result) => ended("report", result));
	useEffect(() => announce(`${title}. ${text}`), [title, text]);
	const reportable = question?.document && (end.kind === "answered" || end.kind === "wrong-number" || (end.kind === "counted" && decision !== "report"));
	return html`
		<${Screen} title=${title} tone=${"over " + tone}>
			<div class="sign"><${Icon} name=${icon} /></div>
			<p class="lead outcome">${text}</p>
			${question?.document && html`<${Details} document=${question.document} />`}
			<${Report} reporting=${reporting} offered=${reportable}>
				<button type="button" class="primary close" onClick=${close}>${t("done")}</button>
			<//>
		<//>`;
}
