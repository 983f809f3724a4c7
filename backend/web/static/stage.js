// The stage: parties are places, what lands on the chain travels between them, and a story is a tape that goes back and on.
// What is said and how much comes from the server in the reader's words; here it is drawn.
(() => {
  const root = document.getElementById("stage");
  if (!root) return;
  const words = JSON.parse(root.dataset.words);
  const part = (name) => root.querySelector(`[data-${name}]`);
  const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
  const node = (name, attributes = {}, text) => {
    const made = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    if (text !== undefined) made.textContent = text;
    return made;
  };
  const html = (name, text, className) => {
    const made = document.createElement(name);
    if (text !== undefined) made.textContent = text;
    if (className) made.className = className;
    return made;
  };
  const say = (name, text) => { const place = part(name); if (place && place.textContent !== text) place.textContent = text; };

  // ---- the picture
  const GAP = 12, NARROWEST = 158, LINE = 16, MOST_TOKENS = 12, TRAVEL = 1500;
  const isCalm = matchMedia("(prefers-reduced-motion: reduce)");
  const picture = part("picture");
  const svg = node("svg", { role: "img" }), drawn = node("g"), tokens = node("g");
  svg.append(drawn, tokens);
  picture.append(svg);
  let places = [], lines = {}, boxes = new Map();

  const fitted = (text, width) => {
    let said = text.textContent;
    while (said.length > 1 && text.getComputedTextLength() > width) {
      said = said.slice(0, -1);
      text.textContent = said + "…";
    }
  };
  const named = (name) => {
    const halves = /^(.*?\S)\s+([\u3400-\u9fff].*)$/.exec(name);
    return halves ? halves.slice(1) : [name];
  };
  const rule = node("text", { class: "stage-name", visibility: "hidden" });
  svg.append(rule);
  const wrapped = (text, width) => text.split(" ").reduce((found, word) => {
    const longer = found.length ? `${found.at(-1)} ${word}` : word;
    rule.textContent = longer;
    if (found.length && rule.getComputedTextLength() > width) return [...found, word];
    return [...found.slice(0, -1), longer];
  }, []).slice(0, 3);
  // Lanes stand in bands from top to bottom; small ones share a band, so that a chain of suppliers reads from left to right.
  const bandsOf = (columns) => {
    const bands = [];
    for (const [lane, said] of words.lanes) {
      const mine = places.filter((place) => place.lane === lane);
      if (!mine.length) continue;
      const last = bands.at(-1);
      const hasRoom = last && last.lanes[0].lane !== "top" && last.count + mine.length <= columns;
      if (hasRoom) { last.lanes.push({ lane, said, mine }); last.count += mine.length; }
      else bands.push({ lanes: [{ lane, said, mine }], count: mine.length });
    }
    return bands;
  };
  const draw = () => {
    const width = Math.max(280, picture.clientWidth - parseFloat(getComputedStyle(picture).paddingLeft) * 2);
    const columns = Math.max(2, Math.floor((width + GAP) / (NARROWEST + GAP)));
    const wide = (width - GAP * (columns - 1)) / columns;
    drawn.replaceChildren();
    boxes = new Map();
    let y = 0;
    for (const band of bandsOf(columns)) {
      let column = 0, tallest = 0;
      for (const { said, mine } of band.lanes) {
        const title = node("text", { class: "stage-lane", x: column * (wide + GAP), y: y + 13 }, said);
        drawn.append(title);
        fitted(title, wide * Math.min(mine.length, columns - column) + GAP * (Math.min(mine.length, columns - column) - 1));
        for (const place of mine) {
          if (column === columns) { y += tallest + GAP; column = 0; tallest = 0; }
          const tall = drawPlace(place, column * (wide + GAP), y + 22, wide);
          tallest = Math.max(tallest, tall);
          column += 1;
        }
      }
      y += 22 + tallest + GAP + 4;
    }
    svg.setAttribute("viewBox", `0 0 ${width} ${Math.max(y, 40)}`);
    svg.setAttribute("aria-label", fill(words.picture, { places: places.length }));
    drawTable();
  };
  const drawPlace = (place, x, y, wide) => {
    const group = node("g", { class: `stage-place stage-${place.lane}` });
    const has = lines[place.id] ?? [], names = named(place.name).flatMap((half) => wrapped(half, wide - 20));
    const tall = 16 + (names.length + Math.max(1, has.length) * 2) * LINE;
    group.append(node("rect", { x, y, width: wide, height: tall, rx: 6 }), node("title", {}, place.name));
    drawn.append(group);
    let at = y + 8;
    const write = (text, className) => {
      const line = node("text", { x: x + 10, y: (at += LINE), class: className }, text);
      group.append(line);
      fitted(line, wide - 20);
    };
    for (const name of names) write(name, "stage-name");
    for (const one of has) { write(one.label, "stage-label"); write(one.value, "stage-value"); }
    boxes.set(place.id, { x: x + wide / 2, y: y + tall / 2, group });
    return tall;
  };
  const drawTable = () => {
    part("table").replaceChildren(...places.map((place) => {
      const row = html("tr"), name = html("th", place.name);
      name.scope = "row";
      row.append(name, html("td", place.roles || "–"), html("td", (lines[place.id] ?? []).map((one) => `${one.label} ${one.value}`).join("; ") || "–"));
      return row;
    }));
  };

  // ---- what travels
  const light = (id) => {
    const box = boxes.get(id);
    if (!box) return;
    box.group.classList.add("lit");
    setTimeout(() => boxes.get(id)?.group.classList.remove("lit"), TRAVEL + 300);
  };
  let departing = 0;
  const travel = (movement) => {
    const from = boxes.get(movement.from), to = boxes.get(movement.to);
    light(movement.from);
    if (movement.to) light(movement.to);
    if (!from || !to || from === to || isCalm.matches || document.hidden || tokens.childElementCount >= MOST_TOKENS) return;
    const token = node("g", { class: `stage-token stage-token-${movement.kind}`, "data-event": movement.event });
    const text = node("text", { y: 4, "text-anchor": "middle" }, movement.amount || movement.words);
    token.append(node("rect", { height: 22, y: -11, rx: 11 }), text);
    tokens.append(token);
    fitted(text, 220);
    const wide = text.getComputedTextLength() + 20;
    token.firstChild.setAttribute("width", wide);
    token.firstChild.setAttribute("x", -wide / 2);
    // Title and cash pass each other and do not meet.
    const aside = { cash: 16, title: -16 }[movement.kind] ?? 0;
    const room = svg.viewBox.baseVal.width;
    const at = (box) => `translate(${Math.min(room - wide / 2, Math.max(wide / 2, box.x))}px, ${box.y + aside}px)`;
    const moving = token.animate(
      [{ transform: at(from), opacity: 0 }, { transform: at(from), opacity: 1, offset: 0.12 }, { transform: at(to), opacity: 1, offset: 0.88 }, { transform: at(to), opacity: 0 }],
      { duration: TRAVEL, delay: (departing++ % MOST_TOKENS) * 180, easing: "ease-in-out", fill: "both" },
    );
    moving.finished.catch(() => {}).then(() => { token.remove(); if (!tokens.childElementCount) departing = 0; });
  };

  // ---- the log
  const MOST_ENTRIES = 80;
  const log = part("log");
  const enter = (movement) => {
    part("empty")?.remove();
    const entry = html("li");
    entry.dataset.event = movement.event;
    const parties = movement.whom ? `${movement.who} → ${movement.whom}` : movement.who;
    entry.append(html("span", `${words.block} ${movement.block}`, "text-secondary"), " ", html("strong", parties), ` · ${movement.words}`);
    if (movement.amount) entry.append(" · ", html("span", movement.amount, "amount"));
    if (movement.isTakenBack) entry.append(` (${words.takenBack})`);
    log.prepend(entry);
    while (log.childElementCount > MOST_ENTRIES) log.lastElementChild.remove();
  };

  // ---- the story
  let story = null, steps = [], shown = null, now = {};
  const list = part("steps");
  const isRewound = () => story !== null && story.shown < steps.length;
  const recorded = () => (story.shown ? steps[story.shown - 1].lines : story.opening);
  const take = (told) => {
    if (!told) { story = null; return; }
    if (story?.id !== told.id) { steps = []; shown = null; list.replaceChildren(); }
    const before = steps.length;
    for (const step of told.steps.filter((one) => one.number > before)) {
      steps.push(step);
      const item = html("li");
      item.dataset.number = step.number;
      item.innerHTML = step.html; // rendered by our server, which writes as text what people wrote
      list.querySelector(".next")?.remove();
      list.append(item);
    }
    story = told;
    if (shown !== null && told.shown === shown + 1 && told.shown <= before) steps[told.shown - 1].movements.forEach(travel);
  };
  const tell = () => {
    const tape = part("tape");
    part("now").hidden = part("steps-card").hidden = story === null;
    part("columns").classList.toggle("alone", story === null);
    part("recorded").hidden = !isRewound();
    if (tape) tape.hidden = story === null;
    const starting = root.querySelector("[data-form=begin]");
    if (starting) {
      for (const one of starting.querySelectorAll("[data-begin]")) one.hidden = story !== null && story.isUnderWay;
      starting.querySelector("[data-begin][value=play]").classList.toggle("btn-primary", story === null);
    }
    if (story === null) return;
    if (tape) {
      tape.querySelector("[data-control=play]").setAttribute("aria-pressed", story.isRunning);
      tape.querySelector("[data-control=pause]").setAttribute("aria-pressed", !story.isRunning && story.isUnderWay);
      tape.querySelector("[data-form=end]").hidden = !story.isUnderWay;
    }
    const step = story.shown ? steps[story.shown - 1] : null;
    say("title", story.title);
    say("place", `${story.shown} / ${story.count}`);
    say("says", story.says);
    say("name", step ? step.name : words.opening);
    say("actor", step ? step.actor : "");
    say("why", step ? step.why : "");
    say("next", story.next && !isRewound() ? `${words.next}: ${story.next.name}` : "");
    say("fault", story.fault);
    if (isRewound()) say("recorded", fill(words.asItWas, { shown: story.shown, count: story.count }));
    const proof = isRewound() ? "" : story.proof;
    if (part("proof").dataset.of !== `${story.id}${proof.length}`) {
      part("proof").dataset.of = `${story.id}${proof.length}`;
      part("proof").innerHTML = proof;
    }
    coming();
    if (shown !== story.shown) {
      shown = story.shown;
      for (const item of list.children) {
        const isCurrent = Number(item.dataset.number) === shown;
        if (isCurrent) item.setAttribute("aria-current", "step"); else item.removeAttribute("aria-current");
        if (isCurrent) list.scrollTop = item.offsetTop - 8;
      }
      if (!shown) list.scrollTop = 0;
    }
  };
  const coming = () => {
    list.querySelector(".next")?.remove();
    if (!story.next) return;
    const item = html("li", undefined, "next");
    item.append(html("p", `${words.next}: ${story.next.name}`, "stage-coming"), html("p", story.next.actor, "text-secondary mb-1"), html("p", story.next.why, "mb-0"));
    list.append(item);
  };

  // ---- what is new
  let position = "", asking = false, wanted = false, due = null;
  const hear = (news) => {
    position = news.position;
    say("block", `${words.block} ${news.block}`);
    if (news.places) { places = news.places; now = news.lines; }
    const wasAt = shown, wasStory = story?.id;
    for (const movement of news.movements) enter(movement);
    take(news.play);
    const hasMoved = news.places || wasAt !== (story?.shown ?? null) || wasStory !== story?.id;
    lines = isRewound() ? { ...now, ...Object.fromEntries(Object.keys(story.opening).map((id) => [id, []])), ...recorded() } : now;
    tell();
    if (hasMoved) draw();
    if (!isRewound()) news.movements.forEach(travel);
  };
  const ask = async () => {
    if (asking) { wanted = true; return; }
    clearTimeout(due);
    asking = true;
    wanted = false;
    try {
      const query = new URLSearchParams({ after: position, play: story?.id ?? "", steps: steps.length });
      const answer = await fetch(`/stage/news?${query}`, { headers: { Accept: "application/json" } });
      if (!answer.ok) throw new Error(answer.status);
      hear(await answer.json());
      if (part("refused")?.dataset.lost) { say("refused", ""); delete part("refused").dataset.lost; }
    } catch {
      if (part("refused")) { say("refused", words.lost); part("refused").dataset.lost = "yes"; }
    }
    asking = false;
    if (wanted) ask(); else due = setTimeout(ask, document.hidden ? 5000 : 600);
  };
  const want = async (address, body) => {
    const answer = await fetch(address, { method: "POST", body, redirect: "manual", headers: { Accept: "application/json" } });
    say("refused", answer.type === "opaqueredirect" ? "" : (await answer.json()).detail);
    ask();
  };
  root.addEventListener("submit", (event) => {
    const form = event.target.closest("form[data-form]");
    if (!form) return;
    event.preventDefault();
    want(form.getAttribute("action"), new URLSearchParams(new FormData(form, event.submitter)));
  });
  part("form=begin")?.elements.pace.addEventListener("change", (event) => {
    if (story?.isUnderWay) want("/stage/controls/pace", new URLSearchParams(new FormData(event.target.form)));
  });
  document.addEventListener("feiqian:event", ask);
  document.addEventListener("visibilitychange", () => { if (!document.hidden) ask(); });
  new ResizeObserver(() => draw()).observe(picture);
  ask();
})();
