// The curves of the run that is served, read anew while it goes on.
import { ask, element, trying } from "./parts.js";
import { say } from "./words.js";

const WIDTH = 800, HEIGHT = 320, LEFT = 48, BOTTOM = 28;

function svg(tag, attributes, text) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  if (text !== undefined) made.textContent = text;
  return made;
}

// Round numbers from low to high: 1, 2 or 5 times a power of ten apart.
export function ticks(low, high, most = 6) {
  const least = (high - low) / most, power = 10 ** Math.floor(Math.log10(least));
  const apart = [1, 2, 5, 10].map((times) => times * power).find((each) => each >= least);
  const first = Math.ceil(low / apart - 1e-9), count = Math.floor(high / apart + 1e-9) - first + 1;
  return Array.from({ length: count }, (_, n) => Number(((first + n) * apart).toPrecision(12)));
}

function chart(losses, evaluations) {
  const all = [...losses, ...evaluations].filter(([, value]) => Number.isFinite(value));
  const last = Math.max(1, ...all.map(([step]) => step)), values = all.map(([, value]) => value);
  const low = Math.min(...values), high = Math.max(...values, low + 0.01);
  const x = (step) => LEFT + (WIDTH - LEFT - 10) * step / last;
  const y = (value) => 10 + (HEIGHT - BOTTOM - 10) * (high - value) / (high - low);
  const line = (points, colour, width) => svg("polyline", { fill: "none", stroke: colour, "stroke-width": width,
    points: points.filter(([, value]) => Number.isFinite(value)).map(([step, value]) => `${x(step)},${y(value)}`).join(" ") });
  const made = svg("svg", { class: "chart", viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img",
    "aria-label": `${say("loss")}: ${low.toFixed(2)} – ${high.toFixed(2)}` });
  for (const value of ticks(low, high))
    made.append(svg("line", { x1: LEFT, x2: WIDTH, y1: y(value), y2: y(value), stroke: "var(--line)" }),
      svg("text", { x: LEFT - 6, y: y(value) + 4, "text-anchor": "end" }, value));
  for (const step of ticks(0, last).filter(Number.isInteger))
    made.append(svg("text", { x: x(step), y: HEIGHT - 8, "text-anchor": x(step) > WIDTH - 30 ? "end" : "middle" }, step));
  made.append(line(losses, "var(--accent)", 1), line(evaluations, "var(--warm)", 2.5));
  return made;
}

export function run(view) {
  const place = element("div"), samples = element("pre");
  const look = () => trying(async () => {
    const found = await ask("api/run");
    if (!found.losses.length) { place.replaceChildren(element("p", {}, say("nothing"))); return; }
    const [step, loss] = found.losses.at(-1), best = found.evaluations.at(-1);
    place.replaceChildren(chart(found.losses, found.evaluations), element("p", { class: "quiet legend" }, `${say("step")} ${step}: `,
      element("span", { class: "training" }, `${say("training")} ${loss?.toFixed(3)}`),
      best ? element("span", { class: "validation" }, `${say("validation")} ${best[1]?.toFixed(3)}`) : null));
    samples.textContent = found.samples;
  });
  view.append(element("p", { class: "quiet" }, say("runHint")), place, element("h2", {}, say("samples")), samples);
  look();
  const timer = setInterval(look, 5000);
  return () => clearInterval(timer);
}
