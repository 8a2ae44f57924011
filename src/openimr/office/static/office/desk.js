// The review desk: quotes light up in the record, opinions save themselves, stale saves are told.
"use strict";
(() => {
  const say = (words) => { const place = document.getElementById("said"); if (place) place.textContent = words; };
  document.documentElement.classList.add("js");

  const light = () => {
    const here = document.getElementById("here"), box = here && here.closest(".pagetext");
    if (!here) return;
    box.scrollTop += here.getBoundingClientRect().top - box.getBoundingClientRect().top - box.clientHeight / 3;
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    if (matchMedia("(max-width: 64rem)").matches) here.scrollIntoView({ block: "center", behavior: calm ? "auto" : "smooth" });
    say(`${box.getAttribute("aria-label")}: ${here.textContent}`);
  };

  const form = () => document.querySelector("form.opinion");
  const fields = (it) => JSON.stringify([...new FormData(it)].filter(([name]) => name !== "version" && name !== "csrfmiddlewaretoken"));
  let last = form() ? fields(form()) : "", sent = last, waits = 0;
  const unsaved = () => form() && fields(form()) !== last;
  // Whether all that is written is saved, for whoever looks at the form.
  const mark = () => { if (form()) form().dataset.saved = unsaved() || stuck() ? "no" : "yes"; };
  const tell = (words) => { const place = document.getElementById("saved"); if (place) place.textContent = words; };
  // A save that is on its way: another with the same version would be taken for one of another window.
  let busy = null, done = () => {};
  const current = () => (document.cookie.match(/(?:^|; )csrftoken=([^;]+)/) || [])[1];
  const stuck = () => document.querySelector("#saved .conflict");

  document.body.addEventListener("htmx:beforeRequest", (event) => {
    if (event.detail.elt !== form()) return;
    const chosen = event.detail.requestConfig.triggeringEvent?.submitter?.classList.contains("keep");
    if (stuck() && !chosen) { event.preventDefault(); return; }
    if (!unsaved() && event.detail.requestConfig.triggeringEvent?.type !== "submit") { event.preventDefault(); return; }
    sent = fields(form());
    busy = new Promise((resolve) => { done = () => { busy = null; resolve(); }; });
  });
  document.body.addEventListener("htmx:configRequest", (event) => {
    const conflict = stuck(), token = current();
    // Who signed in again in another window has another token; the text of this one goes on.
    if (event.detail.elt === form() && token) { event.detail.parameters.csrfmiddlewaretoken = token; event.detail.headers["X-CSRFToken"] = token; }
    if (event.detail.elt === form() && conflict) event.detail.parameters.version = conflict.dataset.version;
  });
  document.body.addEventListener("htmx:afterRequest", (event) => {
    if (event.detail.elt !== form()) return;
    setTimeout(done);
    const version = event.detail.xhr.getResponseHeader("X-Opinion-Version");
    if (version) {
      form().elements.version.value = version; last = sent; waits = 0;
      // What was typed while this save was on its way is not saved yet, and is not called so.
      if (unsaved() && !stuck()) tell("Writing …");
      mark();
    }
    else if (!event.detail.successful) {
      tell(event.detail.xhr.status === 401
        ? "Not saved: you are signed out. Sign in again in another window and keep this one open; it is tried again."
        : "Not saved: the office cannot be reached. Keep this window open; it is tried again.");
      waits = Math.min(waits + 1, 6);
      setTimeout(() => { if (unsaved()) htmx.trigger(form(), "save"); }, 2500 * waits);
    }
  });
  document.body.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target.id === "record") light();
    if (event.detail.target.id === "saved" && stuck()) stuck().focus();
  });
  // The checks are made anew while the keyboard may be among them: it stays at the same place.
  let held = null;
  const stops = (region) => [...region.querySelectorAll("a[href], button, summary")];
  document.body.addEventListener("htmx:oobBeforeSwap", (event) => {
    const region = event.detail.target, at = document.activeElement;
    if (region !== at && region.contains(at)) held = { id: region.id, place: stops(region).indexOf(at) };
  });
  document.body.addEventListener("htmx:oobAfterSwap", () => {
    const region = held && document.getElementById(held.id);
    if (!region) return;
    const all = stops(region), to = all[Math.min(Math.max(held.place, 0), all.length - 1)] || region;
    if (to === region) region.tabIndex = -1;
    held = null;
    to.focus();
  });
  document.body.addEventListener("input", (event) => {
    if (form() && form().contains(event.target) && !stuck()) { tell("Writing …"); mark(); }
  });
  // What was typed in the last second goes out when the window is left.
  const flush = () => {
    if (!unsaved() || stuck()) return Promise.resolve(!stuck());
    const data = new FormData(form());
    if (current()) data.set("csrfmiddlewaretoken", current());
    last = fields(form());
    return fetch(form().action, { method: "POST", body: data, keepalive: true, headers: { "HX-Request": "true" } })
      .then((answer) => { const version = answer.headers.get("X-Opinion-Version"); if (version && form()) form().elements.version.value = version; else { last = ""; htmx.trigger(form(), "save"); } return Boolean(version); })
      .catch(() => { last = ""; return false; });
  };
  // What could not be saved keeps the reviewer here once; who follows the link again means it.
  let warned = false;
  const leave = async (go) => {
    while (busy) await busy;
    if (await flush() || warned) { go(); return; }
    warned = true;
    if (!stuck()) tell("Not saved yet. Follow the link again to leave without it.");
  };
  // A link or another form waits for it, so that the next page knows the text.
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[href]:not([hx-get], [target])");
    if (!link || !unsaved() || stuck() || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    leave(() => { link.hash && link.pathname === location.pathname && link.search === location.search ? (location.hash = link.hash) : (location.href = link.href); });
  });
  document.addEventListener("submit", (event) => {
    if (event.target.matches("[hx-post]") || !unsaved() || stuck()) return;
    event.preventDefault();
    leave(() => event.target.submit());
  });
  document.addEventListener("visibilitychange", () => { if (document.visibilityState === "hidden") flush(); });
  addEventListener("pagehide", flush);
  addEventListener("beforeunload", (event) => { if (stuck()) event.preventDefault(); });
  if (document.getElementById("here")) light();
})();
