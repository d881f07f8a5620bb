// Comfort on the pages of labelstore. Nothing needs it: every page and every control works by links and forms alone.
"use strict";

// The drawing of a label: zoom and pan, names, switches, keys. All that is shown is in the address, as the links have it.
(() => {
  const drawings = [...document.querySelectorAll(".label-page svg.drawing")].filter(svg => svg.querySelector(".view[data-whole]"));
  if (!document.body.classList.contains("label-page")) return;
  const VIEW = ["hide", "opacity", "names"];
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];

  /** Change the arguments of the address. Browsers allow this only so often, hence the pause. */
  let pause = 0, changes = [];
  function remember(change) {
    changes.push(change);
    clearTimeout(pause);
    pause = setTimeout(keep, 150);
  }
  function keep() {
    clearTimeout(pause);
    if (!changes.length) return;
    const url = new URL(location.href);
    for (const change of changes.splice(0)) change(url.searchParams);
    history.replaceState(null, "", url);
  }
  addEventListener("pagehide", keep);

  // Windows: the part of the canvas that the inner SVG shows. What keeps its size lies over it, in percent.
  const view = svg => svg.querySelector(".view");
  const numbers = text => text.split(" ").map(Number);
  const shown = svg => numbers(view(svg).getAttribute("viewBox"));
  const whole = svg => numbers(view(svg).dataset.whole);
  const linksOf = svg => (svg.previousElementSibling?.matches(".zoom-links") ? svg.previousElementSibling : null);
  const over = new WeakMap();

  /** The places on the canvas of what lies over it, before the first zoom. */
  function places(svg) {
    const [left, top, width, height] = shown(svg), found = [];
    for (const element of all(":scope > g:not(.names) *", svg)) {
      for (const name of ["x", "x1", "x2", "y", "y1", "y2"]) {
        const value = element.getAttribute(name);
        if (!value?.endsWith("%")) continue;
        const share = parseFloat(value) / 100;
        found.push([element, name, name[0] === "x" ? left + share * width : top + share * height]);
      }
    }
    return found;
  }

  function show(svg, x, y, wide) {
    const [left, top, width, height] = whole(svg), share = Math.min(Math.max(wide / width, 0.001), 1);
    const w = width * share, h = height * share;
    const l = Math.min(Math.max(x - w / 2, left), left + width - w), t = Math.min(Math.max(y - h / 2, top), top + height - h);
    if (!over.has(svg)) over.set(svg, places(svg));
    view(svg).setAttribute("viewBox", [l, t, w, h].map(one => +one.toPrecision(9)).join(" "));
    for (const [element, name, at] of over.get(svg)) {
      element.setAttribute(name, `${100 * (name[0] === "x" ? (at - l) / w : (at - t) / h)}%`);
    }
    const isWhole = share > 0.999;
    svg.classList.toggle("zoomed", !isWhole);
    for (const link of linksOf(svg)?.children ?? []) link.hidden = isWhole && link.dataset.zoom !== "in";
    nameShapes(svg);
    const zoom = [l, t, w, h].map(one => +one.toPrecision(6)).join(",") + (view(svg).dataset.key ? `@${view(svg).dataset.key}` : "");
    remember(given => (isWhole ? given.delete("zoom") : given.set("zoom", zoom)));
  }

  /** Zoom so that the point under (x, y), in shares of the drawing, stays where it is. */
  function zoomAt(svg, factor, x = 0.5, y = 0.5) {
    const [left, top, width, height] = shown(svg), most = whole(svg)[2];
    const by = Math.min(Math.max(width * factor, most / 1000), most) / width;
    show(svg, left + width * (x + (0.5 - x) * by), top + height * (y + (0.5 - y) * by), width * by);
  }
  function move(svg, across, along) {
    const [left, top, width, height] = shown(svg);
    show(svg, left + width * (0.5 + across), top + height * (0.5 + along), width);
  }
  function fit(id) {
    const shape = document.getElementById(id), svg = shape?.closest("svg.drawing");
    if (!svg || !drawings.includes(svg)) return;
    const box = shape.getBBox(), [, , width, height] = whole(svg);
    const share = Math.max(box.width / width, box.height / height) * 1.7;
    show(svg, box.x + box.width / 2, box.y + box.height / 2, width * Math.max(share, 0.02));
  }
  const ways = {
    in: svg => zoomAt(svg, 1 / 2), out: svg => zoomAt(svg, 2), whole: svg => zoomAt(svg, 1000),
    left: svg => move(svg, -0.3, 0), right: svg => move(svg, 0.3, 0), up: svg => move(svg, 0, -0.3), down: svg => move(svg, 0, 0.3),
  };

  // Names: placed again for the real size of the drawing, the largest first, each where it has room.
  const lengths = new WeakMap();
  function nameShapes(svg) {
    const [left, top, width, height] = shown(svg), scale = svg.getBoundingClientRect().width / width, taken = [];
    const off = all(".switch.off").map(link => link.dataset.switch), names = all(":scope > .names > .name", svg);
    for (const one of names) one.classList.remove("spare", "wide");
    for (const one of names) if (!lengths.get(one)) lengths.set(one, one.getComputedTextLength());
    for (const one of names) {
      const box = document.getElementById(one.dataset.for)?.getBBox();
      const isOff = !box || one.dataset.of.split(" ").some(mark => off.includes(mark)) || box.x + box.width < left
        || box.y + box.height < top || box.x > left + width || box.y > top + height;
      const x = isOff ? 0 : (Math.max(box.x, left) - left) * scale, y = isOff ? 0 : (Math.max(box.y, top) - top) * scale;
      const beside = one.classList.contains("of-dot") ? [[9, 4], [-5, -9]] : [[0, -5], [4, 14]];
      const place = isOff ? null : beside.find(([dx, dy]) => {
        const l = x + dx - 3, t = y + dy - 13, r = l + lengths.get(one) + 6, b = t + 17;
        return l >= -3 && t >= 0 && r <= width * scale && b <= height * scale
          && !taken.some(other => l < other[2] && other[0] < r && t < other[3] && other[1] < b)
          && taken.push([l, t, r, b]);
      });
      one.classList.toggle("spare", !place);
      if (!place) continue;
      for (const [key, value] of Object.entries({ x, y, dx: place[0], dy: place[1] })) one.setAttribute(key, value);
    }
  }
  const nameAll = () => drawings.forEach(nameShapes);
  nameAll();
  addEventListener("resize", nameAll);
  document.addEventListener("labelstore:frame", () => drawings.forEach(svg => { over.delete(svg); nameShapes(svg); }));

  for (const svg of drawings) {
    svg.classList.toggle("zoomed", shown(svg)[2] < whole(svg)[2]);
    // Where there are several canvases, the wheel is needed to get from one to the next.
    svg.addEventListener("wheel", event => {
      const isWhole = shown(svg)[2] >= whole(svg)[2], scrolls = scrollY > 0 || event.deltaY > 0;
      if (!event.ctrlKey && (drawings.length > 1 || (isWhole && scrolls))) return;
      event.preventDefault();
      const sides = svg.getBoundingClientRect();
      const by = Math.exp(Math.min(Math.max(event.deltaY, -150), 150) * (event.ctrlKey ? 0.01 : 0.002));
      zoomAt(svg, by, (event.clientX - sides.left) / sides.width, (event.clientY - sides.top) / sides.height);
    }, { passive: false });
    let from = null;
    svg.addEventListener("pointerdown", event => {
      if (!event.button && svg.classList.contains("zoomed")) from = [event.clientX, event.clientY];
    });
    svg.addEventListener("pointermove", event => {
      if (!from) return;
      const sides = svg.getBoundingClientRect(), [x, y] = from;
      if (Math.hypot(event.clientX - x, event.clientY - y) < 3) return;
      svg.setPointerCapture(event.pointerId);
      from = [event.clientX, event.clientY];
      move(svg, (x - event.clientX) / sides.width, (y - event.clientY) / sides.height);
    });
    for (const end of ["pointerup", "pointercancel"]) svg.addEventListener(end, () => { from = null; });
  }

  // An object and its entry of the list: what is pointed at in the picture is lit in the list, a click goes there.
  const entryOf = target => {
    const shape = target.closest?.(".picture .shape");
    const id = shape && (shape.id.match(/^o\d+/)?.[0] ?? `o${shape.dataset.object}`);
    return id && document.querySelector(`.objects .for-${id}`);
  };
  document.addEventListener("pointerover", event => {
    const entry = entryOf(event.target);
    for (const old of all(".objects .lit")) old.classList.toggle("lit", old === entry);
    entry?.classList.add("lit");
  });
  document.addEventListener("click", event => {
    const entry = entryOf(event.target);
    if (entry) choose(entry);
  });
  function choose(entry) {
    entry.closest("details")?.setAttribute("open", "");
    entry.scrollIntoView({ block: "nearest" });
    entry.querySelector("a").focus({ preventScroll: true, focusVisible: true });
  }
  function chooseNext(step) {
    const entries = all(".objects li").filter(entry => getComputedStyle(entry).display !== "none");
    const at = entries.indexOf(document.activeElement.closest(".objects li"));
    if (entries.length) choose(entries.at(at < 0 && step < 0 ? -1 : (at + step) % entries.length));
  }

  // Switches: the rules of each are in a style element, in force while it is off.
  function turn(link) {
    const off = link.classList.toggle("off"), key = link.dataset.switch;
    document.querySelector(`style[data-switch="${key}"]`).media = off ? "all" : "not all";
    link.querySelector(".state").textContent = off ? "hidden" : "shown";
    remember(given => {
      if (key === "names") return off ? given.set("names", "no") : given.delete("names");
      const others = given.getAll("hide").filter(one => one !== link.dataset.entry);
      given.delete("hide");
      for (const one of off ? [...others, link.dataset.entry] : others) given.append("hide", one);
    });
    for (const link of all(".show-all")) link.hidden = !document.querySelector(".legend .switch.off");
    nameAll();
  }
  const opacities = document.querySelector(".opacities");
  if (opacities) {
    const slider = document.createElement("input");
    Object.assign(slider, { type: "range", min: 0, max: 100, value: opacities.dataset.opacity || 20, ariaLabel: "Opacity of fills, in percent" });
    opacities.append(slider);
    const fill = percent => {
      if (percent) document.documentElement.style.setProperty("--fill", percent / 100);
      for (const link of all("a", opacities)) {
        if (link.dataset.percent === percent) link.setAttribute("aria-current", "true");
        else link.removeAttribute("aria-current");
      }
      remember(given => (percent ? given.set("opacity", percent) : given.delete("opacity")));
    };
    slider.addEventListener("input", () => fill(slider.value));
    opacities.addEventListener("click", event => {
      const percent = event.target.dataset?.percent;
      if (!percent || event.ctrlKey || event.metaKey || event.shiftKey) return;  // the usual ones are a page of their own
      event.preventDefault();
      slider.value = percent;
      fill(percent);
    });
  }

  document.addEventListener("click", event => {
    const link = event.target.closest?.("a");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    const svg = link.closest(".zoom-links")?.nextElementSibling;
    const work = link.dataset.switch ? () => turn(link) : svg ? () => ways[link.dataset.zoom](svg)
      : link.matches(".show-all") ? () => all(".legend .switch.off").forEach(turn) : link.dataset.fit && drawings.length ? () => fit(link.dataset.fit) : null;
    if (!work) return;
    event.preventDefault();
    work();
  });
  // Links to other frames and labels take along what has been changed on this page.
  document.addEventListener("click", event => {
    const link = event.target.closest?.(".pager a, .picker a, .timeline a");
    if (!link) return;
    keep();
    const url = new URL(link.href.baseVal ?? link.href, location.href), now = new URL(location.href).searchParams;
    for (const key of link.closest(".pager") ? VIEW : [...VIEW, "zoom"]) {
      url.searchParams.delete(key);
      for (const value of now.getAll(key)) url.searchParams.append(key, value);
    }
    link.setAttribute("href", url.href);
  }, true);

  const go = rel => () => document.querySelector(`.pager a[rel=${rel}]`)?.click();
  const zooming = (way, otherwise) => () => {
    const svg = drawings.find(one => one.matches(":hover")) ?? drawings.find(one => one.classList.contains("zoomed")) ?? drawings[0];
    if (svg && (!otherwise || svg.classList.contains("zoomed"))) ways[way](svg);
    else otherwise?.();
  };
  const keys = {
    j: go("next"), n: go("next"), k: go("prev"), p: go("prev"),
    o: () => chooseNext(1), O: () => chooseNext(-1),
    f: () => fit(document.activeElement.closest(".objects li")?.querySelector("a").hash.slice(1)),
    l: () => document.querySelector('.switch[data-switch="names"]')?.click(),
    "+": zooming("in"), "=": zooming("in"), "-": zooming("out"), 0: zooming("whole"),
    ArrowLeft: zooming("left", go("prev")), ArrowRight: zooming("right", go("next")),
    ArrowUp: zooming("up", () => {}), ArrowDown: zooming("down", () => {}),
    "?": () => {
      const help = document.querySelector("details.keys");
      help.open = !help.open;
      if (help.open) help.querySelector("summary").focus({ preventScroll: true });
    },
  };
  document.addEventListener("keydown", event => {
    const work = Object.hasOwn(keys, event.key) && keys[event.key];
    if (!work || event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea, select")) return;
    if (event.key.startsWith("Arrow")) {
      const zoomed = drawings.some(one => one.classList.contains("zoomed"));
      const scrolls = event.target.closest("[tabindex], audio, video, .objects");
      if (scrolls || (!zoomed && !/Left|Right/.test(event.key))) return;
    }
    event.preventDefault();
    work();
  });

  document.querySelector("details.keys").hidden = false;
  for (const code of all("code.copy")) {
    const button = document.createElement("button");
    Object.assign(button, { type: "button", className: "copier", textContent: "Copy", ariaLabel: `Copy ${code.dataset.what}` });
    button.addEventListener("click", async () => {
      getSelection().selectAllChildren(code);  // also what remains where the clipboard is out of reach
      await navigator.clipboard?.writeText(code.textContent);
      button.textContent = "Copied";
    });
    code.after(button);
  }
})();

