// The viewer: all pages in one scrolling column, images only for those near the window.
// Without this script the page shows one page at a time.
(() => {
  const viewer = document.getElementById("viewer");
  const shape = document.getElementById("shape");
  if (!viewer || !shape) return;
  const { ratios, widths } = JSON.parse(shape.textContent);
  const base = viewer.dataset.base;
  const count = Number(viewer.dataset.count);
  const hasImages = viewer.dataset.images === "1";
  const stage = document.getElementById("stage");
  const token = viewer.querySelector("[name=csrfmiddlewaretoken]").value;
  const by = (id) => document.getElementById(id);
  const NEAR = "1500px 0px";
  let current = Number(viewer.dataset.number), zoom = 1, turned = 0, words = "", hit = -1, loading = null;
  const texts = new Map(), sheets = [];

  for (const hidden of viewer.querySelectorAll(".js")) hidden.hidden = false;
  for (const spare of viewer.querySelectorAll(".nojs")) spare.hidden = true;

  const width = () => Math.round(Math.min(stage.clientWidth - 24, 900) * zoom);
  const wanted = () => {
    const pixels = width() * Math.min(window.devicePixelRatio || 1, 2);
    return widths.find((one) => one >= pixels * 0.9) || widths[widths.length - 1];
  };

  function size(sheet) {
    const ratio = ratios[sheet.number - 1] || 0.773;
    const across = width(), down = across / ratio;
    const [w, h] = turned % 180 ? [down, across] : [across, down];
    sheet.figure.style.width = `${w}px`;
    sheet.figure.style.height = `${h}px`;
    sheet.inner.style.width = `${across}px`;
    sheet.inner.style.height = `${down}px`;
    sheet.inner.style.transform = `translate(${(w - across) / 2}px, ${(h - down) / 2}px) rotate(${turned}deg)`;
  }

  function show(sheet) {
    const source = `${base}pages/${sheet.number}/${wanted()}/`;
    if (!sheet.image) {
      sheet.image = document.createElement("img");
      sheet.image.alt = `Image of page ${sheet.number}; its words stand in the text beside it`;
      sheet.image.addEventListener("error", () => { sheet.figure.classList.add("missing"); });
      sheet.inner.prepend(sheet.image);
    }
    if (sheet.source !== source) sheet.image.src = sheet.source = source;
    mark(sheet);
  }

  function drop(sheet) {
    if (sheet.image) sheet.image.remove();
    sheet.image = sheet.source = null;
    unmark(sheet);
  }

  function unmark(sheet) {
    sheet.inner.querySelectorAll(".mark").forEach((one) => one.remove());
    sheet.marked = "";
  }

  async function mark(sheet) {
    if (sheet.marked === words) return;
    unmark(sheet);
    sheet.marked = words;
    if (!words) return;
    const asked = words;
    const body = new URLSearchParams({ q: asked });
    try {
      const answer = await fetch(`${base}pages/${sheet.number}/marks/`, { method: "POST", headers: { "X-CSRFToken": token }, body });
      if (!answer.ok || asked !== words || !sheet.image) return;
      for (const [left, top, right, bottom] of (await answer.json()).boxes) {
        const box = document.createElement("span");
        box.className = "mark";
        Object.assign(box.style, { left: `${left / 10}%`, top: `${top / 10}%`, width: `${(right - left) / 10}%`, height: `${(bottom - top) / 10}%` });
        sheet.inner.append(box);
      }
    } catch { sheet.marked = ""; }
  }

  function build() {
    const column = document.createDocumentFragment();
    for (let number = 1; number <= count; number++) {
      const figure = document.createElement("figure");
      figure.className = "sheet";
      figure.id = `sheet-${number}`;
      figure.dataset.page = number;
      const inner = document.createElement("div");
      inner.className = "inner";
      const label = document.createElement("figcaption");
      label.textContent = number;
      figure.append(inner, label);
      const sheet = { number, figure, inner, image: null, source: null, marked: "" };
      size(sheet);
      sheets.push(sheet);
      column.append(figure);
    }
    stage.replaceChildren(column);
    const near = new IntersectionObserver((seen) => {
      for (const one of seen) {
        const sheet = sheets[one.target.dataset.page - 1];
        sheet.near = one.isIntersecting;
        // A page that is only scrolled past is not asked for.
        if (sheet.near) setTimeout(() => sheet.near && show(sheet), 60);
        else drop(sheet);
      }
    }, { root: stage, rootMargin: NEAR });
    sheets.forEach((sheet) => near.observe(sheet.figure));
    let resting = 0;
    stage.addEventListener("scroll", () => {
      if (resting) return;
      resting = requestAnimationFrame(() => { resting = 0; arrived(atMiddle()); });
    }, { passive: true });
    let across = stage.clientWidth;
    new ResizeObserver(() => { if (stage.clientWidth !== across) { across = stage.clientWidth; relayout(); } }).observe(stage);
  }

  function atMiddle() {
    const middle = stage.scrollTop + stage.clientHeight / 3;
    let low = 0, high = sheets.length - 1;
    while (low < high) {
      const between = (low + high + 1) >> 1;
      if (sheets[between].figure.offsetTop <= middle) low = between; else high = between - 1;
    }
    return low + 1;
  }

  function relayout() {
    const held = current;
    sheets.forEach(size);
    sheets.filter((sheet) => sheet.near).forEach(show);
    if (sheets.length) stage.scrollTop = sheets[held - 1].figure.offsetTop - 8;
    by("zoom") && (by("zoom").textContent = `${Math.round(zoom * 100)}%`);
  }

  // The page has changed, by scrolling or by a jump: number, fragment, text.
  function arrived(number, force) {
    if (number === current && !force) return;
    current = number;
    by("goto").value = number;
    by("text-number").textContent = number;
    for (const [id, off, to] of [["before", number <= 1, number - 1], ["after", number >= count, number + 1]]) {
      by(id).setAttribute("aria-disabled", String(off));
      by(id).href = off ? "#stage" : `#page=${to}`;
    }
    const fragment = `#page=${number}${words ? `&q=${encodeURIComponent(words)}` : ""}`;
    history.replaceState(null, "", location.pathname + fragment);
    clearTimeout(loading);
    loading = setTimeout(() => text(number), 120);
  }

  async function text(number) {
    try {
      if (!texts.has(number)) {
        const answer = await fetch(`${base}pages/${number}/text/`);
        if (!answer.ok) throw new Error();
        if (texts.size > 200) texts.clear();
        texts.set(number, await answer.text());
      }
      if (number !== current) return;
      by("text").innerHTML = texts.get(number);
      light();
    } catch { by("text").textContent = "The text could not be loaded; go to another page and back."; }
  }

  // The words that were searched for, marked in the text.
  function light() {
    const place = by("text").querySelector(".pagetext");
    if (!place || !words) return;
    const escaped = words.trim().split(/\s+/).map((one) => one.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join("\\s+");
    const parts = place.textContent.split(new RegExp(`(${escaped})`, "gi"));
    place.replaceChildren(...parts.map((part, index) => {
      if (index % 2 === 0) return document.createTextNode(part);
      const marked = document.createElement("mark");
      marked.textContent = part;
      return marked;
    }));
    const first = place.querySelector("mark");
    if (first && !hasImages) first.scrollIntoView({ block: "center" });
  }

  function go(number, aloud = true) {
    number = Math.min(Math.max(Number(number) || 1, 1), count);
    if (hasImages) stage.scrollTop = sheets[number - 1].figure.offsetTop - 8;
    arrived(number, true);
    if (aloud) by("said").textContent = `Page ${number} of ${count}`;
  }

  const links = () => [...by("hits").querySelectorAll("a[data-page]")];
  function toHit(step) {
    const all = links();
    if (!all.length) return;
    hit = (hit + step + all.length) % all.length;
    all.forEach((link) => link.removeAttribute("aria-current"));
    all[hit].setAttribute("aria-current", "true");
    all[hit].scrollIntoView({ block: "nearest" });
    go(all[hit].dataset.page, false);
    by("said").textContent = `Hit page ${hit + 1} of ${all.length}: page ${all[hit].dataset.page}`;
  }

  let staying = false;
  function searched() {
    words = by("words").value.trim();
    sheets.filter((sheet) => sheet.near).forEach(show);
    const all = links();
    // From a link to a page the reader stays there; else the first hit at or after the page is shown.
    const next = all.findIndex((link) => Number(link.dataset.page) >= current);
    hit = (next < 0 ? 0 : next) - 1;
    if (all.length && !(staying && Number(all[hit + 1].dataset.page) !== current)) toHit(1);
    else { texts.delete(current); arrived(current, true); }
    staying = false;
  }

  const doings = {
    smaller: () => { zoom = Math.max(0.4, zoom / 1.25); relayout(); },
    larger: () => { zoom = Math.min(4, zoom * 1.25); relayout(); },
    rotate: () => { turned = (turned + 90) % 360; relayout(); },
    text: () => {
      const off = viewer.classList.toggle("no-text");
      viewer.querySelector("[data-do=text]").setAttribute("aria-pressed", String(!off));
      relayout();
    },
    "hit-after": () => toHit(1),
    "hit-before": () => toHit(-1),
  };
  const KEYS = { n: "hit-after", p: "hit-before", "+": "larger", "=": "larger", "-": "smaller", r: "rotate", t: "text" };

  viewer.addEventListener("click", (event) => {
    const button = event.target.closest("[data-do]");
    if (button) doings[button.dataset.do]();
    const link = event.target.closest("a[data-page]");
    if (link) { event.preventDefault(); hit = links().indexOf(link) - 1; toHit(1); }
  });
  by("before").addEventListener("click", (event) => { event.preventDefault(); go(current - 1); });
  by("after").addEventListener("click", (event) => { event.preventDefault(); go(current + 1); });
  by("goto").form.addEventListener("submit", (event) => { event.preventDefault(); go(by("goto").value); });
  by("hits").addEventListener("htmx:afterSwap", searched);
  window.addEventListener("hashchange", () => follow());
  const keys = by("keys");
  keys.checked = localStorage.getItem("viewer-keys") !== "off";
  keys.addEventListener("change", () => localStorage.setItem("viewer-keys", keys.checked ? "on" : "off"));
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea, select")) return;
    const far = { PageDown: current + 1, PageUp: current - 1, Home: 1, End: count }[event.key];
    if (far !== undefined) { event.preventDefault(); go(far); return; }
    if (!keys.checked) return;
    if (event.key === "/") { event.preventDefault(); by("words").focus(); by("words").select(); }
    else if (KEYS[event.key] && (hasImages || KEYS[event.key].startsWith("hit"))) doings[KEYS[event.key]]();
  });

  // #page=12&q=words: the fragment stays in the browser.
  function follow() {
    const asked = new URLSearchParams(location.hash.slice(1));
    const q = asked.get("q");
    if (asked.has("page")) go(asked.get("page"), false);
    if (q && q !== words) {
      by("words").value = q;
      words = q;
      staying = asked.has("page");
      if (window.htmx) htmx.ajax("POST", `${base}find/`, { target: "#hits", values: { q } });
    }
  }

  if (hasImages) build();
  if (location.hash.length > 1) follow();
  else if (hasImages) go(current, false);
})();
