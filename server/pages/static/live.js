// The live page shows the newest figures by itself, until somebody pauses it or has left.

const every = 5_000;
// A page that nobody looks at must not keep its operator signed in.
const patience = 15 * 60_000;

const button = document.querySelector("[data-live]");
const state = document.querySelector("[data-live-state]");
if (button instanceof HTMLButtonElement) follow(button);

/** @param {HTMLButtonElement} pause */
function follow(pause) {
  let paused = false;
  let used = Date.now();
  const words = pause.dataset;
  const show = () => {
    pause.textContent = (paused ? words.go : words.pause) ?? "";
  };
  for (const sign of ["pointerdown", "keydown", "visibilitychange"]) document.addEventListener(sign, () => (used = Date.now()));
  pause.addEventListener("click", () => {
    paused = !paused;
    if (state) state.textContent = "";
    show();
  });
  pause.hidden = false;
  show();
  setInterval(() => {
    if (paused || document.hidden) return;
    if (Date.now() - used > patience) {
      paused = true;
      if (state) state.textContent = words.slept ?? "";
      show();
      return;
    }
    void read(words.live ?? "");
  }, every);
}

/** @param {string} url */
async function read(url) {
  try {
    const answer = await fetch(url, { headers: { Accept: "application/json" }, redirect: "manual" });
    if (answer.type === "opaqueredirect" || answer.status === 401) return location.reload(); // signed out meanwhile
    if (answer.status !== 200) return;
    const { texts, lines } = await answer.json();
    for (const e of document.querySelectorAll("[data-figure]")) put(e, "textContent", texts[e.getAttribute("data-figure") ?? ""]);
    for (const e of document.querySelectorAll("[data-line]")) put(e, "points", lines[e.getAttribute("data-line") ?? ""]);
  } catch {
    // The network is away for a moment.
  }
}

/**
 * @param {Element} e
 * @param {"textContent" | "points"} what
 * @param {string | undefined} value
 */
function put(e, what, value) {
  if (value === undefined) return;
  if (what === "points") e.setAttribute("points", value);
  else e.textContent = value;
}
