// The recorder: one line at a time, take after take; the best is kept and sent while the next one is read.
import { FLOOR, openEar, pause, problemOf } from "./record-ear.js";
import { drawLive, drawTake } from "./record-draw.js";
import { Outbox } from "./record-post.js";

const COUNT_MS = 700;
const MOST_SECONDS = 180;
const QUIET_DB = -30;
const LOUD_DB = -0.5;
const HINT_FRAMES = 90; // about a second and a half

const at = (id) => document.getElementById(id);
const booth = at("booth");
const lines = [...document.querySelectorAll("#lines > li")];
const texts = Object.fromEntries([...document.querySelectorAll("#says > li")].map((item) => [item.dataset.say, item.textContent]));
const takes = new Map(); // line -> its takes, until one is kept
const rtl = document.documentElement.dir === "rtl";

let here = Math.max(0, lines.findIndex((line) => line.hasAttribute("data-first")));
let ear = null;
let state = "off"; // off, opening, ready, counting, recording, stopping
let stopRecording = null;
let stopPlaying = null;
let heard = [];
let loud = 0;
let ended = false; // the session, while takes wait here

function say(name, values = {}) {
  return Object.entries(values).reduce((text, [key, value]) => text.replace(`{${key}}`, value), texts[name]);
}

const outbox = new Outbox(booth.dataset.token, showOutbox);

// The line to be read

function theirs() {
  return takes.get(lines[here]) ?? [];
}

function show() {
  const line = lines[here];
  const { code, where, why } = line.dataset;
  at("count").textContent = say("count", { n: here + 1, all: lines.length });
  at("where").textContent = where;
  at("code").textContent = code;
  at("why").textContent = why;
  at("why").hidden = !why;
  at("words").textContent = line.querySelector("[data-words]").textContent;
  at("back").disabled = here === 0;
  at("skip").disabled = here === lines.length - 1;
  for (const other of lines) other.querySelector("button").setAttribute("aria-current", other === line);
  heard = [];
  showTakes();
}

function go(to) {
  if (state === "counting" || state === "recording" || state === "stopping") return;
  stopPlaying?.();
  here = Math.min(lines.length - 1, Math.max(0, to));
  show();
  at("record").focus({ preventScroll: true });
}

// Its takes

function showTakes() {
  const rows = theirs().map(takeRow);
  at("takes").replaceChildren(...rows);
  at("keep").disabled = !rows.length || state === "recording" || state === "counting";
  theirs().forEach((take, n) => drawTake(rows[n].querySelector("canvas"), take.sound));
}

function takeRow(take, n) {
  const row = at("take-row").content.firstElementChild.cloneNode(true);
  const seconds = take.seconds === null ? "?" : take.seconds.toFixed(1);
  const name = say("take", { n: n + 1 });
  row.querySelector("[data-name]").textContent = `${name} · ${say("seconds", { n: seconds })}`;
  const best = row.querySelector("input");
  best.checked = take.best;
  best.addEventListener("change", () => choose(take));
  const play = row.querySelector("[data-play]");
  play.setAttribute("aria-label", `${play.textContent.trim()}: ${name}`);
  play.disabled = !take.sound;
  play.addEventListener("click", () => hear(take));
  const drop = row.querySelector("[data-drop]");
  drop.setAttribute("aria-label", `${drop.title}: ${name}`);
  drop.addEventListener("click", () => forget(take));
  return row;
}

function choose(take) {
  for (const other of theirs()) other.best = other === take;
}

function forget(take) {
  const left = theirs().filter((other) => other !== take);
  if (take.best && left.length) left.at(-1).best = true;
  takes.set(lines[here], left);
  showTakes();
  at("record").focus();
}

function hear(take) {
  const other = stopPlaying && stopPlaying.take !== take;
  const playing = Boolean(stopPlaying);
  stopPlaying?.();
  if ((playing && !other) || !take?.sound) return;
  const stop = ear.play(take.sound, () => stopPlaying === stop && (stopPlaying = null));
  stop.take = take;
  stopPlaying = stop;
}

// Keeping

function keep() {
  const best = theirs().find((take) => take.best);
  if (!best || !["ready", "off"].includes(state)) return;
  const line = lines[here];
  takes.delete(line);
  outbox.add({ url: line.dataset.post, blob: best.blob, words: at("words").textContent, line });
  stopPlaying?.();
  if (here < lines.length - 1) return go(here + 1);
  showTakes();
  hint("done");
}

function showOutbox(parcels) {
  at("outbox").replaceChildren(...parcels.map(parcelRow));
  for (const parcel of parcels) parcel.line.querySelector("[data-state]").textContent = parcel.state === "refused" ? "" : say("kept");
  if (ended && !unsaved()) location.reload();
}

function parcelRow(parcel) {
  const row = at("parcel-row").content.firstElementChild.cloneNode(true);
  row.dataset.state = parcel.state;
  row.querySelector("[data-name]").textContent = parcel.words;
  row.querySelector("[data-what]").textContent = parcel.state === "refused" ? say("refused-take", { why: parcel.why }) : say(parcel.state);
  const stuck = ["away", "signed-out", "refused"].includes(parcel.state);
  row.querySelector("[data-acts]").hidden = !stuck;
  row.querySelector("[data-again]").addEventListener("click", () => outbox.retry(parcel));
  row.querySelector("[data-drop]").hidden = parcel.state !== "refused";
  row.querySelector("[data-drop]").addEventListener("click", () => outbox.drop(parcel));
  return row;
}

// The microphone

