// What was answered on this phone.

import { dateAndTime, t } from "../i18n.js";
import { go } from "../route.js";
import { forgetHistory, remembered } from "../store.js";
import { announce, html, Icon, Screen, useEffect, useState } from "../view.js";

/** @typedef {import("../answers.js").Entry} Entry */

/** @param {Entry} entry */
export function titleOf(entry) {
	switch (entry.result.kind) {
		case "counted": return t(`history.${entry.decision}`);
		case "wrong-number": return t("history.wrong");
		case "answered":
		case "expired": return t("history.late");
		default: return t("history.failed");
	}
}

/** @param {Entry} entry */
export function iconOf(entry) {
	if (entry.result.kind !== "counted") return "clock";
	return entry.decision === "approve" ? "check" : entry.decision === "deny" ? "cross" : "flag";
}

export function History() {
	const [entries, set] = useState(/** @type {Entry[] | null} */ (null));
	const load = () => remembered().then((all) => set(all.reverse()));
	useEffect(() => { void load(); }, []);
	const clear = async () => {
		await forgetHistory();
		announce(t("history.cleared"));
		await load();
	};
	return html`
		<${Screen} title=${t("history.title")}>
			${entries?.length === 0 && html`<p class="quiet">${t("history.empty")}</p>`}
			<ul class="cards history">
				${entries?.map((e) => html`
					<li key=${e.at}><button type="button" class=${"card " + iconOf(e)} onClick=${() => go("answer", String(e.at))}><${Icon} name=${iconOf(e)} />
						<span class="words"><strong>${titleOf(e)}</strong><span>${e.application} · ${e.account}</span>
							${e.details.map((d) => html`<span>${d.label}: ${d.value}</span>`)}
							<span class="hint">${dateAndTime(e.at)}</span></span><${Icon} name="next" /></button></li>`)}
			</ul>
			<p class="hint">${t("history.note")}</p>
			${entries && entries.length > 0 && html`<button type="button" class="link" onClick=${clear}>${t("history.clear")}</button>`}
		<//>`;
}
