// The microphone and the loudspeaker of a call.
const VOICE = { echoCancellation: true, noiseSuppression: true, autoGainControl: true, channelCount: 1 };
export const FLOOR = -60;

// Why there is no sound at all, in a word that the page has a sentence for.
export function lacking() {
  if (!window.isSecureContext) return "insecure";
  if (!(window.AudioContext ?? window.webkitAudioContext) || !window.AudioWorkletNode || !window.WebSocket) return "old";
  return "";
}

// Why there is no microphone.
export function problemOf(error) {
  if (!navigator.mediaDevices) return "mic-missing";
  if (error?.name === "NotAllowedError" || error?.name === "SecurityError") return "mic-refused";
  if (error?.name === "NotFoundError" || error?.name === "OverconstrainedError") return "mic-missing";
  return "mic-busy";
}

export class Sound {
  // To be made while a button is being pressed: only then browsers let a page be heard.
  constructor({ frame, lost }) {
    this.context = new (window.AudioContext ?? window.webkitAudioContext)({ latencyHint: "interactive" });
    this.context.resume();
    this.frame = frame;
    this.lost = lost;
    this.node = null;
    this.stream = null;
    this.source = null;
    this.waiting = new Map(); // number of a mark -> what is done when it is reached
    this.marks = 0;
    this.wake = () => this.context.resume();
    document.addEventListener("visibilitychange", this.wake);
  }

  async open() {
    await this.context.audioWorklet.addModule(new URL("phone-worklet.js", import.meta.url));
    this.node = new AudioWorkletNode(this.context, "handset", { outputChannelCount: [1] });
    this.node.port.onmessage = ({ data }) => this.heard(data);
    this.node.connect(this.context.destination);
  }

  heard({ frame, peak, reached }) {
    if (frame) return this.frame(frame, Math.max(FLOOR, 20 * Math.log10(Math.max(peak, 1e-6))));
    const then = this.waiting.get(reached);
    this.waiting.delete(reached);
    then();
  }

  play(bytes) {
    this.node.port.postMessage({ sound: bytes }, [bytes.buffer]);
  }

  // Calls back when all that was given before has been played, or was dropped.
  after(then) {
    this.marks += 1;
    this.waiting.set(this.marks, then);
    this.node.port.postMessage({ mark: this.marks });
  }

  clear() {
    this.node.port.postMessage({ clear: true });
  }

  // Throws what `problemOf` explains.
  async listen() {
    const stream = await navigator.mediaDevices.getUserMedia({ audio: VOICE });
    if (this.context.state === "closed") return stream.getTracks().forEach((track) => track.stop());
    this.deafen();
    this.stream = stream;
    for (const track of stream.getAudioTracks()) track.addEventListener("ended", this.lost);
    this.source = this.context.createMediaStreamSource(stream);
    this.source.connect(this.node);
  }

  deafen() {
    this.source?.disconnect();
    this.stream?.getTracks().forEach((track) => track.stop());
    this.source = null;
    this.stream = null;
  }

  close() {
    document.removeEventListener("visibilitychange", this.wake);
    this.deafen();
    this.node?.disconnect();
    this.context.close();
  }
}
