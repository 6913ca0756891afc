// What scripts add to our pages; without them every page works all the same, by buttons. None loads itself again: that would take a page away from who still reads it.

// Who opened a page by a link need not press its only button.
const sent = document.querySelector("form[data-submit]");
if (sent instanceof HTMLFormElement) sent.submit();

// Once a question has ended, the server says what follows; unless the person took it back, and is on their way already.
let leaving = false;
document.addEventListener("submit", () => { leaving = true; });
document.addEventListener("jawort-end", () => { if (!leaving) location.reload(); });

// A page that waits for a phone loads itself again when the phone has got further.
const watched = document.querySelector("[data-watch]");
if (watched instanceof HTMLElement) watch(watched.dataset.watch ?? "");

/** @param {string} url */
async function watch(url) {
  for (let pause = 1000; ; pause = Math.min(2 * pause, 30_000)) {
    try {
      const answer = await fetch(url, { headers: { Accept: "application/json" } });
      if (answer.status === 200) {
        const { moved } = await answer.json();
        if (moved) return location.reload();
        pause = 500;
      } else if (answer.status < 500 && answer.status !== 429) {
        return location.reload();
      }
    } catch {
      // The network is away for a moment.
    }
    await new Promise((done) => setTimeout(done, pause));
  }
}

// Printing needs no words of its own.
for (const button of document.querySelectorAll("[data-print]")) button.addEventListener("click", () => print());

// What takes long says so, and is not sent twice.
for (const form of document.querySelectorAll("form[data-working]")) {
  form.addEventListener("submit", () => {
    for (const busy of form.querySelectorAll("[data-busy]")) busy.removeAttribute("hidden");
    for (const button of form.querySelectorAll("button")) button.disabled = true;
  });
}
