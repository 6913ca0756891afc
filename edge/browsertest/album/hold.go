package album

import "encoding/json"

// hold stops what moves, lays what sticks to the edge of the screen where the page ends, and overwrites what differs from run to run:
// times, dates, seconds left, ports, ids, hashes, and the places given. A bar is of the time that is left, unless it is a page's own, which counts something. It looks into
// open shadow roots too, and does so again whenever the page draws.
const hold = `((places) => {
	const sheet = new CSSStyleSheet();
	sheet.replaceSync("*, *::before, *::after, ::-webkit-progress-value { animation: none !important; transition: none !important; caret-color: transparent !important; }");
	const real = new Map();
	const put = (node, text) => {
		if (node.data === text) return;
		real.set(node, { was: node.data, now: text });
		node.data = text;
	};
	const roots = (root) => [root, ...[...root.querySelectorAll("*")].flatMap((e) => (e.shadowRoot ? roots(e.shadowRoot) : []))];
	const texts = (within) => {
		const walker = document.createTreeWalker(within, NodeFilter.SHOW_TEXT), found = [];
		while (walker.nextNode()) found.push(walker.currentNode);
		return found;
	};
	const overwrite = (e, characters) => {
		let i = 0;
		const which = /^\d+$/.test(characters) ? /\d/g : /[A-Za-z0-9]/g;
		for (const node of texts(e)) put(node, node.data.replace(which, () => characters[i++ % characters.length]));
	};
	const plain = (text) => {
		let day = 2;
		return text
			.replace(/\(\d+ s\)/g, "(12 s)")
			.replace(/localhost:\d+/g, "localhost:8081")
			.replace(/\b([a-z]{3}_)[a-z0-9]{24,28}\b/g, (_, kind) => kind + "abcdefghijklmnopqrstuvwxyz")
			.replace(/(?<=^|["/])[\w-]{43}(?="|$)/g, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopq")
			.replace(/\b[A-Z][a-z]{2} \d{1,2}, 20\d\d\b/g, () => "Mar " + day++ + ", 2026")
			.replace(/\b\d{1,2} [A-Z][a-z]+ 20\d\d\b/g, () => day++ + " March 2026")
			.replace(/\b\d{2}\.\d{2}\.20\d\d\b/g, () => "0" + day++ + ".03.2026")
			.replace(/(?<![\d:])\d{1,2}:\d{2}(?!:?\d)/g, "09:41").replace(/(?<=09:41.)[AP]M/g, "AM");
	};
	const stuck = [...document.querySelectorAll("*")].filter((e) => getComputedStyle(e).position === "sticky");
	for (const e of stuck) e.style.position = "relative";
	let now = [];
	const draw = () => {
		watch.disconnect();
		now = roots(document);
		for (const root of now) {
			if (!root.adoptedStyleSheets.includes(sheet)) root.adoptedStyleSheets.push(sheet);
			const done = new Set();
			for (const [selector, characters] of Object.entries(places)) {
				for (const e of root.querySelectorAll(selector)) {
					overwrite(e, characters);
					for (const node of texts(e)) done.add(node);
				}
			}
			for (const node of texts(root.body ?? root)) if (!done.has(node)) put(node, plain(node.data));
			for (const bar of root.querySelectorAll("progress[value]:not(main > progress)")) bar.value = bar.max * 0.8;
			watch.observe(root, { subtree: true, childList: true, characterData: true, attributeFilter: ["value"] });
		}
	};
	const watch = new MutationObserver(draw);
	draw();
	window.jawortRelease = () => {
		watch.disconnect();
		for (const e of stuck) e.style.position = "";
		for (const [node, text] of real) if (node.data === text.now) node.data = text.was;
		for (const root of now) root.adoptedStyleSheets = root.adoptedStyleSheets.filter((s) => s !== sheet);
		return true;
	};
	return true;
})`

const release = `window.jawortRelease()`

// drawn comes true when everything has been drawn as it is now.
const drawn = `document.fonts.ready.then(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => resolve(true)))))`

func holding(places map[string]string) string {
	b, err := json.Marshal(places)
	if err != nil {
		panic(err) // texts cannot fail
	}
	return hold + "(" + string(b) + ")"
}
