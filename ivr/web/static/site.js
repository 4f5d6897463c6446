// What makes the pages quicker to use; everything works without it.
const keys = document.getElementById("keys");

function showKeys() {
  if (!keys.open) keys.showModal();
}

for (const button of document.querySelectorAll(".keys-open")) {
  button.hidden = false;
  button.addEventListener("click", showKeys);
}

// A menu closes when another one opens, on Escape, and on a click beside it.
const menus = [...document.querySelectorAll("details.menu")];
const closeMenus = (but) => menus.filter((menu) => menu !== but).forEach((menu) => (menu.open = false));
document.addEventListener("click", (event) => closeMenus(event.target.closest("details.menu")));

// Rows: j and k walk through them, Enter opens.
function step(by) {
  const rows = [...document.querySelectorAll("[data-row]")];
  if (!rows.length) return;
  const here = rows.findIndex((row) => row.contains(document.activeElement));
  const row = rows[Math.min(rows.length - 1, Math.max(0, here < 0 ? 0 : here + by))];
  (row.querySelector("a, button") ?? row).focus();
}

const SHORTCUTS = {
  "/": () => document.querySelector("input[type=search]")?.focus(),
  "?": showKeys,
  j: () => step(1),
  k: () => step(-1),
  n: () => document.querySelector("[data-key=n]")?.click(),
};

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") {
    const open = menus.find((menu) => menu.open);
    closeMenus();
    open?.querySelector("summary").focus();
  }
  const typing = event.target.closest("input, textarea, select, [contenteditable]");
  if (typing || event.ctrlKey || event.metaKey || event.altKey || !SHORTCUTS[event.key]) return;
  event.preventDefault();
  SHORTCUTS[event.key]();
});

for (const button of document.querySelectorAll("[data-copy]")) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    const field = document.getElementById(button.dataset.copy);
    field.select();
    await navigator.clipboard.writeText(field.value);
    button.querySelector("span").textContent = button.dataset.copied;
  });
}

// A form is sent once, and says that it is under way; also one that came with news.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || event.defaultPrevented) return;
  if (form.dataset.sent) return event.preventDefault();
  form.dataset.sent = "yes";
  event.submitter?.setAttribute("aria-busy", "true");
});
addEventListener("pageshow", () => document.querySelectorAll("form[data-sent]").forEach((form) => delete form.dataset.sent));

// The session was ended elsewhere: the page that is open shows it.
document.addEventListener("ended", () => location.reload());
