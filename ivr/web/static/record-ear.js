// The microphone: how loud it is, what was recorded, and how that sounds.
const PLAIN = { echoCancellation: false, noiseSuppression: false, autoGainControl: false };
const TAIL_MS = 250; // who presses stop while still speaking keeps the end
export const FLOOR = -60;

// Why there is no microphone, in a word that the page has a sentence for.
export function problemOf(error) {
  if (!window.isSecureContext) return "insecure";
  if (!navigator.mediaDevices || !window.MediaRecorder) return "old";
  if (error?.name === "NotAllowedError" || error?.name === "SecurityError") return "refused";
  if (error?.name === "NotFoundError" || error?.name === "OverconstrainedError") return "missing";
  return "busy";
}

export async function openEar(lost) {
  const stream = await navigator.mediaDevices.getUserMedia({ audio: PLAIN });
  for (const track of stream.getAudioTracks()) track.addEventListener("ended", lost);
  return new Ear(stream);
}

class Ear {
  constructor(stream) {
    this.stream = stream;
    this.context = new AudioContext();
    this.context.resume(); // some browsers begin in silence
    this.analyser = this.context.createAnalyser();
    this.analyser.fftSize = 2048;
    this.samples = new Float32Array(this.analyser.fftSize);
    this.context.createMediaStreamSource(stream).connect(this.analyser);
  }

  // The last 40 milliseconds: lowest and highest sample, and the peak in decibels below full scale.
  listen() {
    this.analyser.getFloatTimeDomainData(this.samples);
    let low = 0;
    let high = 0;
    for (const sample of this.samples) {
      if (sample < low) low = sample;
      if (sample > high) high = sample;
    }
    return { low, high, peak: Math.max(FLOOR, 20 * Math.log10(Math.max(high, -low, 1e-6))) };
  }

  // Without a type of ours each browser takes the one that it also plays.
  record() {
    const parts = [];
    const recorder = new MediaRecorder(this.stream, { audioBitsPerSecond: 128000 });
    recorder.addEventListener("dataavailable", (event) => event.data.size && parts.push(event.data));
    const ended = new Promise((done) => recorder.addEventListener("stop", done, { once: true }));
    recorder.start();
    return async () => {
      await pause(TAIL_MS);
      if (recorder.state !== "inactive") recorder.stop();
      await ended;
      return this.heard(new Blob(parts, { type: recorder.mimeType }));
    };
  }

  // A browser that cannot read its own recording may still send it.
  async heard(blob) {
    try {
      const sound = await this.context.decodeAudioData(await blob.arrayBuffer());
      return { blob, sound, seconds: sound.duration };
    } catch {
      return { blob, sound: null, seconds: null };
    }
  }

  // Plays until it ends or `stop` is called.
  play(sound, ended) {
    const source = this.context.createBufferSource();
    source.buffer = sound;
    source.connect(this.context.destination);
    source.addEventListener("ended", ended, { once: true });
    source.start();
    return () => source.stop();
  }

  beep() {
    const tone = this.context.createOscillator();
    const volume = this.context.createGain();
    volume.gain.value = 0.1;
    tone.frequency.value = 880;
    tone.connect(volume).connect(this.context.destination);
    tone.start();
    tone.stop(this.context.currentTime + 0.08);
  }
}

export function pause(ms) {
  return new Promise((done) => setTimeout(done, ms));
}
