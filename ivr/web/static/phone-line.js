// The line: a socket that speaks Media Streams, as the telephone company does towards a helpline.
const FRAME_MS = 20;
const MOST_WAITING = 40000; // bytes, about two seconds of sound: what is older is said in vain
const ACCOUNT = `AC${"0".repeat(32)}`; // no telephone company, no account

function base64(bytes) {
  return btoa(String.fromCharCode(...bytes));
}

export function bytesOf(text) {
  return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
}

function streamName() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return `MZ${[...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}

export class Line {
  // `told` is asked with every message, `closed` once, when the other side ends the line or it breaks.
  constructor({ call, token, path }, { told, closed }) {
    this.call = call;
    this.stream = streamName();
    this.sent = 0;
    this.chunks = 0;
    const address = new URL(path, location.href);
    address.protocol = address.protocol === "https:" ? "wss:" : "ws:";
    this.socket = new WebSocket(address);
    this.socket.addEventListener("open", () => this.begin(token));
    this.socket.addEventListener("message", ({ data }) => told(JSON.parse(data)));
    this.socket.addEventListener("close", closed, { once: true });
    this.closed = closed;
  }

  get open() {
    return this.socket.readyState === WebSocket.OPEN;
  }

  begin(token) {
    this.post({ event: "connected", protocol: "Call", version: "1.0.0" });
    this.send("start", {
      accountSid: ACCOUNT,
      streamSid: this.stream,
      callSid: this.call,
      tracks: ["inbound"],
      mediaFormat: { encoding: "audio/x-mulaw", sampleRate: 8000, channels: 1 },
      customParameters: { token },
    });
  }

  frame(bytes) {
    if (!this.open || this.socket.bufferedAmount > MOST_WAITING) return;
    this.chunks += 1;
    const timestamp = String((this.chunks - 1) * FRAME_MS);
    this.send("media", { track: "inbound", chunk: String(this.chunks), timestamp, payload: base64(bytes) });
  }

  key(digit) {
    this.send("dtmf", { track: "inbound_track", digit });
  }

  mark(name) {
    this.send("mark", { name });
  }

  hangUp() {
    this.socket.removeEventListener("close", this.closed);
    this.send("stop", { accountSid: ACCOUNT, callSid: this.call });
    this.socket.close();
  }

  send(event, content) {
    if (!this.open) return;
    this.sent += 1;
    this.post({ event, sequenceNumber: String(this.sent), [event]: content, streamSid: this.stream });
  }

  post(message) {
    this.socket.send(JSON.stringify(message));
  }
}