// Videos and DICOM series: another frame takes the place of the one shown, and the page stays. Keys: , . and space.
(() => {
  const LABEL = /(\/-\/labelstore\/[^/]+)\/label\//;
  const shown = document.querySelector(".frame-drawing");
  const frames = () => document.querySelector('.picker:not([aria-label="Groups"])');
  if (!shown || !LABEL.test(location.pathname) || !frames()?.querySelector("a, form")) return;
  const timeline = document.querySelector(".timeline[data-first]");
  const [first, last] = timeline ? [+timeline.dataset.first, +timeline.dataset.last] : [0, 0];
  const whole = view => view.dataset.whole ?? view.getAttribute("viewBox");
  let box = whole(shown.querySelector("svg.view"));
  let wanted = null, loading = null, playing = false;

  /** Show the frame of an address of this page; of several asked for meanwhile, the last. */
  function show(href) {
    wanted = new URL(href, location.href);
    const here = new URL(location.href);
    for (const name of ["frame", "group"]) {
      if (wanted.searchParams.has(name)) here.searchParams.set(name, wanted.searchParams.get(name));
    }
    wanted = here;
    loading ??= load().finally(() => { loading = null; });
    return loading;
  }

  async function load() {
    while (wanted) {
      const url = wanted;
      wanted = null;
      try {
        const answer = await fetch(url.pathname.replace(LABEL, "$1/frame/") + url.search);
        if (!answer.ok) throw new Error(answer.statusText);
        exchange(new DOMParser().parseFromString(await answer.text(), "text/html"));
        history.replaceState(null, "", url.pathname + url.search);
      } catch {
        playing = false;
        location.assign(url);
      }
    }
  }

  function exchange(made) {
    draw(made.querySelector(".frame-drawing"));
    const focused = document.activeElement?.closest(".picker")?.contains(frames()) && document.activeElement.rel;
    frames().replaceChildren(...made.querySelector('.picker:not([aria-label="Groups"])').childNodes);
    if (focused) frames().querySelector(`a[rel="${focused}"]`)?.focus();
    for (const part of made.querySelectorAll("[data-part]")) {
      const old = document.querySelector(`[data-part="${part.dataset.part}"]`);
      if (part.dataset.part === "highlights") old.textContent = part.content;
      else old?.replaceWith(part);
    }
    document.dispatchEvent(new CustomEvent("labelstore:frame"));
  }

  /** The shapes of another frame; the canvas with its zoom and the video stay, and the video moves to the frame. */
  function draw(made) {
    const [canvas, next] = [shown, made].map(one => one.querySelector("svg.view"));
    const film = canvas.querySelector(".film-frame"), moved = next.querySelector(".film");
    if (film) film.firstElementChild.currentTime = +moved.src.split("#t=")[1];
    replaceAllBut(film, canvas, next, ".film-frame");
    replaceAllBut(canvas, canvas.parentElement, next.parentElement, ".view");
    if (whole(next) !== box) {  // of a video whose size is not known
      box = whole(next);
      if (canvas.dataset.whole) canvas.dataset.whole = box;
      canvas.setAttribute("viewBox", next.getAttribute("viewBox"));
    }
    for (const note of shown.querySelectorAll(":scope > .note")) note.remove();
    shown.append(...made.querySelectorAll(":scope > .note"));
    shown.dataset.frame = made.dataset.frame;
    mark(+made.dataset.frame);
  }

  /** The children of `from` into `to`, where `kept` stays in the place of the one that `selector` names. */
  function replaceAllBut(kept, to, from, selector) {
    for (const one of [...to.children]) if (one !== kept) one.remove();
    let before = true;
    for (const one of [...from.children]) {
      if (kept && one.matches(selector)) before = false;
      else if (kept && before) kept.before(one);
      else to.append(one);
    }
  }

  function mark(frame) {
    const share = Math.min(Math.max((frame + 0.5 - first) / (last - first + 1), 0), 1);
    for (const line of timeline?.querySelectorAll(".at") ?? []) {
      line.setAttribute("x1", `${100 * share}%`);
      line.setAttribute("x2", `${100 * share}%`);
      line.querySelector("title").textContent = frame;
    }
  }

  const button = document.createElement("button");
  button.type = "button";
  button.className = "play";
  button.textContent = "▶ Play";
  button.title = "Play the labelled frames (space)";
  frames().before(button);

  async function play() {
    playing = !playing;
    button.textContent = playing ? "❚❚ Pause" : "▶ Play";
    while (playing) {
      const next = frames().querySelector('a[rel="next"]'), from = +shown.dataset.frame, since = performance.now();
      if (!next) break;
      await show(next.href);
      const due = Math.min(Math.abs(shown.dataset.frame - from) / shown.dataset.rate, 1) * 1000;
      await new Promise(done => setTimeout(done, Math.max(due - (performance.now() - since), 0)));
    }
    playing = false;
    button.textContent = "▶ Play";
  }
  button.addEventListener("click", play);

  document.addEventListener("click", event => {
    const link = event.target.closest?.('.picker:not([aria-label="Groups"]) a, .timeline a');
    if (!link || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    playing = false;
    show(link.href?.baseVal ?? link.href);
  });
  document.addEventListener("submit", event => {
    if (!event.target.matches(".picker form")) return;
    event.preventDefault();
    playing = false;
    const url = new URL(event.target.action);
    url.search = new URLSearchParams(new FormData(event.target));
    show(url);
  });
  document.addEventListener("keydown", event => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea, select")) return;
    const rel = { ",": "prev", ".": "next" }[event.key];
    if (rel) frames().querySelector(`a[rel="${rel}"]`)?.click();
    if (event.key === " " && !event.target.closest("a, button, summary, [tabindex]")) {
      event.preventDefault();
      play();
    }
  });

  let pressed = null, dragged = false;
  timeline?.addEventListener("dragstart", event => event.preventDefault());
  timeline?.addEventListener("pointerdown", event => {
    pressed = event.button ? null : event.clientX;
    dragged = false;
  });
  timeline?.addEventListener("pointermove", event => {
    if (pressed === null || (!dragged && Math.abs(event.clientX - pressed) < 4)) return;
    if (!dragged) timeline.setPointerCapture(event.pointerId);
    dragged = true;
    playing = false;
    const sides = timeline.getBoundingClientRect();
    const share = Math.min(Math.max((event.clientX - sides.left) / sides.width, 0), 0.999999);
    const frame = first + Math.floor(share * (last - first + 1));
    const url = new URL(timeline.querySelector("a").href.baseVal, location.href);
    url.searchParams.set("frame", frame);
    mark(frame);
    show(url);
  });
  for (const name of ["pointerup", "pointercancel"]) timeline?.addEventListener(name, () => { pressed = null; });
  timeline?.addEventListener("click", event => {
    if (!dragged) return;
    event.preventDefault();
    event.stopPropagation();
    dragged = false;
  }, true);
})();

