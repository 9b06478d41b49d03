// A text's classes, and how sure the classifier is.
import { area, ask, button, element, trying } from "./parts.js";
import { say } from "./words.js";

export function classify(view) {
  const text = area(say("text")), bars = element("div", { class: "bars" });
  const judge = () => trying(async () => {
    if (!text.value.trim()) return;
    const [found] = (await ask("classify", { texts: [text.value] })).results;
    const sorted = Object.entries(found.probabilities).sort((a, b) => b[1] - a[1]);
    bars.replaceChildren(...sorted.flatMap(([name, share]) => [element("span", {}, name),
      element("div", { class: "bar", style: `width: ${100 * share}%` }),
      element("span", { class: "number" }, `${(100 * share).toFixed(1)} %`)]));
  });
  view.append(text, element("div", { class: "row" }, button(say("judge"), judge, { class: "main" })), bars);
  text.focus();
}
