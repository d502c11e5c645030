"use strict";
{
  const items = Array.from(document.querySelectorAll(".item"), (element) => ({
    element,
    status: element.dataset.status,
    format: element.dataset.format,
    languages: (element.dataset.language || "").split(" "),
    text: element.textContent.toLowerCase(),
  }));
  const form = document.querySelector(".filters");
  const output = form.querySelector("output");
  const images = document.querySelector("#images");
  const shape = images.dataset.shape;

  const shapeOf = (pictures) => {
    const ratios = pictures.map((picture) => picture.width / picture.height);
    if (ratios.length === 0) return shape;
    if (ratios.every((ratio) => ratio >= 1.25)) return "wide";
    return ratios.every((ratio) => ratio <= 0.8) ? "tall" : "square";
  };

  const size = (picture) => ({
    width: Number(picture.getAttribute("width")),
    height: Number(picture.getAttribute("height")),
  });

  const filter = () => {
    const wanted = Object.fromEntries(new FormData(form));
    const words = wanted.text.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const item of items) {
      const isShown =
        (!wanted.status || item.status === wanted.status) &&
        (!wanted.format || item.format === wanted.format) &&
        (!wanted.language || item.languages.includes(wanted.language)) &&
        (!wanted.review || (item.element.dataset.review || "undecided") === wanted.review) &&
        words.every((word) => item.text.includes(word));
      item.element.hidden = !isShown;
      shown += isShown;
    }
    for (const group of document.querySelectorAll(".set, .group, .problems")) {
      group.hidden = !group.querySelector(".item:not([hidden])");
    }
    const isFiltered = words.length > 0 || wanted.status || wanted.format || wanted.language || wanted.review;
    images.classList.toggle("one-grid", Boolean(wanted.format));
    images.dataset.shape = wanted.format
      ? shapeOf(Array.from(images.querySelectorAll(".item:not([hidden]) img"), size))
      : shape;
    for (const rest of document.querySelectorAll(".rest")) rest.open = Boolean(isFiltered);
    document.querySelector("#no-match").hidden = !isFiltered || shown > 0;
    const where = document.querySelector(".pages") ? " on this page" : "";
    output.textContent = isFiltered
      ? `${shown.toLocaleString("en")} of ${items.length.toLocaleString("en")}${where}`
      : "";
  };

  form.hidden = false;
  form.addEventListener("input", filter);
  form.addEventListener("submit", (event) => event.preventDefault());
  window.addEventListener("pageshow", filter);

  const dialog = document.querySelector(".viewer");
  let current = null;

  const enlarge = (link) => {
    current = link;
    const image = document.createElement("img");
    image.src = link.href;
    image.alt = link.querySelector("img").alt;
    dialog.querySelector(".stage").replaceChildren(image);
    const item = link.closest(".item");
    const title = item.querySelector("h4").dataset.caption;
    dialog.querySelector(".caption").textContent = `${title} – ${item.querySelector(".prompt").textContent}`;
    if (!dialog.open) dialog.showModal();
    dialog.dispatchEvent(new CustomEvent("enlarged", { detail: item }));
  };

  const step = (by) => {
    const links = Array.from(document.querySelectorAll(".item:not([hidden]) a.picture"));
    enlarge(links[(links.indexOf(current) + by + links.length) % links.length]);
  };

  document.querySelector("main").addEventListener("click", (event) => {
    const link = event.target.closest("a.picture");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    enlarge(link);
  });
  dialog.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (event.target.closest(".choose")) return;
    if (button && button.value !== "0") step(Number(button.value));
    else if (button || !event.target.closest("img, .caption")) dialog.close();
  });
  dialog.addEventListener("keydown", (event) => {
    if (event.target.closest("input, select")) return;
    if (event.key === "ArrowLeft") step(-1);
    if (event.key === "ArrowRight") step(1);
  });
  dialog.addEventListener("close", () => {
    dialog.querySelector(".stage").replaceChildren();
    current.focus();
  });
}
