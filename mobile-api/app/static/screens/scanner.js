// The camera, looking for a QR code.

import { t } from "../i18n.js";
import { NoCamera, Outdated, scan } from "../scan.js";
import { update } from "../updates.js";
import { html, Screen, Trouble, useEffect, useRef, useState } from "../view.js";

/** @param {{ found: (text: string) => void, cancel: () => void }} props */
export function Scanner({ found, cancel }) {
	const video = useRef(/** @type {HTMLVideoElement | null} */ (null));
	const [trouble, setTrouble] = useState(/** @type {"" | "none" | "blocked" | "update"} */ (""));
	useEffect(() => {
		const end = new AbortController();
		if (video.current) {
			scan(video.current, (text) => { end.abort(); found(text); }, end.signal).catch((err) => setTrouble(err instanceof NoCamera ? "none" : err instanceof Outdated ? "update" : "blocked"));
		}
		return () => end.abort();
	}, []);
	return html`
		<${Screen} title=${t("add.camera.title")} back=${cancel}>
			${trouble ? html`<${Trouble} text=${t(`add.camera.${trouble}`)} />` : html`<p class="lead">${t("add.camera.text")}</p>`}
			${trouble === "update" && html`<button type="button" class="primary" onClick=${update}>${t("home.update.action")}</button>`}
			<div class="camera" hidden=${trouble !== ""}><video ref=${video} muted playsinline aria-hidden="true"></video><div class="frame"></div></div>
			<button type="button" class="secondary" onClick=${cancel}>${t(trouble ? "add.camera.type" : "cancel")}</button>
		<//>`;
}
