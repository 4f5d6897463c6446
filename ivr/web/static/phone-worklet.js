// Sound of a call, beside the page: the microphone becomes frames of the telephone, what comes becomes sound.
// Loaded as a worklet it registers "handset"; loaded as a module its parts can be tried alone.
export const RATE = 8000;
export const FRAME = 160; // 20 ms
const LOBES = 32; // each side of the filter, in samples of the slower rate
const EDGE = 0.45; // of the slower rate: 3600 Hz on the telephone
const BIAS = 33; // mu-law, in 14 bits
const CLIP = 8158;

// mu-law (ITU-T G.711)

export function encode(sample) {
  const value = Math.max(-32768, Math.min(32767, Math.round(sample * 32768))) >> 2;
  const magnitude = Math.min(Math.abs(value), CLIP) + BIAS;
  const segment = 26 - Math.clz32(magnitude);
  const code = (segment << 4) | ((magnitude >> (segment + 1)) & 0x0f);
  return value < 0 ? code ^ 0x7f : code ^ 0xff;
}

export const DECODED = Float32Array.from({ length: 256 }, (_, byte) => {
  const code = ~byte & 0xff;
  const magnitude = (((code & 0x0f) * 2 + BIAS) << ((code >> 4) & 7)) - BIAS;
  return ((code & 0x80 ? -magnitude : magnitude) * 4) / 32768;
});

// Another sample rate

function divisor(a, b) {
  return b ? divisor(b, a % b) : a;
}

// A low-pass (windowed sinc), computed at every position that an output can have between two inputs.
export class Resampler {
  constructor(from, to) {
    const common = divisor(from, to);
    this.up = to / common;
    this.down = from / common;
    const slower = Math.min(from, to);
    this.half = Math.ceil((LOBES * from) / slower);
    this.size = 2 * this.half;
    this.weights = Array.from({ length: this.up }, (_, phase) => this.phase(phase / this.up, (EDGE * slower) / from));
    this.held = new Float32Array(2 * this.size); // every sample twice: the newest ones lie in one piece
    this.at = 0;
    this.due = 0;
    this.made = new Float32Array(Math.ceil(this.up / this.down) + 1);
  }

  phase(shift, edge) {
    const weights = new Float32Array(this.size);
    let sum = 0;
    for (let n = 0; n < this.size; n += 1) {
      const x = n - (this.half - 1) - shift;
      const part = Math.PI * (x / this.half);
      const window = Math.abs(x) < this.half ? 0.42 + 0.5 * Math.cos(part) + 0.08 * Math.cos(2 * part) : 0;
      const sinc = x === 0 ? 2 * edge : Math.sin(2 * Math.PI * edge * x) / (Math.PI * x);
      weights[n] = window * sinc;
      sum += weights[n];
    }
    return weights.map((weight) => weight / sum);
  }

  // Takes a sample; how many came out of it, in `made`.
  push(sample) {
    this.held[this.at] = sample;
    this.held[this.at + this.size] = sample;
    this.at = (this.at + 1) % this.size;
    let count = 0;
    for (; this.due < this.up; this.due += this.down) {
      const weights = this.weights[this.due];
      let sum = 0;
      for (let n = 0; n < this.size; n += 1) sum += weights[n] * this.held[this.at + n];
      this.made[count] = sum;
      count += 1;
    }
    this.due -= this.up;
    return count;
  }
}

// What is to be played: sound and, between it, marks that are told when all before them was played.
export class Queue {
  constructor(reached) {
    this.reached = reached;
    this.items = [];
    this.at = 0;
  }

  sound(bytes) {
    if (bytes.length) this.items.push(bytes);
  }

  mark(name) {
    this.items.push(name);
    this.tell();
  }

  clear() {
    const marks = this.items.filter((item) => !(item instanceof Uint8Array));
    this.items = [];
    this.at = 0;
    marks.forEach(this.reached);
  }

  tell() {
    while (this.items.length && !(this.items[0] instanceof Uint8Array)) this.reached(this.items.shift());
  }

  next() {
    this.tell();
    if (!this.items.length) return 0;
    const sample = DECODED[this.items[0][this.at]];
    this.at += 1;
    if (this.at === this.items[0].length) {
      this.items.shift();
      this.at = 0;
    }
    return sample;
  }
}

const Base = globalThis.AudioWorkletProcessor ?? class {};

class Handset extends Base {
  constructor() {
    super();
    this.queue = new Queue((name) => this.port.postMessage({ reached: name }));
    this.mouth = new Resampler(RATE, sampleRate);
    this.left = [0, 0]; // from where to where in `mouth.made` there is sound still to be played
    this.ear = new Resampler(sampleRate, RATE);
    this.frame = new Uint8Array(FRAME);
    this.filled = 0;
    this.peak = 0;
    this.port.onmessage = ({ data }) => this.told(data);
  }

  told(data) {
    if (data.sound) this.queue.sound(data.sound);
    else if (data.clear) this.queue.clear();
    else this.queue.mark(data.mark);
  }

  process(inputs, outputs) {
    const [first, ...others] = outputs[0];
    this.play(first);
    for (const channel of others) channel.set(first);
    this.hear(inputs[0], first.length);
    return true;
  }

  play(output) {
    for (let n = 0; n < output.length; n += 1) {
      while (this.left[0] === this.left[1]) this.left = [0, this.mouth.push(this.queue.next())];
      output[n] = this.mouth.made[this.left[0]];
      this.left[0] += 1;
    }
  }

  // Without a microphone the line is still; a telephone that says nothing sends silence too.
  hear(channels, length) {
    for (let n = 0; n < length; n += 1) {
      let sample = 0;
      for (const channel of channels) sample += channel[n] / channels.length;
      const count = this.ear.push(sample);
      for (let made = 0; made < count; made += 1) this.keep(this.ear.made[made]);
    }
  }

  keep(sample) {
    this.peak = Math.max(this.peak, Math.abs(sample));
    this.frame[this.filled] = encode(sample);
    this.filled += 1;
    if (this.filled < FRAME) return;
    this.port.postMessage({ frame: this.frame, peak: this.peak }, [this.frame.buffer]);
    this.frame = new Uint8Array(FRAME);
    this.filled = 0;
    this.peak = 0;
  }
}

if (globalThis.registerProcessor) registerProcessor("handset", Handset);
