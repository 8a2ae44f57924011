(() => {
  "use strict";
  // The book reads without this; it adds the search, and opens what print must show.
  const find = document.getElementById("find");
  find.hidden = false;
  const input = find.querySelector("input");
  const output = find.querySelector("output");
  const articles = [...document.querySelectorAll(".treatment")];
  const words = articles.map((one) => one.textContent.toLowerCase().replace(/\s+/g, " "));
  const shelves = [...document.querySelectorAll(".shelf")];
  const entries = new Map();
  for (const link of document.querySelectorAll("nav.index li a")) {
    entries.set(link.getAttribute("href").slice(1), link.parentElement);
  }
  const groups = [...document.querySelectorAll("nav.index details")];
  const none = document.getElementById("none");
  const apply = () => {
    const needles = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    articles.forEach((one, at) => {
      const fits = needles.every((needle) => words[at].includes(needle));
      one.hidden = !fits;
      const entry = entries.get(one.id);
      if (entry) entry.hidden = !fits;
      if (fits) shown += 1;
    });
    for (const shelf of shelves) shelf.hidden = !shelf.querySelector(".treatment:not([hidden])");
    for (const group of groups) group.hidden = !group.querySelector("li:not([hidden])");
    none.hidden = shown > 0;
    output.textContent = needles.length ? shown + " of " + articles.length + " treatments" : "";
  };
  let waiting = 0;
  input.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(apply, 120);
  });
  input.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      input.value = "";
      apply();
    }
  });
  // On a narrow screen a long index would hide the book.
  if (matchMedia("(max-width: 61.99rem)").matches) {
    for (const group of groups) group.open = false;
  }
  let opened = [];
  addEventListener("beforeprint", () => {
    opened = [...document.querySelectorAll("main details:not([open])")];
    for (const one of opened) one.open = true;
  });
  addEventListener("afterprint", () => {
    for (const one of opened) one.open = false;
  });
})();
