// The queue while somebody is in it. What changed is shown where it stands; what is new waits behind a button; what is
// gone turns grey. Only when pointer and focus have left is the list drawn anew. Without scripts one loads the page again.
const desk = document.getElementById("desk");
const bell = document.getElementById("bell");
const MANY_MS = 400;
const title = document.title;
let kept = null; // the newest list, while it is held back
let due = dueIn(desk);

function dueIn(root) {
  return Number(root.querySelector("#desk-bar")?.dataset.due ?? 0);
}

function queueOf(root) {
  return root.querySelector("#queue");
}

function rowsOf(root) {
  return new Map([...root.querySelectorAll("[data-request]")].map((row) => [row.dataset.request, row]));
}

function inside() {
  const queue = queueOf(desk);
  const pointed = matchMedia("(hover: hover)").matches && queue?.matches(":hover");
  return Boolean(queue && (pointed || queue.contains(document.activeElement)));
}

function read(html) {
  const held = document.createElement("template");
  held.innerHTML = html;
  return held.content;
}

function showCounts(root) {
  for (const tab of root.querySelectorAll("[id^=tab-] .count")) {
    const here = document.getElementById(tab.closest("a").id)?.querySelector(".count");
    if (here) here.textContent = tab.textContent;
  }
}

// In place: nothing moves.
function mend(root) {
  const now = rowsOf(root);
  let unseen = now.size;
  for (const [id, row] of rowsOf(desk)) {
    const other = now.get(id);
    row.classList.toggle("gone", !other);
    row.querySelector("button")?.setAttribute("aria-disabled", !other);
    if (other) {
      unseen -= 1;
      for (const part of ["age", "facts"]) {
        row.querySelector(`[data-part=${part}]`).innerHTML = other.querySelector(`[data-part=${part}]`).innerHTML;
      }
    } else {
      const whose = root.querySelector(`#taken [data-id="${id}"]`)?.textContent ?? queueOf(desk).dataset.gone;
      const said = document.createElement("span");
      said.className = "fact state";
      said.textContent = whose;
      row.querySelector("[data-part=facts]").replaceChildren(said);
    }
  }
  announce(unseen);
}

function announce(unseen) {
  const fresh = document.getElementById("fresh");
  if (!unseen) return fresh.replaceChildren();
  const button = fresh.querySelector("button") ?? document.createElement("button");
  button.type = "button";
  button.className = "btn";
  button.id = "show-fresh";
  button.textContent = desk.dataset.fresh.replace("{n}", unseen);
  button.onclick = drawAnew;
  if (!button.isConnected) fresh.append(button);
}

function drawAnew() {
  if (kept === null) return;
  const html = kept;
  const byKey = document.activeElement?.matches("#show-fresh:focus-visible");
  kept = null;
  desk.replaceChildren(read(html));
  htmx.process(desk);
  if (byKey) desk.querySelector("[data-row] a")?.focus();
}

function told() {
  return localStorage.getItem("hamrah-bell") === "on" && window.Notification?.permission === "granted";
}

// Says that somebody waits, and nothing about them.
function notice(count) {
  document.title = count ? `(${count}) ${title}` : title;
  const more = count > due;
  due = count;
  if (!more || !told() || (!document.hidden && document.hasFocus())) return;
  try {
    const shown = new Notification(bell.dataset.title, { tag: "hamrah", icon: bell.dataset.icon });
    shown.onclick = () => (window.focus(), shown.close());
  } catch {
    bell.hidden = true; // phones have none without a service worker
  }
}

desk.addEventListener("htmx:sse:before:message", (event) => {
  const root = read(event.detail.message.data);
  if (event.detail.message.event || !root.querySelector("#desk-bar")) return;
  notice(dueIn(root));
  if (!inside()) {
    kept = null;
    return;
  }
  event.preventDefault();
  event.detail.cancelled = true;
  kept = event.detail.message.data;
  showCounts(root);
  mend(root);
});

function left() {
  setTimeout(() => inside() || drawAnew(), MANY_MS);
}
desk.addEventListener("pointerout", (event) => queueOf(desk)?.contains(event.relatedTarget) || left());
desk.addEventListener("focusout", left);

// A row that is gone cannot be claimed any more.
desk.addEventListener("submit", (event) => event.target.closest(".gone") && event.preventDefault());

function showBell() {
  const on = told();
  bell.setAttribute("aria-pressed", on);
  bell.querySelector("[data-on]").hidden = !on;
  bell.querySelector("[data-off]").hidden = on;
}

if (window.Notification && Notification.permission !== "denied") {
  bell.hidden = false;
  showBell();
  bell.addEventListener("click", async () => {
    if (told()) localStorage.removeItem("hamrah-bell");
    else if ((await Notification.requestPermission()) === "granted") localStorage.setItem("hamrah-bell", "on");
    showBell();
  });
}
notice(due);
