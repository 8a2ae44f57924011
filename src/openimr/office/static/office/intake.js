// The application form: the enter key in a field saves nothing by surprise, and mistakes get the focus.
"use strict";
addEventListener("DOMContentLoaded", () => {
  document.getElementById("mistakes")?.focus();
  const form = document.querySelector("form.application");
  form?.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.target.matches("input")) event.preventDefault();
  });
  // Of a modified request only: the three fields are in the way elsewhere.
  const parts = ["original", "authorized", "remainder"];
  const show = (choice) => {
    const row = choice.name.replace(/ur_decision$/, "");
    for (const part of parts) {
      const field = document.getElementById(`id_${row}${part}`)?.closest(".field");
      if (field) field.hidden = choice.value !== "modified";
    }
  };
  for (const choice of document.querySelectorAll('select[name$="-ur_decision"]')) {
    show(choice);
    choice.addEventListener("change", () => show(choice));
  }
});
