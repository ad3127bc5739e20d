// What the pages do besides with JavaScript: values under the pointer in plots, and a pause for what is shown anew by itself.
"use strict";

// Values under the pointer, from the table that stands below each plot.
function follow(figure, event) {
  const svg = figure.querySelector(".frame svg");
  const rows = figure.querySelectorAll("tbody tr");
  const box = svg.getBoundingClientRect();
  if (rows.length < 2 || box.width === 0) return;
  const share = Math.min(1, Math.max(0, (event.clientX - box.left) / box.width));
  const index = Math.round(share * (rows.length - 1));
  const names = [...figure.querySelectorAll("thead th")].slice(1).map((cell) => cell.textContent);
  const cells = [...rows[index].children].map((cell) => cell.textContent);
  const x = String((index / (rows.length - 1)) * svg.viewBox.baseVal.width);
  const cursor = svg.querySelector(".cursor");
  cursor.setAttribute("x1", x);
  cursor.setAttribute("x2", x);
  cursor.setAttribute("visibility", "visible");
  const readout = figure.querySelector(".readout");
  readout.dataset.last ??= readout.textContent;
  readout.textContent = `${cells[0]}: ` + names.map((name, at) => `${name} ${cells[at + 1]}`).join(" · ");
}

function leave(figure) {
  figure.querySelector(".cursor").setAttribute("visibility", "hidden");
  const readout = figure.querySelector(".readout");
  if (readout.dataset.last !== undefined) readout.textContent = readout.dataset.last;
  delete readout.dataset.last;
}

let followed = null;

document.addEventListener("pointermove", (event) => {
  const frame = event.target.closest?.("[data-plot] .frame");
  const figure = frame?.closest("[data-plot]") ?? null;
  if (followed && followed !== figure) leave(followed);
  followed = figure;
  if (figure) follow(figure, event);
});

// A pause for whoever reads, and while the pointer is in a plot.
const refresh = document.getElementById("refresh");
let paused = false;

if (refresh) {
  refresh.hidden = false;
  refresh.addEventListener("click", () => {
    paused = !paused;
    refresh.setAttribute("aria-pressed", String(paused));
  });
}

document.addEventListener("htmx:before:request", (event) => {
  const isByItself = event.target.id === "live";
  if (isByItself && (paused || followed || document.hidden)) event.preventDefault();
});
