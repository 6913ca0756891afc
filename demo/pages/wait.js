// The waiting page: learns the outcome over the websocket, falls back to long-polling, and never decides
// anything itself. Where it says "approved", the server of this site asks Jawort again.
const box = document.getElementById("wait");
const delivery = document.getElementById("delivery");
const end = document.getElementById("end");
const { socket, ticket } = box.dataset;
const life = Number(box.dataset.left) * 1000; // by the server's clock: this computer's may be wrong
const started = performance.now();
const grace = 15_000; // after the end, in which the outcome may still be on its way
let ended = false;
let failures = 0;

const endings = {
  denied: "The login was refused on a phone, or a wrong number was typed three times.",
  reported: "The login was reported as fraud, and nobody was signed in. If it was you, start again. If not, change your password.",
  expired: "Nobody answered in time.",
  cancelled: "The login was cancelled.",
  superseded: "A newer login of this browser has taken over.",
  lost: "No answer reached this page. Please start again.",
};

const left = () => Math.max(0, life - (performance.now() - started));
const over = () => performance.now() - started > life + grace;

function show(state) {
  if (ended) return;
  if (state.status === "pending") {
    const d = state.delivery ?? {};
    if (d.received > 0) delivery.textContent = "The question is on the phone.";
    else if (d.sent > 0) delivery.textContent = "The phone has been woken.";
    else if (d.failed > 0) delivery.textContent = "The phone could not be woken. Open the app yourself.";
    return;
  }
  ended = true;
  if (state.status === "approved") {
    location.assign("/welcome");
    return;
  }
  document.getElementById("asked").remove();
  document.querySelector("h1").textContent = "Not signed in";
  end.textContent = endings[state.status] ?? "The login has ended.";
}

function connect() {
  if (ended) return;
  const ws = new WebSocket(socket, ["jawort.v1", "ticket." + ticket]);
  let opened = false;
  ws.onopen = () => { opened = true; failures = 0; };
  ws.onmessage = (m) => {
    const frame = JSON.parse(m.data);
    if (frame.type === "state") show(frame); // a newer server may say more
  };
  ws.onclose = (e) => {
    if (ended) return;
    if (e.code === 4401 || e.code === 4410) return show({ status: "lost" });
    failures += 1;
    if (!opened && failures > 2) return poll();
    setTimeout(connect, Math.min(10_000, 250 * 2 ** failures) * (0.5 + Math.random() / 2));
  };
}

async function poll() {
  const url = socket.replace(/^ws/, "http").replace(/\/socket$/, "?wait=30");
  while (!ended) {
    try {
      const answer = await fetch(url, { headers: { Authorization: "Bearer " + ticket } });
      if (answer.ok) { show(await answer.json()); continue; }
      if ([401, 403, 404, 410].includes(answer.status)) return show({ status: "lost" });
    } catch { /* not reachable: try again below */ }
    await new Promise((done) => setTimeout(done, 2000));
  }
}

function tick() {
  if (ended) return;
  if (over()) return show({ status: "lost" });
  document.getElementById("left").value = left() / life;
  document.getElementById("seconds").textContent = Math.ceil(left() / 1000) + " s";
  setTimeout(tick, 500);
}

connect();
tick();
