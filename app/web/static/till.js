/* Says the change while what is given is typed, and what the notes come to while they are counted; whoever
   has asked for a receipt looks for the next payer. */
(() => {
  "use strict";
  const vnd = (amount) => amount.toLocaleString(document.documentElement.lang) + " \u20ab";
  const number = (field) => Number(field.value.replace(/[^0-9]/g, ""));

  const given = document.getElementById("given"), change = document.getElementById("change");
  const tell = () => {
    const back = number(given) - Number(given.getAttribute("data-due"));
    change.textContent = given.value && back ? change.getAttribute(back < 0 ? "data-short" : "data-back") + " " + vnd(Math.abs(back)) : "";
    change.classList.toggle("bad", back < 0);
  };
  if (given) { given.addEventListener("input", tell); tell(); }

  const paper = document.querySelector(".taken a[target]");
  if (paper) paper.addEventListener("click", () => setTimeout(() => document.getElementById("q").focus()));

  Array.from(document.querySelectorAll("[data-sum]")).forEach((sum) => {
    const notes = Array.from(sum.closest("form").querySelectorAll("[data-note]"));
    sum.closest("form").addEventListener("input", () => {
      const total = notes.reduce((all, one) => all + number(one) * Number(one.getAttribute("data-note")), 0);
      sum.textContent = total ? sum.getAttribute("data-sum") + " " + vnd(total) : "";
    });
  });
})();
