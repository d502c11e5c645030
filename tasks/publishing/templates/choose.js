{
  const bar = document.querySelector(".choose");
  const viewer = document.querySelector(".viewer");
  const ask = document.querySelector(".ask");
  const form = document.querySelector(".filters");
  const part = (selector) => bar.querySelector(selector);
  const cards = Array.from(document.querySelectorAll("main .item[data-cell]"));
  const byId = new Map(cards.map((card) => [card.dataset.cell, card]));
  // A trial apart: its cells are called as those that are paid for later, and a drawing that was kept is no such image.
  const KEPT = `ideogram-campaigns: ${bar.dataset.kept}`;
  const WHO = "ideogram-campaigns: reviewer";
  const CUT = "… (in full in the manifest)";
  const undone = [];
  let store = {};
  let at = null;
  let isKept = true;

  const read = (key, otherwise) => {
    try {
      return JSON.parse(localStorage.getItem(key)) ?? otherwise;
    } catch {
      return otherwise;
    }
  };
  const write = (key, value) => {
    try {
      localStorage.setItem(key, JSON.stringify(value));
    } catch {
      isKept = false;
    }
  };
  const say = (text) => (part(".said").textContent = text);
  const isPicture = (card) => card.dataset.status === "done";
  const isRefused = (card) => ["blocked", "failed"].includes(card.dataset.status);
  const isWithout = (card) => isRefused(card) || card.dataset.status === "unknown";
  // Without a picture there may be other words, and one may do without it.
  const may = (card, key) => isPicture(card) || (key === "e" && isRefused(card)) || (key === "x" && isWithout(card));
  const nameOf = (card) => card.querySelector("h4").dataset.caption;
  const decisionOf = (card) => store[card.dataset.cell]?.decision || card.dataset.recorded || "";

  const show = (card) => {
    const own = store[card.dataset.cell];
    const said = own?.decision ? own.decision + (own.prompt ? ", other words" : "") + (own.reason ? `: ${own.reason}` : "") : "";
    const verdict = card.querySelector(".verdict");
    card.dataset.told ??= verdict.textContent;
    const text = said || card.dataset.told;
    const focus = own?.focus ? `crops at ${own.focus}` : "";
    verdict.textContent = [text, focus].filter(Boolean).join(" · ");
    verdict.hidden = !verdict.textContent;
    const decision = decisionOf(card);
    if (decision) card.dataset.review = decision;
    else delete card.dataset.review;
  };

  const count = () => {
    const pictures = cards.filter(isPicture);
    const decided = pictures.filter(decisionOf).length;
    const again = cards.filter((card) => store[card.dataset.cell]?.decision === "again").length;
    const where = document.querySelector(".pages") ? " on this page" : "";
    const more = again ? `, ${again.toLocaleString("en")} again` : "";
    part(".count").textContent =
      `${decided.toLocaleString("en")} of ${pictures.length.toLocaleString("en")} decided${where}${more}`;
  };

  const mark = () => {
    viewer.querySelector(".spot")?.remove();
    const focus = at && store[at.dataset.cell]?.focus;
    const image = viewer.querySelector(".stage img");
    if (!image || !/^[\d.]+,[\d.]+$/.test(focus || "")) return;
    const [x, y] = focus.split(",").map(Number);
    const box = shownBox(image);
    const stage = image.parentElement.getBoundingClientRect();
    const spot = document.createElement("span");
    spot.className = "spot";
    spot.style.left = `${box.left - stage.left + x * box.width}px`;
    spot.style.top = `${box.top - stage.top + y * box.height}px`;
    image.parentElement.append(spot);
  };

  const shownBox = (image) => {
    const box = image.getBoundingClientRect();
    const scale = Math.min(box.width / image.naturalWidth, box.height / image.naturalHeight) || 0;
    const width = image.naturalWidth * scale;
    const height = image.naturalHeight * scale;
    return { left: box.left + (box.width - width) / 2, top: box.top + (box.height - height) / 2, width, height };
  };

  const describe = () => {
    part(".whom").textContent = at ? nameOf(at) : "";
    for (const button of bar.querySelectorAll(".deeds button")) {
      button.disabled = !at || !may(at, button.dataset.key);
    }
    const focus = (at && store[at.dataset.cell]?.focus) || "";
    const select = part(".focus");
    select.disabled = !at || !isPicture(at);
    select.value = focus;
    if (focus && select.value !== focus) {
      select.options[0].textContent = focus;
      select.value = "";
    } else select.options[0].textContent = "as before";
    mark();
  };

  const choose = (card, { isMoved = false } = {}) => {
    if (at !== card) at?.removeAttribute("aria-current");
    at = card;
    card.setAttribute("aria-current", "true");
    if (isMoved) {
      const link = card.querySelector("a.picture");
      if (viewer.open && link) link.click();
      else {
        if (!link) card.tabIndex = -1;
        (link || card).focus({ preventScroll: true });
        card.scrollIntoView({ block: "nearest" });
      }
    }
    describe();
  };

  const put = (card, change) => {
    const id = card.dataset.cell;
    store = { ...read(KEPT, store), ...(isKept ? {} : store) };
    const before = store[id];
    if (change === null) delete store[id];
    else {
      const whoAndWhen = { at: new Date().toISOString(), by: part(".by").value.trim() };
      const now = { ...before, ...change, ...whoAndWhen, image_sha256: card.dataset.image || "" };
      if (change.decision) Object.assign(now, { reason: "", prompt: "", ...change });
      store[id] = now;
    }
    write(KEPT, store);
    show(card);
    return [id, before];
  };

  const decided = (changes, text) => {
    undone.push(changes.map(([card, change]) => put(card, change)));
    count();
    say(`${text}.`);
    describe();
  };

  const visible = () => cards.filter((card) => card.checkVisibility?.() ?? card.offsetParent);
  const refilter = () => {
    if (new FormData(form).get("review")) form.dispatchEvent(new Event("input"));
  };

  const next = () => {
    const open = (card) => isPicture(card) && !decisionOf(card) && !card.hidden;
    const place = cards.indexOf(at);
    const found = cards.slice(place + 1).find(open) || cards.slice(0, Math.max(place, 0)).find(open);
    if (found) choose(found, { isMoved: true });
    else say(`Everything is decided. ${part(".count").textContent}.`);
    return found;
  };

  const move = (by) => {
    const all = visible();
    const place = all.indexOf(at);
    const card = all[place < 0 ? 0 : Math.min(Math.max(place + by, 0), all.length - 1)];
    if (card) choose(card, { isMoved: true });
  };

  const after = (changes, text) => {
    decided(changes, text);
    next();
    refilter();
  };

  const question = (card, title, withWords, answered) => {
    const words = ask.querySelector("textarea");
    const why = ask.querySelector(".why");
    const own = store[card.dataset.cell];
    const prompt = card.querySelector(".prompt").textContent;
    ask.querySelector("#ask-title").textContent = title;
    ask.querySelector(".which").textContent = nameOf(card);
    ask.querySelector(".words").hidden = !withWords;
    words.value = own?.prompt || (prompt.endsWith(CUT) ? "" : prompt);
    words.required = withWords;
    why.value = own?.reason || "";
    // At once, and not when the dialog says that it is closed: the next key may come before.
    ask.querySelector("form").onsubmit = (event) => {
      event.preventDefault();
      ask.close();
      answered(why.value.trim(), words.value.trim() === prompt ? "" : words.value.trim());
    };
    ask.showModal();
    (withWords ? words : why).focus();
  };

  const acts = {
    k: () => after([[at, { decision: "keep" }]], `Keep: ${nameOf(at)}`),
    r: () => after([[at, { decision: "again" }]], `Again, with another seed: ${nameOf(at)}`),
    x: () => {
      const card = at;
      question(card, isPicture(card) ? "Reject" : "Do without it", false, (reason) =>
        after([[card, { decision: "reject", reason }]], `Reject: ${nameOf(card)}`));
    },
    e: () => {
      const card = at;
      question(card, "Again, with other words", true, (reason, prompt) =>
        after([[card, { decision: "again", reason, prompt }]], `Again, with other words: ${nameOf(card)}`));
    },
    o: () => {
      const others = Array.from(at.closest(".set")?.querySelectorAll(".item") || []);
      const rest = others.filter((card) => card !== at && isPicture(card));
      const changes = rest.map((card) => [card, { decision: "reject", reason: "another one was chosen" }]);
      after([[at, { decision: "keep" }], ...changes], `Only this: ${nameOf(at)}`);
    },
    u: () => {
      const changes = undone.pop();
      if (!changes) return say("There is nothing to undo.");
      for (const [id, before] of changes) {
        store = { ...store };
        if (before) store[id] = before;
        else delete store[id];
        show(byId.get(id));
      }
      write(KEPT, store);
      count();
      refilter();
      choose(byId.get(changes[0][0]), { isMoved: true });
      say(`Undone: ${nameOf(at)}.`);
    },
    n: next,
    arrowleft: () => move(-1),
    arrowright: () => move(1),
  };

  const act = (key) => {
    const needsCard = "kxreo".includes(key);
    if (needsCard && !at) return move(1);
    if (needsCard && !may(at, key)) return say("There is no picture to decide on.");
    acts[key]();
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || ask.open || !part(".keys").checked) return;
    if (event.target.closest("input:not([type=checkbox]), select, textarea")) return;
    const key = event.key.toLowerCase();
    if (!Object.hasOwn(acts, key) || (viewer.open && key.startsWith("arrow"))) return;
    event.preventDefault();
    // Held down, a key would decide on images that nobody has seen.
    if (!event.repeat || key.startsWith("arrow")) act(key);
  });
  bar.addEventListener("click", (event) => {
    const button = event.target.closest("button[data-key]");
    if (button) act(button.dataset.key);
  });
  document.querySelector("main").addEventListener("focusin", (event) => {
    const card = event.target.closest(".item[data-cell]");
    if (card && card !== at) choose(card);
  });
  document.querySelector("main").addEventListener("click", (event) => {
    const card = event.target.closest(".item[data-cell]");
    if (card && card !== at) choose(card);
  });
  ask.querySelector(".cancel").addEventListener("click", () => ask.close());
  ask.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) ask.querySelector("form").requestSubmit();
  });

  viewer.addEventListener("enlarged", (event) => {
    if (bar.parentElement !== viewer) viewer.append(bar);
    choose(event.detail);
    viewer.querySelector(".stage img").addEventListener("load", mark);
  });
  viewer.addEventListener("close", () => {
    document.querySelector("footer").after(bar);
    at?.querySelector("a.picture")?.focus();
  });
  viewer.addEventListener("click", (event) => {
    if (!event.target.matches(".stage img") || !event.target.naturalWidth || !at || !isPicture(at)) return;
    const box = shownBox(event.target);
    const share = (value) => Math.min(Math.max(value, 0), 1).toFixed(3).replace(/\.?0+$/, "");
    const focus = `${share((event.clientX - box.left) / box.width)},${share((event.clientY - box.top) / box.height)}`;
    decided([[at, { focus }]], `Crops of ${nameOf(at)} lie at ${focus}`);
  });
  window.addEventListener("resize", mark);
  part(".focus").addEventListener("input", (event) => {
    if (at) decided([[at, { focus: event.target.value }]], `Crops of ${nameOf(at)}: ${event.target.value || "as before"}`);
  });
  part(".options").addEventListener("click", (event) => {
    const more = part(".more-ways");
    more.hidden = !more.hidden;
    event.target.setAttribute("aria-expanded", String(!more.hidden));
  });
  part(".by").addEventListener("input", (event) => write(WHO, event.target.value));

  const quoted = (text) => {
    const safe = /^'*[\s\u200b-\u200f\u2060\ufeff]*[=+\-@＝＋－＠﹦﹢﹣﹫−]/.test(text) ? `'${text}` : text;
    return `"${safe.replaceAll('"', '""')}"`;
  };
  const COLUMNS = ["cell_id", "decision", "reason", "prompt", "seed", "focus", "by", "at", "image_sha256"];
  const table = () => {
    // From disk, campaigns of one name share what the browser keeps; on other pages of this one may be more cells.
    const isHere = (id) => byId.has(id) || document.querySelector(".pages");
    const rows = Object.entries(store).filter(([id, own]) => isHere(id) && (own.decision || own.focus));
    const lines = rows.map(([id, own]) => COLUMNS.map((name) => quoted(String({ cell_id: id, ...own }[name] ?? ""))));
    return ["\ufeff" + COLUMNS.join(","), ...lines.map((texts) => texts.join(","))].join("\r\n") + "\r\n";
  };
  const fileName = () => {
    const words = bar.dataset.campaign.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, "-").replace(/^-|-$/g, "");
    return `${words || "campaign"}-decisions.csv`;
  };
  const told = (name) => {
    const rows = table().split("\r\n").length - 2;
    const folder = location.protocol === "file:" ? decodeURIComponent(location.pathname.replace(/\/[^/]*$/, "")) : "CAMPAIGN_FOLDER";
    say(`${rows.toLocaleString("en")} in ${name}. Take them in: python flows/review.py "${folder}" "${name}"`);
  };
  part(".export").addEventListener("click", () => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([table()], { type: "text/csv" }));
    link.download = fileName();
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
    told(link.download);
  });
  part(".save").hidden = !window.showSaveFilePicker;
  part(".save").addEventListener("click", async () => {
    try {
      const file = await window.showSaveFilePicker({ suggestedName: fileName() });
      const stream = await file.createWritable();
      await stream.write(table());
      await stream.close();
      told(file.name);
    } catch (error) {
      if (error.name !== "AbortError") say(`It could not be saved (${error.message}); Export decisions works everywhere.`);
    }
  });
  window.addEventListener("beforeunload", (event) => {
    if (!isKept && Object.keys(store).length) event.preventDefault();
  });
  window.addEventListener("storage", (event) => {
    if (event.key !== KEPT) return;
    store = read(KEPT, {});
    cards.forEach(show);
    count();
    describe();
  });

  store = read(KEPT, {});
  part(".by").value = read(WHO, "");
  // What was taken in is no news; what is not as it was left is told. A focus is still to be taken in where somebody else was later.
  const forget = (card) => {
    const { at: when, by, decision, focus, prompt, image_sha256 } = store[card.dataset.cell];
    if (image_sha256 && image_sha256 !== card.dataset.image) {
      delete store[card.dataset.cell];
      return `${nameOf(card)} (another picture by now)`;
    }
    const later = new Date(card.dataset.at) - new Date(when);
    if (!(later >= 0)) return "";
    if (later && focus) store[card.dataset.cell] = { at: when, by, focus, image_sha256 };
    else delete store[card.dataset.cell];
    const isOther = later && decision && (decision !== card.dataset.recorded || prompt);
    return isOther ? `${nameOf(card)} (somebody has decided ${card.dataset.recorded} since, not ${decision}${prompt ? " with other words" : ""})` : "";
  };
  const isAny = Object.keys(store).length > 0;
  const overruled = cards.filter((card) => store[card.dataset.cell]).map(forget).filter(Boolean);
  if (isAny) write(KEPT, store);
  if (overruled.length) {
    const more = overruled.length > 5 ? ` and ${(overruled.length - 5).toLocaleString("en")} more` : "";
    say(`Not as you left it: ${overruled.slice(0, 5).join("; ")}${more}.`);
  }
  for (const card of cards) if (store[card.dataset.cell]) show(card);
  bar.hidden = cards.length === 0;
  count();
  describe();
}
