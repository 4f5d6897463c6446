// Waves on a canvas, in the colour of the text around it.
function fresh(canvas) {
  const scale = window.devicePixelRatio || 1;
  const { width, height } = canvas.getBoundingClientRect();
  canvas.width = Math.max(1, Math.round(width * scale));
  canvas.height = Math.max(1, Math.round(height * scale));
  const pen = canvas.getContext("2d");
  pen.fillStyle = getComputedStyle(canvas).color;
  return pen;
}

function bar(pen, at, width, low, high) {
  const middle = pen.canvas.height / 2;
  pen.fillRect(at, middle - high * middle, width, Math.max(1, (high - low) * middle));
}

// What is being said, the newest at the end; `heard` is a list of { low, high }.
export function drawLive(canvas, heard) {
  const pen = fresh(canvas);
  const step = 3 * (window.devicePixelRatio || 1);
  const most = Math.floor(canvas.width / step);
  heard.slice(-most).forEach(({ low, high }, n) => bar(pen, n * step, step * 0.66, low, high));
}

// A whole take.
export function drawTake(canvas, sound) {
  const pen = fresh(canvas);
  if (!sound) return;
  const samples = sound.getChannelData(0);
  const each = samples.length / canvas.width;
  for (let x = 0; x < canvas.width; x += 1) {
    let low = 0;
    let high = 0;
    for (let at = Math.floor(x * each); at < (x + 1) * each; at += 1) {
      low = Math.min(low, samples[at] ?? 0);
      high = Math.max(high, samples[at] ?? 0);
    }
    bar(pen, x, 1, low, high);
  }
}