async function open() {
  become("opening");
  try {
    ear = await openEar(microphoneLost);
  } catch (error) {
    trouble(problemOf(error));
    return become("off");
  }
  trouble("");
  become("ready");
  requestAnimationFrame(frame);
}

async function microphoneLost() {
  if (state === "recording") await stop();
  trouble("lost");
  become("off");
}

function trouble(name) {
  at("trouble").hidden = !name;
  at("trouble-text").textContent = name ? say(name) : "";
}

function frame() {
  if (state === "off") return;
  const sound = ear.listen();
  const part = (sound.peak - FLOOR) / -FLOOR;
  const level = at("level");
  level.firstElementChild.style.inlineSize = `${Math.round(part * 100)}%`;
  level.setAttribute("aria-valuenow", Math.round(sound.peak));
  loud = sound.peak > LOUD_DB ? HINT_FRAMES : Math.max(0, loud - 1);
  level.dataset.state = loud ? "loud" : sound.peak < QUIET_DB ? "quiet" : "good";
  if (state === "recording") {
    heard.push(sound);
    drawLive(at("wave"), heard);
    showTime();
  }
  hint(hintNow());
  requestAnimationFrame(frame);
}

function hintNow() {
  if (loud) return "loud";
  if (state === "counting" || state === "stopping") return "";
  if (state !== "recording") return theirs().length ? "choose" : "ready";
  const lately = heard.slice(-HINT_FRAMES);
  if (lately.length < HINT_FRAMES) return "speak";
  return lately.some((sound) => sound.peak > QUIET_DB) ? "good" : "quiet";
}

function hint(name) {
  const text = name ? say(name) : "";
  if (at("hint").textContent !== text) at("hint").textContent = text;
}

// Recording

function become(now) {
  state = now;
  booth.dataset.state = now;
  const busy = now === "recording" || now === "counting" || now === "stopping";
  at("record-text").textContent = say({ off: "open", opening: "opening", ready: "record" }[now] ?? "stop");
  at("keep").disabled = busy || !theirs().length;
}

let begun = 0;

async function start() {
  stopPlaying?.();
  ear.context.resume();
  heard = [];
  drawLive(at("wave"), heard);
  become("counting");
  if (!(await countIn())) return;
  begun = performance.now();
  stopRecording = ear.record();
  become("recording");
}

function showTime() {
  const seconds = (performance.now() - begun) / 1000;
  at("time").textContent = say("seconds", { n: Math.floor(seconds) });
  if (seconds > MOST_SECONDS) stop();
}

async function countIn() {
  for (const n of at("count-in").checked ? [3, 2, 1] : []) {
    at("countdown").textContent = n;
    if (at("beep").checked) ear.beep();
    await pause(COUNT_MS);
    if (state !== "counting") break;
  }
  at("countdown").textContent = "";
  return state === "counting";
}

async function stop() {
  const end = stopRecording;
  if (!end || state !== "recording") return;
  stopRecording = null;
  become("stopping");
  const take = await end();
  at("time").textContent = "";
  become("ready");
  if (!take.blob.size) return trouble("busy");
  const list = theirs();
  for (const other of list) other.best = false;
  takes.set(lines[here], [...list, { ...take, best: true }]);
  showTakes();
}

function press() {
  if (state === "off") return open();
  if (state === "ready") return start();
  if (state === "counting") return become("ready");
  return state === "recording" ? stop() : undefined;
}

// By keyboard

const KEYS = {
  " ": press,
  r: press,
  p: () => ear && hear(theirs().find((take) => take.best)),
  Enter: keep,
  ArrowRight: () => go(here + (rtl ? -1 : 1)),
  ArrowLeft: () => go(here - (rtl ? -1 : 1)),
};

function byKey(event) {
  const inside = event.target.closest("a, button, input, select, textarea, summary, dialog");
  const ours = inside === at("record") ? event.key !== " " : !inside;
  if (event.key === "Enter" && inside === at("record") && at("keep").disabled) return; // nothing to keep: it presses the button
  if (!ours || event.ctrlKey || event.metaKey || event.altKey || event.repeat || !KEYS[event.key]) return;
  event.preventDefault();
  KEYS[event.key]();
}

function unsaved() {
  return outbox.parcels.length > 0 || state === "recording" || [...takes.values()].some((list) => list.length);
}

// Pages load anew when their session ended: not this one, as long as that would lose something.
function signedOut(event) {
  if (!unsaved()) return;
  event.stopPropagation();
  ended = true;
  trouble("signed-out");
}

for (const id of ["count-in", "beep"]) {
  const kept = localStorage.getItem(`hamrah-${id}`);
  if (kept) at(id).checked = kept === "on";
  at(id).addEventListener("change", () => localStorage.setItem(`hamrah-${id}`, at(id).checked ? "on" : "off"));
}
at("record").addEventListener("click", press);
at("keep").addEventListener("click", keep);
at("back").addEventListener("click", () => go(here - 1));
at("skip").addEventListener("click", () => go(here + 1));
lines.forEach((line, n) => line.querySelector("button").addEventListener("click", () => go(n)));
document.addEventListener("keydown", byKey);
document.querySelector(".booth-side").addEventListener("ended", signedOut);
addEventListener("beforeunload", (event) => {
  if (!unsaved()) return;
  event.preventDefault();
  event.returnValue = true; // what older browsers look at
});
addEventListener("resize", showTakes);

booth.hidden = false;
become("off");
show();
if (!window.isSecureContext || !navigator.mediaDevices || !window.MediaRecorder) trouble(problemOf(null));
