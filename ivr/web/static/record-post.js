// What was kept, on its way to the server: one after the other, tried again until it is there or refused.
const WAIT_MS = [2000, 5000, 10000, 30000];

export class Outbox {
  // `changed` is told of every step: the parcels, each with a `state` of waiting, sending, away, signed-out or refused.
  constructor(token, changed) {
    this.token = token;
    this.changed = changed;
    this.parcels = [];
    this.tries = 0;
    this.timer = null;
    addEventListener("online", () => this.retry());
  }

  add(parcel) {
    this.parcels.push({ ...parcel, state: "waiting" });
    this.retry();
  }

  drop(parcel) {
    this.parcels = this.parcels.filter((other) => other !== parcel);
    this.changed(this.parcels);
  }

  retry(parcel = null) {
    if (parcel) parcel.state = "waiting";
    clearTimeout(this.timer);
    this.timer = null;
    this.changed(this.parcels);
    this.run();
  }

  async run() {
    if (this.parcels.some((parcel) => parcel.state === "sending")) return;
    const next = this.parcels.find((parcel) => parcel.state !== "refused");
    if (!next) return;
    next.state = "sending";
    this.changed(this.parcels);
    next.state = await this.send(next);
    if (next.state === "came") {
      this.tries = 0;
      this.drop(next);
    }
    this.changed(this.parcels);
    if (next.state === "away" || next.state === "signed-out") this.later();
    else this.run();
  }

  later() {
    const wait = WAIT_MS[Math.min(this.tries, WAIT_MS.length - 1)];
    this.tries += 1;
    this.timer = setTimeout(() => this.retry(), wait);
  }

  async send(parcel, again = true) {
    let answer;
    try {
      answer = await fetch(parcel.url, {
        method: "POST",
        body: parcel.blob,
        headers: { "X-Form": this.token, "Content-Type": parcel.blob.type.split(";")[0] || "application/octet-stream" },
        redirect: "manual",
      });
    } catch {
      return "away";
    }
    if (answer.status === 201) return "came";
    if (answer.type === "opaqueredirect" || answer.status === 403) {
      return again && (await this.renew()) ? this.send(parcel, false) : "signed-out";
    }
    if (answer.status >= 500 || answer.status === 429) return "away";
    parcel.why = await sentence(answer);
    return "refused";
  }

  // Whoever signed in again in another window has a new token.
  async renew() {
    try {
      const answer = await fetch(location.href, { redirect: "manual" });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const token = page.querySelector("#booth")?.dataset.token;
      if (token) this.token = token;
      return Boolean(token);
    } catch {
      return false;
    }
  }
}

// The server says why, in the language of the page.
async function sentence(answer) {
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  return page.querySelector("main .card p, main h1")?.textContent.trim() ?? "";
}
