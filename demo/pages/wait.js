// The waiting page: learns the outcome over the websocket, falls back to long-polling, and never decides
// anything itself. Where it says "approved", the server of this site asks Jawort again.
const box = document.getElementById("wait");
const delivery = document.getElementById("delivery");
const { socket, ticket } = box.dataset;
const expires = Date.parse(box.dataset.expires);
const started = Date.now();
let ended = false;
let failures = 0;

const endings = {
  denied: "The login was refused on the phone.",
  reported: "The login was reported as fraud. Nobody was signed in.",
  expired: "Nobody answered in time.",
  cancelled: "The login was cancelled.",
  superseded: "A newer login of this browser has taken over.",
  lost: "The state of this login was lost. Please start again.",
};

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
  const end = document.getElementById("end");
  end.textContent = endings[state.status] ?? "The login has ended.";
  end.hidden = false;
  delivery.hidden = true;
}

function connect() {
  const ws = new WebSocket(socket, ["jawort.v1", "ticket." + ticket]);
  let opened = false;
  ws.onopen = () => { opened = true; failures = 0; };
  ws.onmessage = (m) => show(JSON.parse(m.data));
  ws.onclose = (e) => {
    if (ended) return;
    if (e.code === 4401 || e.code === 4410) return show({ status: "lost" });
    failures += 1;
    if (!opened && failures > 2) return poll();
    setTimeout(connect, Math.min(10000, 250 * 2 ** failures) * (0.5 + Math.random() / 2));
  };
}

async function poll() {
  const url = socket.replace(/^ws/, "http").replace(/\/socket$/, "?wait=30");
  while (!ended) {
    try {
      const answer = await fetch(url, { headers: { Authorization: "Bearer " + ticket } });
      if (answer.ok) { show(await answer.json()); continue; }
      if (answer.status === 401 || answer.status === 404) return show({ status: "lost" });
    } catch { /* not reachable: try again below */ }
    await new Promise((done) => setTimeout(done, 2000));
  }
}

function tick() {
  const left = Math.max(0, expires - Date.now());
  document.getElementById("left").value = left / Math.max(1, expires - started);
  document.getElementById("seconds").textContent = ended ? "" : Math.ceil(left / 1000) + " s";
  if (!ended) setTimeout(tick, 500);
}

connect();
tick();
