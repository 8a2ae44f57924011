(() => {
  "use strict";
  // The page is whole without this; it only narrows the list of disagreements.
  const bar = document.getElementById("narrow");
  if (!bar) return;
  bar.hidden = false;
  const text = bar.querySelector("input");
  const kind = bar.querySelector("select");
  const output = bar.querySelector("output");
  const items = [...document.querySelectorAll(".item")];
  const words = items.map((item) => item.textContent.toLowerCase());
  const apply = () => {
    const needle = text.value.trim().toLowerCase();
    let shown = 0;
    items.forEach((item, at) => {
      const fits = (!kind.value || item.dataset.kind === kind.value) && words[at].includes(needle);
      item.hidden = !fits;
      if (fits) shown += 1;
    });
    output.textContent = shown + " of " + items.length + " shown";
  };
  text.addEventListener("input", apply);
  kind.addEventListener("change", apply);
  apply();
})();
