// Uploads in pieces: a dropped connection or a restarted server goes on where it stopped.
// Without this script the form sends whole files.
(() => {
  const status = document.getElementById("upload-status");
  document.addEventListener("record-read", (event) => { status.textContent = event.detail.says; });
  // Hits of the search over all records take the words along in the fragment, which no server sees.
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-hit]");
    const hits = link && link.closest("[data-words]");
    if (hits && !link.hash.includes("&q=")) link.hash += `&q=${encodeURIComponent(hits.dataset.words)}`;
  }, true);
  const form = document.getElementById("upload");
  if (!form || !window.fetch || !window.File) return;
  const start = form.dataset.start;
  const token = form.querySelector("[name=csrfmiddlewaretoken]").value;
  const input = document.getElementById("files");
  const list = document.getElementById("uploads");
  const drop = document.getElementById("drop");
  const WAITS = [1, 2, 4, 8, 15, 30];
  const queue = [];
  let busy = false;

  const wait = (seconds) => new Promise((done) => setTimeout(done, seconds * 1000));

  function element(tag, text, parent) {
    const made = document.createElement(tag);
    if (text) made.textContent = text;
    if (parent) parent.append(made);
    return made;
  }

  class Transfer {
    constructor(file, sender) {
      this.file = file;
      this.sender = sender;
      this.line = element("li", "", list);
      element("strong", file.name, this.line);
      this.bar = element("progress", "", this.line);
      this.bar.max = Math.max(file.size, 1);
      this.bar.value = 0;
      this.bar.setAttribute("aria-label", `Upload of ${file.name}`);
      this.note = element("span", "Waiting", this.line);
      this.button = element("button", "Cancel", this.line);
      this.button.type = "button";
      this.button.className = "quiet small";
      this.button.addEventListener("click", () => (this.failed ? this.again() : this.cancel()));
    }
    say(text, aloud = false) {
      this.note.textContent = text;
      if (aloud) status.textContent = `${this.file.name}: ${text}`;
    }
    async ask(url, options) {
      const headers = { "X-CSRFToken": token, ...(options.headers || {}) };
      this.stop = new AbortController();
      const answer = await fetch(url, { ...options, headers, signal: this.stop.signal });
      let told = {};
      try { told = await answer.json(); } catch { /* an error page */ }
      return { code: answer.status, told };
    }
    // Tries until the server answers; an answer that refuses is an answer.
    async patiently(make) {
      for (let turn = 0; ; turn++) {
        if (this.cancelled) throw new Error("cancelled");
        try {
          const answer = await this.ask(...make());
          if (answer.code < 500 && answer.code !== 429) return answer;
        } catch (problem) {
          if (this.cancelled) throw problem;
        }
        if (turn >= WAITS.length) throw new Error("The server does not answer; try again.");
        this.say(`No answer; trying again in ${WAITS[turn]} s`, turn === 0);
        await wait(WAITS[turn]);
      }
    }
    refuse(answer) {
      const said = { 403: "You may not add records here.", 404: "This case is not open to you." };
      return new Error(answer.told.problem || said[answer.code] || "It was not taken; load the page again and sign in.");
    }
    async run() {
      const { name, size, lastModified } = this.file;
      const begun = await this.patiently(() => [start, { method: "POST", headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ name, size, fingerprint: String(lastModified), sender: this.sender }) }]);
      if (begun.code !== 200 || !begun.told.upload) throw this.refuse(begun);
      this.url = `${start}${begun.told.upload}/`;
      let at = begun.told.received;
      // An upload that was complete when the server died: its last byte is sent once more.
      if (at >= size) at = size - 1;
      while (at < size) {
        const from = at;
        this.bar.value = from;
        this.say(`${Math.floor((100 * from) / size)}%`);
        const body = this.file.slice(from, from + begun.told.piece);
        const answer = await this.patiently(() => [this.url, { method: "POST",
          headers: { "Content-Type": "application/octet-stream", "Upload-Offset": String(from) }, body }]);
        if (answer.code === 409) { at = answer.told.received; continue; }
        if (answer.code !== 200 || typeof answer.told.received !== "number") throw this.refuse(answer);
        at = answer.told.received;
        if (answer.told.document) {
          this.bar.value = size;
          this.say(answer.told.new ? "Received; it will be read now" : `Already in the file as ${answer.told.known_as}`, true);
        }
      }
      this.done = true;
      this.button.remove();
    }
    cancel() {
      this.cancelled = true;
      if (this.stop) this.stop.abort();
      if (this.url) fetch(this.url, { method: "DELETE", headers: { "X-CSRFToken": token } }).catch(() => {});
      this.say("Cancelled", true);
      this.button.remove();
    }
    fail(problem) {
      if (this.cancelled) return;
      this.failed = true;
      this.line.className = "failed";
      this.say(problem.message, true);
      this.button.textContent = "Try again";
    }
    again() {
      this.failed = false;
      this.line.className = "";
      this.button.textContent = "Cancel";
      queue.push(this);
      work();
    }
  }

  async function work() {
    if (busy) return;
    busy = true;
    let any = false;
    while (queue.length) {
      const one = queue.shift();
      if (one.cancelled) continue;
      try { await one.run(); any = true; } catch (problem) { one.fail(problem); }
    }
    busy = false;
    if (any && window.htmx) htmx.ajax("GET", location.pathname, { target: "#documents", select: "#documents", swap: "outerHTML" });
  }

  function take(files) {
    const sender = document.getElementById("upload-sender").value;
    for (const file of files) queue.push(new Transfer(file, sender));
    work();
  }

  document.getElementById("upload-send").parentElement.hidden = true;
  input.required = false;
  input.addEventListener("change", () => { take([...input.files]); input.value = ""; });
  form.addEventListener("submit", (event) => event.preventDefault());
  for (const kind of ["dragenter", "dragover"]) {
    drop.addEventListener(kind, (event) => { event.preventDefault(); drop.classList.add("over"); });
  }
  for (const kind of ["dragleave", "drop"]) drop.addEventListener(kind, () => drop.classList.remove("over"));
  drop.addEventListener("drop", (event) => { event.preventDefault(); take([...event.dataTransfer.files]); });
  window.addEventListener("beforeunload", (event) => { if (busy) event.preventDefault(); });
})();