// Recordings: a click on a line of the transcript or a part of the timeline goes there; what is heard is marked.
for (const sound of document.querySelectorAll(".words.audio")) {
  const player = sound.querySelector("audio"), timeline = sound.querySelector(".timeline");
  if (!player) continue;
  const lines = [...sound.querySelectorAll(".transcript li")];
  sound.addEventListener("click", event => {
    const link = event.target.closest('a[href*="#t="]');
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    player.currentTime = parseFloat(link.getAttribute("href").split("#t=")[1]);
    mark();
  });
  function mark() {
    const now = player.currentTime * 1000;
    for (const line of lines) {
      const heard = +line.dataset.start <= now + 1 && now < Math.max(+line.dataset.end, +line.dataset.start + 500);
      if (heard === line.classList.contains("now")) continue;
      line.classList.toggle("now", heard);
      if (heard) line.setAttribute("aria-current", "true");
      else line.removeAttribute("aria-current");
      if (heard && !player.paused) line.parentElement.scrollTop = line.offsetTop - line.parentElement.offsetTop - 40;
    }
    if (!timeline) return;
    const [first, last] = [+timeline.dataset.first, +timeline.dataset.last];
    const share = `${100 * Math.min(Math.max((now - first) / (last - first + 1), 0), 1)}%`;
    const line = timeline.querySelector(".at");
    line.setAttribute("x1", share);
    line.setAttribute("x2", share);
  }
  for (const name of ["timeupdate", "seeked"]) player.addEventListener(name, mark);
}

// The key "/" goes to the search box.
addEventListener("keydown", event => {
  const isTyping = event.target.closest?.("input, textarea, select, [contenteditable]");
  if (event.key !== "/" || isTyping || event.ctrlKey || event.metaKey || event.altKey) return;
  const box = document.querySelector(".bar .search input");
  if (!box) return;
  event.preventDefault();
  box.select();
});
