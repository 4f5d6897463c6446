// The phone in the browser: keys, microphone, and in words what is said and heard.
import { FLOOR, Sound, lacking, problemOf } from "./phone-sound.js";
import { Line, bytesOf } from "./phone-line.js";

const FLASH_MS = 150;
const MOST_SAID = 200;

const at = (id) => document.getElementById(id);
const phone = at("phone");
const keys = Object.fromEntries([...document.querySelectorAll("[data-digit]")].map((key) => [key.dataset.digit, key]));
const texts = Object.fromEntries([...document.querySelectorAll("#says > li")].map((item) => [item.dataset.say, item.textContent]));
const directions = Object.fromEntries([...document.querySelectorAll("#directions > li")].map((item) => [item.lang, item.dir]));
const percent = new Intl.NumberFormat(document.documentElement.lang, { style: "percent" });

let state = "idle"; // idle, calling, talking, ending
let sound = null;
let line = null;
let wanted = true; // the microphone
let last = null; // the turn that was told last

// A value keeps its own direction within a sentence.
function say(name, values = {}) {
  return Object.entries(values).reduce((text, [key, value]) => text.replace(`{${key}}`, `\u2068${value}\u2069`), texts[name]);
}

function become(name, words = name) {
  state = name;
  phone.dataset.state = name;
  at("state").textContent = say(words);
  const idle = name === "idle";
  at("call").classList.toggle("btn-primary", idle);
  at("call").classList.toggle("btn-danger", !idle);
  at("call-text").textContent = say(idle ? "call" : "hang-up");
  at("release").disabled = !idle;
  for (const key of Object.values(keys)) key.disabled = name !== "talking";
}

function trouble(name) {
  at("trouble").hidden = !name;
  at("trouble-text").textContent = name ? say(name) : "";
}

// The call

async function call() {
  trouble(lacking());
  if (lacking()) return;
  forget();
  become("calling");
  const mine = new Sound({ frame: (bytes, peak) => frame(bytes, peak), lost: () => microphoneLost(mine) });
  sound = mine;
  try {
    const [rung] = await Promise.all([ring(), mine.open()]);
    if (sound !== mine) return; // hung up meanwhile
    line = new Line(rung, { told: (message) => sound === mine && told(message), closed: () => sound === mine && closed() });
    if (wanted) await listen();
  } catch (error) {
    if (sound !== mine) return;
    trouble(texts[error.message] ? error.message : "no-sound");
    over("idle");
  }
}

async function ring() {
  const form = new URLSearchParams({ form: phone.dataset.token, release: at("release").value });
  const answer = await fetch(phone.dataset.calls, { method: "POST", body: form }).catch(() => {
    throw new Error("away");
  });
  if (answer.ok && !answer.redirected) return answer.json();
  if (answer.redirected || answer.status === 403) throw new Error("signed-out");
  throw new Error({ 404: "gone", 422: "no-channel" }[answer.status] ?? "away");
}

function over(words) {
  sound?.close();
  sound = null;
  line = null;
  showMicrophone(false);
  showLevel(FLOOR);
  lightUp("");
  at("listens").textContent = "";
  become("idle", words);
}

function hangUp() {
  line?.hangUp();
  over("hung-up");
}

// What was sent before the end is heard to its end.
function closed() {
  if (!last) {
    trouble("away");
    return over("idle");
  }
  become("ending");
  const words = { hang_up: "ended", transfer: "put-through" }[last.ending] ?? "broken";
  sound.after(() => state === "ending" && over(words));
}

function told(message) {
  if (message.event === "media") sound.play(bytesOf(message.media.payload));
  else if (message.event === "mark") sound.after(() => line?.mark(message.mark.name));
  else if (message.event === "clear") sound.clear();
  else if (message.event === "turn") turn(message);
  else if (message.event === "heard") heard(message);
}

function frame(bytes, peak) {
  line?.frame(bytes);
  if (sound?.stream) showLevel(peak);
}

function press(digit) {
  if (state !== "talking") return;
  line.key(digit);
  keys[digit].classList.add("pressed");
  setTimeout(() => keys[digit].classList.remove("pressed"), FLASH_MS);
}

