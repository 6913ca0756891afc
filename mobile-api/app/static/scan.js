// The camera as a reader of QR codes: by the browser's own detector where there is one, else by a library that is loaded then.

/** @typedef {(frame: HTMLVideoElement) => Promise<string>} Decoder empty: nothing found */

/** There is no camera. */
export class NoCamera extends Error {}

/** The reader of this version is no longer served: there is a newer one. */
export class Outdated extends Error {}

/** The browser's own, where it has one that knows these codes. @returns {Promise<Decoder | null>} */
async function own() {
	try {
		const Detector = /** @type {any} */ (self).BarcodeDetector;
		if (!(await Detector.getSupportedFormats()).includes("qr_code")) return null;
		const detector = new Detector({ formats: ["qr_code"] });
		return async (frame) => (await detector.detect(frame))[0]?.rawValue ?? "";
	} catch {
		return null;
	}
}

/** @returns {Promise<Decoder>} */
async function library() {
	await import("./vendor/jsqr/jsQR.js").catch((err) => { throw navigator.onLine ? new Outdated(String(err)) : err; });
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

/** Some browsers have a detector that fails at the first picture, as their system lacks what it needs. @param {unknown} err */
const broken = (err) => err instanceof DOMException && err.name === "NotSupportedError";

/** @returns {Promise<MediaStream>} */
async function camera() {
	if (!navigator.mediaDevices) throw new NoCamera("not in this browser");
	try {
		return await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" }, audio: false });
	} catch (err) {
		throw err instanceof DOMException && err.name === "NotFoundError" ? new NoCamera(err.message) : err;
	}
}

/**
 * Shows the camera and tells each text that it reads, until the signal ends it. Throws NoCamera, Outdated, or whatever says that it is blocked.
 * @param {HTMLVideoElement} video @param {(text: string) => void} found @param {AbortSignal} signal
 */
export async function scan(video, found, signal) {
	const stream = await camera();
	const stop = () => stream.getTracks().forEach((track) => track.stop());
	if (signal.aborted) return stop();
	signal.addEventListener("abort", stop);
	video.srcObject = stream;
	await video.play();
	let decode = (await own()) ?? (await library());
	while (!signal.aborted) {
		const text = video.videoWidth > 0 ? await decode(video).catch(async (err) => { if (broken(err)) decode = await library(); return ""; }) : "";
		if (text && !signal.aborted) found(text);
		await new Promise((resolve) => { setTimeout(resolve, 150); });
	}
}
