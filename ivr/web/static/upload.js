// Files on their way: how far they are, and what is wrong before a byte is sent. Without scripts the form does the same.
const form = document.getElementById("upload");
const files = document.getElementById("f-files");
const drop = document.getElementById("drop");
const trouble = document.getElementById("upload-trouble");
const underWay = document.getElementById("under-way");
const bar = document.getElementById("progress");
const send = document.getElementById("send");
const stop = document.getElementById("stop");
const sending = document.getElementById("progress-text").textContent;
let request = null;

function size(bytes) {
  return `${(bytes / 1e6).toLocaleString(document.documentElement.lang, { maximumFractionDigits: 1 })} MB`;
}

function total() {
  return [...files.files].reduce((sum, file) => sum + file.size, 0);
}

function say(text) {
  const note = document.createElement("div");
  note.className = "alert alert-danger note";
  note.setAttribute("role", "alert");
  note.textContent = text;
  trouble.replaceChildren(note);
  trouble.focus();
}

function showChosen() {
  const names = [...files.files].slice(0, 3).map((file) => `\u2068${file.name}\u2069`);
  const more = files.files.length > names.length ? " …" : "";
  document.getElementById("chosen").textContent = names.length ? `${files.files.length} · ${size(total())} · ${names.join(" · ")}${more}` : "";
}

function tooMuch() {
  if (files.files.length > Number(form.dataset.files)) return form.dataset.many;
  return total() > Number(form.dataset.sent) ? form.dataset.heavy : "";
}

function over(yes) {
  drop.classList.toggle("over", yes);
}

function show(done) {
  const percent = Math.floor(done * 100);
  bar.value = percent;
  document.getElementById("percent").textContent = `${percent} %`;
  document.getElementById("progress-text").textContent = done < 1 ? sending : form.dataset.kept;
}

function rest() {
  request = null;
  underWay.hidden = stop.hidden = true;
  send.disabled = false;
}

function answered() {
  const { responseURL, responseText, status } = request;
  rest();
  if (new URL(responseURL).pathname !== new URL(form.action).pathname) return location.assign(responseURL);
  const page = new DOMParser().parseFromString(responseText, "text/html");
  const told = page.getElementById("upload-trouble") ?? page.querySelector("main .card");
  say(told?.textContent.trim().replace(/\s+/g, " ") || `${status}`);
}

function go(event) {
  event.preventDefault();
  if (request) return;
  const wrong = tooMuch();
  if (wrong) return say(wrong);
  trouble.replaceChildren();
  request = new XMLHttpRequest();
  request.upload.onprogress = (told) => told.lengthComputable && show(told.loaded / told.total);
  request.onload = answered;
  request.onerror = () => (rest(), say(form.dataset.lost));
  request.onabort = rest;
  request.open("POST", form.action);
  request.setRequestHeader("Accept", "text/html");
  underWay.hidden = stop.hidden = false;
  send.disabled = true;
  show(0);
  stop.focus();
  request.send(new FormData(form));
}

for (const name of ["dragenter", "dragover"]) drop.addEventListener(name, (event) => (event.preventDefault(), over(true)));
drop.addEventListener("dragleave", (event) => drop.contains(event.relatedTarget) || over(false));
drop.addEventListener("drop", (event) => {
  event.preventDefault();
  over(false);
  if (!event.dataTransfer.files.length) return;
  files.files = event.dataTransfer.files;
  showChosen();
});
files.addEventListener("change", showChosen);
form.addEventListener("submit", go);
stop.addEventListener("click", () => request?.abort());
addEventListener("beforeunload", (event) => request && event.preventDefault());
showChosen();
