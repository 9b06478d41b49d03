// The next token's probabilities as bars: choose one, and the text goes on with it.
import { area, ask, button, element, field, later, trying, visible } from "./parts.js";
import { say } from "./words.js";

export function next(view) {
  const text = area(say("text"), "The"), bars = element("div", { class: "bars" }), past = [];
  const [temperature, label] = field(say("temperature"), "number", 1, { min: 0, max: 5, step: 0.1 });
  const entropy = element("p", { class: "quiet" });

  const look = () => trying(async () => {
    const asked = text.value;
    const found = await ask("api/next", { text: asked, count: 15, temperature: Number(temperature.value) });
    if (asked !== text.value) return;                 // somebody was faster
    const rows = found.tokens.flatMap((token) => row(
      token.stops ? `⟨${say("end")}⟩` : visible(token.text), token.share,
      token.stops ? null : () => { past.push(text.value); text.value += token.text; look().then(focusFirst); }));
    bars.replaceChildren(...rows, ...row(say("rest"), Math.max(0, found.rest), null));
    entropy.textContent = say("entropy", found.entropy);
  });
  const row = (name, share, onclick) => [
    button(name, onclick, { disabled: !onclick, "aria-label": `${name} ${(100 * share).toFixed(1)} %` }),
    element("div", { class: "bar", style: `width: ${100 * share}%` }),
    element("span", { class: "number" }, `${(100 * share).toFixed(1)} %`)];
  const focusFirst = () => bars.querySelector("button:not(:disabled)")?.focus();
  text.oninput = later(look);
  temperature.oninput = later(look);
  view.append(element("p", { class: "quiet" }, say("nextHint")), text, element("div", { class: "row" },
    label, button(say("undo"), () => { if (past.length) { text.value = past.pop(); look(); } })), entropy, bars);
  look();
}
