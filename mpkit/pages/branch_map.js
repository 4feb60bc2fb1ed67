// A map drawn here: points, towns and states come in as `data`, the point somebody picks goes out as `picked`.
// Nothing is fetched. Drag, pinch, ctrl + wheel, double click, buttons and keys move it; two fingers where one scrolls.

const RADIANS = Math.PI / 180;
const EARTH_KM = 6371;
const CLOSEST = 3e6; // pixels a radian: some two metres a pixel
const STEP = 1.6;
const REACH = 14; // pixels around a point in which it is meant
const views = new Map(); // what was looked at stays while the page draws the component anew

const across = (longitude) => longitude * RADIANS;
const down = (latitude) => -Math.log(Math.tan(Math.PI / 4 + (latitude * RADIANS) / 2));

export default function branchMap({ data, parentElement, setStateValue, key }) {
  const find = (name) => parentElement.querySelector(`[data-part="${name}"]`);
  const canvas = find("map");
  const context = canvas.getContext("2d");
  const view = views.get(key) || { hidden: new Set(), picked: "" };
  views.set(key, view);
  const places = data.points.at.map((_, n) => ({ x: across(data.points.lng[n]), y: down(data.points.lat[n]), n }));
  const towns = data.towns.map(([name, lng, lat]) => ({ name, x: across(lng), y: down(lat) }));
  const states = data.states.map(([name, west, south, east, north]) => ({ name, box: [west, south, east, north] }));
  const off = new AbortController();
  const listen = (target, name, act, more = {}) => target.addEventListener(name, act, { signal: off.signal, ...more });
  let size = { width: 0, height: 0 };
  let waiting = 0;

  const screen = (place) => [
    (place.x - view.x) * view.scale + size.width / 2,
    (place.y - view.y) * view.scale + size.height / 2,
  ];
  const world = (x, y) => [view.x + (x - size.width / 2) / view.scale, view.y + (y - size.height / 2) / view.scale];
  const fit = ([west, south, east, north]) => {
    const width = Math.max(across(east) - across(west), 0.0012);
    const height = Math.max(down(south) - down(north), 0.0012);
    return Math.min((size.width * 0.9) / width, (size.height * 0.88) / height);
  };

  function goTo(box) {
    view.box = box;
    view.x = (across(box[0]) + across(box[2])) / 2;
    view.y = (down(box[1]) + down(box[3])) / 2;
    view.scale = Math.min(fit(box), CLOSEST);
    ask();
  }

  function zoom(by, x = size.width / 2, y = size.height / 2) {
    const [atX, atY] = world(x, y);
    view.scale = Math.min(Math.max(view.scale * by, fit(data.country) * 0.8), CLOSEST);
    view.x = atX - (x - size.width / 2) / view.scale;
    view.y = atY - (y - size.height / 2) / view.scale;
    view.box = null;
    ask();
  }

  function pan(x, y) {
    const middle = [data.country[0] + data.country[2], data.country[1] + data.country[3]].map((each) => each / 2);
    const reach = [across(data.country[2]) - across(data.country[0]), down(data.country[1]) - down(data.country[3])];
    const [midX, midY] = [across(middle[0]), down(middle[1])];
    view.x = Math.min(Math.max(view.x - x / view.scale, midX - reach[0]), midX + reach[0]);
    view.y = Math.min(Math.max(view.y - y / view.scale, midY - reach[1]), midY + reach[1]);
    view.box = null;
    ask();
  }

  function ask() {
    if (!waiting) waiting = requestAnimationFrame(draw);
  }

  function resize() {
    const box = canvas.getBoundingClientRect();
    if (!box.width || (box.width === size.width && box.height === size.height)) return;
    size = { width: box.width, height: box.height };
    const dots = window.devicePixelRatio || 1;
    canvas.width = Math.round(box.width * dots);
    canvas.height = Math.round(box.height * dots);
    context.setTransform(dots, 0, 0, dots, 0, 0);
    if (view.scale === undefined || view.box) goTo(view.box || data.branches);
    ask();
  }

  const shown = (place) => !view.hidden.has(data.kinds[data.points.kind[place.n]].id);
  const inside = ([x, y]) => x > -20 && y > -20 && x < size.width + 20 && y < size.height + 20;

  function draw() {
    waiting = 0;
    if (!size.width) return;
    context.clearRect(0, 0, size.width, size.height);
    const near = towns.map((town) => [town, screen(town)]).filter(([, at]) => inside(at));
    context.fillStyle = data.ink.faint;
    context.globalAlpha = 0.5;
    const dot = near.length > 400 ? 0.9 : 1.8;
    for (const [, [x, y]] of near) {
      context.beginPath();
      context.arc(x, y, dot, 0, 7);
      context.fill();
    }
    context.globalAlpha = 1;
    let seen = 0;
    const visible = places.filter(shown).map((place) => [place, screen(place)]).filter(([, at]) => inside(at));
    const radius = visible.length > 3000 ? 2.4 : visible.length > 600 ? 3.4 : visible.length > 80 ? 4.6 : 6;
    data.kinds.forEach((kind, number) => {
      context.fillStyle = kind.colour;
      for (const [place, [x, y]] of visible) {
        if (data.points.kind[place.n] !== number) continue;
        seen += 1;
        shape(kind.shape, x, y, radius);
      }
    });
    labels(near);
    marked(radius);
    bar();
    canvas.dataset.shown = seen;
    canvas.dataset.scale = Math.round(view.scale);
    canvas.style.touchAction = view.scale > fit(data.branches) * 1.05 ? "none" : "pan-y";
  }

  function shape(kind, x, y, radius) {
    context.beginPath();
    if (kind === "circle") context.arc(x, y, radius, 0, 7);
    else if (kind === "square") context.rect(x - radius * 0.9, y - radius * 0.9, radius * 1.8, radius * 1.8);
    else if (kind === "diamond") polygon(x, y, radius * 1.25, [[0, -1], [1, 0], [0, 1], [-1, 0]]);
    else polygon(x, y, radius * 1.3, [[0, -1], [0.95, 0.75], [-0.95, 0.75]]);
    context.fill();
    context.lineWidth = radius > 3 ? 1.2 : 0.6;
    context.strokeStyle = data.ink.paper;
    context.stroke();
  }

  function polygon(x, y, radius, corners) {
    corners.forEach(([a, b], n) => context[n ? "lineTo" : "moveTo"](x + a * radius, y + b * radius));
    context.closePath();
  }

  function labels(near) {
    const taken = [];
    const few = near.length <= 150;
    context.textAlign = "center";
    context.lineJoin = "round";
    const names = states.map((state) => {
      const [west, south, east, north] = state.box;
      return [state.name, screen({ x: (across(west) + across(east)) / 2, y: (down(south) + down(north)) / 2 })];
    });
    write(names.filter(([, at]) => inside(at)), 12.5, 600, few ? 0.55 : 0.85, taken, 0);
    if (few) write(near.map(([town, at]) => [town.name, at]), 11.5, 400, 1, taken, 12);
  }

  function write(names, pixels, weight, strength, taken, below) {
    context.font = `${weight} ${pixels}px ${data.ink.font}`;
    context.globalAlpha = strength;
    for (const [name, [x, y]] of names) {
      const half = context.measureText(name).width / 2 + 4;
      const box = [x - half, y + below - pixels, x + half, y + below + 4];
      if (taken.some((t) => box[0] < t[2] && box[2] > t[0] && box[1] < t[3] && box[3] > t[1])) continue;
      taken.push(box);
      context.lineWidth = 3;
      context.strokeStyle = data.ink.paper;
      context.strokeText(name, x, y + below);
      context.fillStyle = data.ink.quiet;
      context.fillText(name, x, y + below);
    }
    context.globalAlpha = 1;
  }

  function marked(radius) {
    const number = data.points.at.indexOf(view.picked);
    if (number < 0) return;
    const [x, y] = screen(places[number]);
    context.beginPath();
    context.arc(x, y, radius + 6, 0, 7);
    context.lineWidth = 2.5;
    context.strokeStyle = data.ink.text;
    context.stroke();
  }

  function bar() {
    const latitude = 2 * Math.atan(Math.exp(-view.y)) - Math.PI / 2;
    const most = (110 / view.scale) * EARTH_KM * Math.cos(latitude);
    const power = 10 ** Math.floor(Math.log10(most));
    const length = [5, 2, 1].map((each) => each * power).find((each) => each <= most);
    const pixels = (length / (EARTH_KM * Math.cos(latitude))) * view.scale;
    context.fillStyle = data.ink.quiet;
    context.fillRect(12, size.height - 12, pixels, 2);
    context.font = `400 11.5px ${data.ink.font}`;
    context.textAlign = "left";
    context.fillText(length < 1 ? `${Math.round(length * 1000)} m` : `${length} km`, 12, size.height - 18);
  }

  function nearest(x, y) {
    let best = null;
    let least = REACH * REACH;
    for (const place of places) {
      const [a, b] = screen(place);
      const away = (a - x) ** 2 + (b - y) ** 2;
      if (away < least && shown(place)) [best, least] = [place, away];
    }
    return best;
  }

  function tell(x, y) {
    const tip = find("tip");
    const place = nearest(x, y);
    canvas.style.cursor = place ? "pointer" : "grab";
    tip.hidden = !place;
    if (!place) return;
    const { name, row, kind, why } = data.points;
    tip.replaceChildren(
      ...[name[place.n], `${data.words.row} ${row[place.n]} · ${data.kinds[kind[place.n]].name}`, data.whys[why[place.n]]]
        .filter(Boolean)
        .map((text, n) => Object.assign(document.createElement(n ? "div" : "strong"), { textContent: text })),
    );
    tip.style.left = `${Math.min(Math.max(x + 14, 4), Math.max(size.width - tip.offsetWidth - 8, 4))}px`;
    tip.style.top = `${y + tip.offsetHeight + 24 > size.height ? y - tip.offsetHeight - 12 : y + 16}px`;
  }

  const at = (event) => [event.offsetX, event.offsetY];
  const fingers = new Map();
  let moved = 0;

  listen(canvas, "pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    if (!fingers.size) moved = 0;
    fingers.set(event.pointerId, at(event));
  });
  listen(canvas, "pointermove", (event) => {
    const before = fingers.get(event.pointerId);
    const [x, y] = at(event);
    if (!before) return tell(x, y);
    const other = [...fingers].find(([id]) => id !== event.pointerId);
    fingers.set(event.pointerId, [x, y]);
    if (other) {
      const [a, b] = other[1];
      zoom(Math.hypot(x - a, y - b) / Math.max(Math.hypot(before[0] - a, before[1] - b), 1), (x + a) / 2, (y + b) / 2);
      moved = REACH;
    } else {
      moved += Math.abs(x - before[0]) + Math.abs(y - before[1]);
      if (moved > 4) pan(x - before[0], y - before[1]);
    }
    find("tip").hidden = true;
  });
  const lifted = (event) => {
    if (fingers.delete(event.pointerId) && event.type === "pointerup" && moved <= 4) pick(nearest(...at(event)));
  };
  listen(canvas, "pointerup", lifted);
  listen(canvas, "pointercancel", lifted);
  listen(canvas, "pointerleave", () => (find("tip").hidden = true));
  listen(canvas, "dblclick", (event) => zoom(STEP, ...at(event)));
  listen(
    canvas,
    "wheel",
    (event) => {
      if (!event.ctrlKey && !event.metaKey && parentElement.activeElement !== canvas) return; // the page scrolls
      event.preventDefault();
      zoom(Math.exp(-Math.max(-80, Math.min(80, event.deltaY)) / 200), ...at(event));
    },
    { passive: false },
  );
  listen(canvas, "keydown", (event) => {
    const moves = { ArrowLeft: [60, 0], ArrowRight: [-60, 0], ArrowUp: [0, 60], ArrowDown: [0, -60] };
    if (event.key in moves) pan(...moves[event.key]);
    else if (event.key === "+" || event.key === "=") zoom(STEP);
    else if (event.key === "-") zoom(1 / STEP);
    else if (event.key === "Escape") return canvas.blur();
    else return;
    event.preventDefault();
  });

  function pick(place) {
    if (!place) return;
    view.picked = data.points.at[place.n];
    setStateValue("picked", view.picked);
    ask();
  }

  listen(find("in"), "click", () => zoom(STEP));
  listen(find("out"), "click", () => zoom(1 / STEP));
  for (const [name, text] of [["in", data.words.zoom_in], ["out", data.words.zoom_out]]) {
    find(name).setAttribute("aria-label", text);
    find(name).title = text;
  }
  canvas.setAttribute("aria-label", `${data.words.alt} ${data.words.how}`);
  find("how").textContent = data.words.how;
  find("label").textContent = data.words.go;
  const choice = find("go");
  const options = [[data.words.branches, data.branches], [data.words.country, data.country]];
  options.push(...states.map((state) => [state.name, state.box]));
  choice.replaceChildren(...options.map(([text], n) => new Option(text, String(n))));
  choice.value = String(Math.max(0, options.findIndex(([text]) => text === view.chosen)));
  listen(choice, "change", () => {
    view.chosen = options[Number(choice.value)][0];
    goTo(options[Number(choice.value)][1]);
  });
  find("kinds").replaceChildren(
    ...data.kinds.map((kind) => {
      const press = document.createElement("button");
      const sign = Object.assign(document.createElement("span"), { textContent: kind.sign });
      sign.style.color = kind.colour;
      sign.setAttribute("aria-hidden", "true");
      press.append(sign, ` ${kind.name} ${kind.count}`);
      press.type = "button";
      press.setAttribute("aria-pressed", String(!view.hidden.has(kind.id)));
      listen(press, "click", () => {
        view.hidden.has(kind.id) ? view.hidden.delete(kind.id) : view.hidden.add(kind.id);
        press.setAttribute("aria-pressed", String(!view.hidden.has(kind.id)));
        ask();
      });
      return press;
    }),
  );

  const watcher = new ResizeObserver(resize);
  watcher.observe(canvas);
  resize();
  ask();
  return () => {
    off.abort();
    watcher.disconnect();
    cancelAnimationFrame(waiting);
  };
}
