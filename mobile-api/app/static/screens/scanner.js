// The camera, looking for a QR code.

import { t } from "../i18n.js";
import { scan } from "../scan.js";
import { html, Screen, Trouble, useEffect, useRef, useState } from "../view.js";

/** @param {{ found: (text: string) => void, cancel: () => void }} props */
export function Scanner({ found, cancel }) {
	const video = useRef(/** @type {HTMLVideoElement | null} */ (null));
	const [blocked, setBlocked] = useState(false);
	useEffect(() => {
		const end = new AbortController();
		if (video.current) {
			scan(video.current, (text) => { end.abort(); found(text); }, end.signal).catch(() => setBlocked(true));
		}
		return () => end.abort();
	}, []);
	return html`
		<${Screen} title=${t("add.camera.title")} back=${cancel}>
			${blocked ? html`<${Trouble} text=${t("add.camera.blocked")} />` : html`<p class="lead">${t("add.camera.text")}</p>`}
			<div class="camera" hidden=${blocked}><video ref=${video} muted playsinline aria-hidden="true"></video><div class="frame"></div></div>
			<button type="button" class="secondary" onClick=${cancel}>${t("cancel")}</button>
		<//>`;
}