// What is said and heard

function forget() {
  last = null;
  at("said").replaceChildren();
  at("node").textContent = "";
}

function turn(message) {
  last = message;
  if (state === "calling") become("talking");
  at("node").textContent = message.node;
  at("listens").textContent = say(message.ending === "record" ? "records" : message.listening ? "listening" : "keys-only");
  phone.dataset.listening = String(Boolean(message.listening));
  lightUp(message.keys ?? "");
  const row = document.createElement("div");
  row.dataset.node = message.node;
  at("said").querySelector("[data-now]")?.removeAttribute("data-now");
  row.dataset.now = "";
  row.append(...(message.captions ?? []).map((caption) => captionOf(caption, message.language)));
  add(row);
}

// A caption is words in the language of the turn, or says its own.
function captionOf(caption, spoken) {
  const { text, language } = typeof caption === "string" ? { text: caption, language: spoken } : caption;
  const words = document.createElement("p");
  words.textContent = text;
  words.dir = directions[language] ?? "auto";
  if (language) words.lang = language;
  return words;
}

function heard({ words, sure, by }) {
  const row = document.createElement("div");
  row.className = "heard";
  row.dataset.by = by;
  const known = by === "key" ? "heard-key" : words ? "heard-voice" : "heard-nothing";
  row.textContent = say(known, { words, sure: percent.format(sure ?? 0) });
  add(row);
}

function add(row) {
  const said = at("said");
  said.append(row);
  while (said.children.length > MOST_SAID) said.firstElementChild.remove();
  said.scrollTop = said.scrollHeight;
}

function lightUp(live) {
  for (const [digit, key] of Object.entries(keys)) key.classList.toggle("live", live.includes(digit));
}

// The microphone

async function listen() {
  const mine = sound;
  at("mic-text").textContent = say("mic-opening");
  try {
    await mine.listen();
    trouble("");
  } catch (error) {
    if (sound === mine) trouble(problemOf(error));
  }
  if (sound === mine) showMicrophone(Boolean(mine.stream));
}

function microphoneLost(mine) {
  if (sound !== mine) return;
  mine.deafen();
  trouble("mic-lost");
  showMicrophone(false);
}

function switchMicrophone() {
  wanted = sound?.node ? !sound.stream : !wanted;
  if (sound?.node && wanted) return listen();
  sound?.deafen();
  showMicrophone(false);
  showLevel(FLOOR);
}

// Before a call the button says whether the call will have one.
function showMicrophone(on) {
  const ready = sound?.node ? on : wanted;
  at("mic").setAttribute("aria-checked", String(ready));
  at("mic-text").textContent = say(ready ? "mic-on" : "mic-off");
}

function showLevel(peak) {
  const level = at("level");
  level.firstElementChild.style.inlineSize = `${Math.round(((peak - FLOOR) / -FLOOR) * 100)}%`;
  level.setAttribute("aria-valuenow", String(Math.round(peak)));
}

// Hands

// A figure of any script, also where it stands above another sign of its key.
function digitOf(event) {
  if (event.metaKey || ((event.ctrlKey || event.altKey) && !event.getModifierState("AltGraph"))) return "";
  if (keys[event.key]) return event.key;
  const figure = /^(?:Digit|Numpad)(\d)$/.exec(event.code);
  return figure && !event.shiftKey ? figure[1] : "";
}

document.addEventListener("keydown", (event) => {
  if (event.repeat || event.target.closest("input, select, textarea")) return;
  const digit = digitOf(event);
  if (digit) press(digit);
});
for (const [digit, key] of Object.entries(keys)) key.addEventListener("click", () => press(digit));
at("mic").addEventListener("click", switchMicrophone);
at("call").addEventListener("click", (event) => {
  if (event.detail > 1) return; // the second half of a double click
  if (state === "idle") call();
  else hangUp();
});
addEventListener("pagehide", () => state !== "idle" && hangUp());

become("idle");
showMicrophone(false);
trouble(lacking());
phone.hidden = false;
