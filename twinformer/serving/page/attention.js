// The weights of every layer and head.
import { area, ask, button, element, trying, visible } from "./parts.js";
import { say } from "./words.js";

const LABELLED = 40, LONGEST = 10;      // tokens beside a map that can still be read, and their letters

export function attention(view) {
  const text = area(say("text"), "The cat sat on the mat because it was tired.");
  const heads = element("div", { class: "heads" }), large = element("figure", { class: "large" });

  const draw = () => trying(async () => {
    const found = await ask("api/attention", { text: text.value });
    large.replaceChildren();
    heads.replaceChildren(...found.maps.flatMap((layer, l) => layer.map((weights, h) => {
      const name = `${say("layer")} ${l + 1}, ${say("head")} ${h + 1}`;
      return element("figure", {}, button(picture(weights, name), () => enlarge(found.tokens, weights, name)),
        element("figcaption", { class: "quiet" }, name));
    })));
  });

  function picture(weights, name, size = weights.length) {
    const canvas = element("canvas", { width: size, height: size, role: "img", "aria-label": name });
    const paint = canvas.getContext("2d"), image = paint.createImageData(size, size);
    weights.forEach((row, t) => row.forEach((weight, s) => {
      image.data.set([31, 90, 153, Math.round(255 * Math.sqrt(weight))], 4 * (t * size + s));  // root: small weights are seen, too
    }));
    paint.putImageData(image, 0, 0);
    return canvas;
  }

  function enlarge(tokens, weights, name) {
    const canvas = picture(weights, name);
    canvas.className = "large";
    const rows = tokens.map((token, t) => {
      const best = weights[t].reduce((most, weight, s) => (weight > weights[t][most] ? s : most), 0);
      return element("tr", {}, element("td", {}, visible(token)), element("td", {}, visible(tokens[best])),
        element("td", { class: "number" }, weights[t][best].toFixed(2)));
    });
    const labels = (side) => element("div", { class: side, "aria-hidden": "true" },
      ...(tokens.length > LABELLED ? [] : tokens).map((token) => element("span", {}, visible(token).slice(0, LONGEST))));
    const told = element("p", { class: "quiet told" }, say("point"));
    canvas.onpointermove = ({ offsetX, offsetY }) => {
      const at = (place) => Math.max(0, Math.min(tokens.length - 1, Math.floor(tokens.length * place / canvas.clientWidth)));
      const [t, s] = [at(offsetY), at(offsetX)];
      told.textContent = `${visible(tokens[t])} → ${visible(tokens[s])}: ${weights[t][s].toFixed(3)}`;
    };
    large.replaceChildren(element("figcaption", {}, name),
      element("div", { class: "map" }, labels("rows"), canvas, labels("columns")), told,
      element("details", {}, element("summary", {}, say("table")), element("table", {},
        element("tr", {}, element("th", {}, say("text")), element("th", {}, say("largest")), element("th")), ...rows)));
    large.scrollIntoView({ block: "nearest" });
  }

  view.append(element("p", { class: "quiet" }, say("attentionHint")), text,
    element("div", { class: "row" }, button(say("draw"), draw, { class: "main" })), large, heads);
  draw();
}
