// What this phone keeps, in IndexedDB: the key, the token, the logins, signed answers without a reply, and the history.

/** What lies under which name. @typedef {"key" | "token" | "credentials" | "devices" | "language" | "enrolment" | "vapid" | "address" | "told"} Name */

const database = "jawort";
const version = 1;

/** @type {Promise<IDBDatabase> | undefined} */
let opened;

function open() {
	opened ??= new Promise((resolve, reject) => {
		const r = indexedDB.open(database, version);
		r.onupgradeneeded = () => {
			r.result.createObjectStore("kept");
			r.result.createObjectStore("answers");
			r.result.createObjectStore("history", { autoIncrement: true });
		};
		r.onsuccess = () => {
			const db = r.result;
			db.onversionchange = () => { opened = undefined; db.close(); };
			db.onclose = () => { opened = undefined; }; // the browser has deleted it
			resolve(db);
		};
		r.onerror = () => { opened = undefined; reject(r.error); };
	});
	return opened;
}

/**
 * Runs one request in a transaction of its own, and waits until it is on disk.
 * @template T
 * @param {"kept" | "answers" | "history"} store
 * @param {IDBTransactionMode} mode
 * @param {(s: IDBObjectStore) => IDBRequest<T>} act
 * @returns {Promise<T>}
 */
async function run(store, mode, act) {
	const transaction = (await open()).transaction(store, mode, { durability: "strict" });
	const request = act(transaction.objectStore(store));
	return new Promise((resolve, reject) => {
		transaction.oncomplete = () => resolve(request.result);
		transaction.onerror = transaction.onabort = () => reject(transaction.error);
	});
}

/** @param {Name} name @returns {Promise<any>} undefined where nothing is kept */
export function read(name) {
	return run("kept", "readonly", (s) => s.get(name));
}

/** @param {Name} name @param {unknown} value */
export function write(name, value) {
	return run("kept", "readwrite", (s) => s.put(value, name));
}

/** @param {Name} name */
export function erase(name) {
	return run("kept", "readwrite", (s) => s.delete(name));
}

/** @param {string} name @param {unknown} answer */
export function keepAnswer(name, answer) {
	return run("answers", "readwrite", (s) => s.put(answer, name));
}

/** @param {string} name @returns {Promise<any>} */
export function keptAnswer(name) {
	return run("answers", "readonly", (s) => s.get(name));
}

/** @param {string} name */
export function dropAnswer(name) {
	return run("answers", "readwrite", (s) => s.delete(name));
}

/** @returns {Promise<any[]>} */
export function keptAnswers() {
	return run("answers", "readonly", (s) => s.getAll());
}

const longest = 200;

/** @param {unknown} entry */
export async function remember(entry) {
	await run("history", "readwrite", (s) => s.add(entry));
	const keys = await run("history", "readonly", (s) => s.getAllKeys());
	if (keys.length > longest) {
		const last = keys[keys.length - longest - 1];
		await run("history", "readwrite", (s) => s.delete(IDBKeyRange.upperBound(last)));
	}
}

/** @returns {Promise<any[]>} oldest first */
export function remembered() {
	return run("history", "readonly", (s) => s.getAll());
}

export function forgetHistory() {
	return run("history", "readwrite", (s) => s.clear());
}
