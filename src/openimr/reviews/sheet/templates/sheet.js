(() => {
  "use strict";
  // Everything works by plain anchors; this adds lighting, focus, a way back and filters.
  document.documentElement.classList.add("js");
  const byId = (id) => document.getElementById(id);
  const records = byId("records");
  const say = byId("status");
  const where = byId("where");
  const still = matchMedia("(prefers-reduced-motion: reduce)");
  let origin = null;
  let shown = null;

  const dark = () => {
    for (const node of document.querySelectorAll(".lit")) node.classList.remove("lit");
  };

  const scrollTo = (node) => {
    const behavior = still.matches ? "auto" : "smooth";
    const pane = node.closest("#records");
    // A pane with its own scroll bar must not drag the page along.
    if (pane && getComputedStyle(pane).overflowY === "auto") {
      const box = pane.getBoundingClientRect();
      const top = pane.scrollTop + node.getBoundingClientRect().top - box.top;
      pane.scrollTo({ top: top - box.height * 0.45, behavior });
    } else {
      node.scrollIntoView({ block: "center", behavior });
    }
  };

  const light = (target, from) => {
    dark();
    origin = from;
    shown = target;
    const facts = target.closest("details");
    if (facts) facts.open = true;
    const sentence = target.closest(".s");
    if (sentence) sentence.classList.add("lit");
    for (const node of records.querySelectorAll('[data-k~="' + target.id + '"]')) {
      node.classList.add("lit");
    }
    const heading = target.closest(".record").querySelector("h3").textContent;
    const what = target.matches(".n") ? "Evidence " + target.textContent : "Fact";
    byId("where-text").textContent = what + " in " + heading;
    where.hidden = !from;
    scrollTo(target);
    target.focus({ preventScroll: true });
    say.textContent =
      what + " is shown in " + heading + "." + (from ? " Press Escape to go back." : "");
  };

  const goBack = () => {
    if (!origin) return;
    const to = origin;
    origin = null;
    where.hidden = true;
    dark();
    scrollTo(to);
    to.focus({ preventScroll: true });
    // Keep the address in step, so that a reload does not light what was left.
    remember(to.id ? "#" + to.id : location.pathname, true);
    say.textContent = "Back at the finding.";
  };

  const place = (hash) => {
    const node = hash.length > 1 ? byId(hash.slice(1)) : null;
    return node && node.matches(".n, .at") ? node : null;
  };

  const remember = (address, instead = false) => {
    try {
      if (instead) history.replaceState(null, "", address);
      else history.pushState(null, "", address);
    } catch {
      /* some browsers refuse this for a page opened from a file; the page works without */
    }
  };

  document.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    const link = event.target.closest('a[href^="#"]');
    if (!link) return;
    const hash = link.getAttribute("href");
    const target = place(hash);
    if (target) {
      event.preventDefault();
      remember(hash);
      light(target, link);
    } else if (link === shown && origin) {
      event.preventDefault();
      goBack();
    } else if (link.matches(".n")) {
      event.preventDefault();
      origin = byId(hash.slice(1));
      goBack();
    }
  });

  document.addEventListener("keydown", (event) => {
    const typing = event.target.matches("input, select");
    if (event.key === "Escape" && origin && !typing) {
      event.preventDefault();
      goBack();
    }
  });

  addEventListener("popstate", () => {
    const target = place(location.hash);
    if (target) light(target, null);
    else if (origin) goBack();
    else dark();
  });

  byId("back").addEventListener("click", goBack);

  const all = byId("all");
  all.hidden = false;
  all.addEventListener("click", () => {
    const on = records.classList.toggle("show-facts");
    all.setAttribute("aria-pressed", String(on));
  });

  for (const box of document.querySelectorAll(".filter")) {
    box.hidden = false;
    const input = box.querySelector("input");
    const select = box.querySelector("select");
    const output = box.querySelector("output");
    const rows = [...box.parentElement.querySelectorAll("tbody tr")];
    const texts = rows.map((row) => row.textContent.toLowerCase());
    const apply = () => {
      const needle = input.value.trim().toLowerCase();
      let shown = 0;
      rows.forEach((row, at) => {
        const fits =
          (!select.value || row.dataset.p === select.value) && texts[at].includes(needle);
        row.hidden = !fits;
        if (fits) shown += 1;
      });
      output.textContent = shown + " of " + rows.length + " shown";
    };
    input.addEventListener("input", apply);
    select.addEventListener("change", apply);
  }

  let opened = [];
  addEventListener("beforeprint", () => {
    opened = [...document.querySelectorAll("main details:not([open])")];
    for (const node of opened) node.open = true;
  });
  addEventListener("afterprint", () => {
    for (const node of opened) node.open = false;
  });

  const first = place(location.hash);
  if (first) light(first, null);
})();
