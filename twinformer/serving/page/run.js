// The curves of the run that is served, read anew while it goes on.
import { ask, element, trying } from "./parts.js";
import { say } from "./words.js";

const WIDTH = 800, HEIGHT = 320, LEFT = 48, BOTTOM = 28;

function svg(tag, attributes, text) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  if (text) made.textContent = text;
  return made;
}

function chart(losses, evaluations) {
  const all = [...losses, ...evaluations].filter(([, value]) => Number.isFinite(value));
  const last = Math.max(1, ...all.map(([step]) => step)), values = all.map(([, value]) => value);
  const low = Math.min(...values), high = Math.max(...values, low + 1e-9);
  const x = (step) => LEFT + (WIDTH - LEFT - 10) * step / last;
  const y = (value) => 10 + (HEIGHT - BOTTOM - 10) * (high - value) / (high - low);
  const line = (points, colour, width) => svg("polyline", { fill: "none", stroke: colour, "stroke-width": width,
    points: points.filter(([, value]) => Number.isFinite(value)).map(([step, value]) => `${x(step)},${y(value)}`).join(" ") });
  const made = svg("svg", { class: "chart", viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img",
    "aria-label": `${say("loss")}: ${low.toFixed(2)} – ${high.toFixed(2)}` });
  for (const share of [0, 0.25, 0.5, 0.75, 1]) {
    const value = low + share * (high - low);
    made.append(svg("line", { x1: LEFT, x2: WIDTH, y1: y(value), y2: y(value), stroke: "var(--line)" }),
      svg("text", { x: LEFT - 6, y: y(value) + 4, "text-anchor": "end" }, value.toFixed(2)),
      svg("text", { x: x(share * last), y: HEIGHT - 8, "text-anchor": share === 1 ? "end" : "middle" }, Math.round(share * last)));
  }
  made.append(line(losses, "var(--accent)", 1), line(evaluations, "var(--warm)", 2.5));
  return made;
}

export function run(view) {
  const place = element("div"), samples = element("pre");
  const look = () => trying(async () => {
    const found = await ask("api/run");
    if (!found.losses.length) { place.replaceChildren(element("p", {}, say("nothing"))); return; }
    const [step, loss] = found.losses.at(-1), best = found.evaluations.at(-1);
    place.replaceChildren(chart(found.losses, found.evaluations), element("p", { class: "quiet" },
      `${say("step")} ${step}, ${say("training")} ${loss?.toFixed(3)}` + (best ? `, ${say("validation")} ${best[1]?.toFixed(3)}` : "")));
    samples.textContent = found.samples;
  });
  view.append(element("p", { class: "quiet" }, say("runHint")), place, element("h2", {}, say("samples")), samples);
  look();
  const timer = setInterval(look, 5000);
  return () => clearInterval(timer);
}
