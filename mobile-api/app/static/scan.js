// The camera as a reader of QR codes: by the browser's own detector where there is one, else by a library that is loaded then.

/** @typedef {(frame: HTMLVideoElement) => Promise<string>} Decoder empty: nothing found */

/** @returns {Promise<Decoder>} */
async function decoder() {
	const Detector = /** @type {any} */ (self).BarcodeDetector;
	if (Detector && (await Detector.getSupportedFormats()).includes("qr_code")) {
		const detector = new Detector({ formats: ["qr_code"] });
		return async (frame) => (await detector.detect(frame))[0]?.rawValue ?? "";
	}
	await import("./vendor/jsqr/jsQR.js");
	const decode = /** @type {any} */ (self).jsQR;
	const canvas = document.createElement("canvas");
	const context = canvas.getContext("2d", { willReadFrequently: true });
	return async (frame) => {
		const scale = Math.min(1, 640 / frame.videoWidth);
		canvas.width = frame.videoWidth * scale;
		canvas.height = frame.videoHeight * scale;
		context?.drawImage(frame, 0, 0, canvas.width, canvas.height);
		const pixels = context?.getImageData(0, 0, canvas.width, canvas.height);
		return (pixels && decode(pixels.data, pixels.width, pixels.height)?.data) ?? "";
	};
}

/**
 * Shows the camera and tells each text that it reads, until the signal ends it. Throws where there is no camera or it is blocked.
 * @param {HTMLVideoElement} video @param {(text: string) => void} found @param {AbortSignal} signal
 */
export async function scan(video, found, signal) {
	const stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" }, audio: false });
	const stop = () => stream.getTracks().forEach((track) => track.stop());
	if (signal.aborted) return stop();
	signal.addEventListener("abort", stop);
	video.srcObject = stream;
	await video.play();
	const decode = await decoder();
	while (!signal.aborted) {
		const text = video.videoWidth > 0 ? await decode(video).catch(() => "") : "";
		if (text && !signal.aborted) found(text);
		await new Promise((resolve) => { setTimeout(resolve, 150); });
	}
}
