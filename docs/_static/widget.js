// What every widget needs: sliders with names, bars with numbers, a place that speaks.
// A widget is Widget.define(name, words, draw): draw(figure, say) builds it inside its figure, and
// say(key) is a word of it in the page's language.
const Widget = (() => {
  const element = (tag, properties = {}, ...children) => {
    const made = Object.assign(document.createElement(tag), properties);
    made.append(...children);
    return made;
  };
  let count = 0;
  return {
    element,
    define(name, words, draw) {
      const begin = () => {
        for (const figure of document.querySelectorAll(`figure.widget[data-widget="${name}"]`)) {
          const language = figure.dataset.language === "zh" ? 1 : 0;
          const say = (key) => words[key][language];
          figure.replaceChildren(element("figcaption", { textContent: say("title") }));
          draw(figure, say);
        }
      };
      if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", begin);
      else begin();
    },
    // A named slider, which the arrow keys move; show(value) is the text behind it.
    slider(parent, name, { min, max, step, value, show = String }, changed) {
      const id = `widget-${count += 1}`;
      const input = element("input", { type: "range", id, min, max, step, value });
      const output = element("output", { htmlFor: id, textContent: show(Number(value)) });
      input.addEventListener("input", () => {
        output.textContent = show(Number(input.value));
        changed();
      });
      parent.append(element("div", { className: "widget-row" },
        element("label", { htmlFor: id, textContent: name }), input, output));
      return {
        get value() { return Number(input.value); },
        set value(to) { input.value = to; output.textContent = show(Number(to)); },
      };
    },
    button(parent, name, clicked) {
      const made = element("button", { type: "button", textContent: name });
      made.addEventListener("click", clicked);
      parent.append(made);
      return made;
    },
    checkbox(parent, name, checked, changed) {
      const input = element("input", { type: "checkbox", checked });
      input.addEventListener("change", changed);
      parent.append(element("label", { className: "widget-check" }, input, ` ${name}`));
      return input;
    },
    // Bars from [{name, value, text, kind}]: value from -most to most, kind one of a b c d off.
    bars(parent, rows, most) {
      const signed = rows.some((row) => row.value < 0);
      parent.replaceChildren(...rows.map(({ name, value, text, kind }) => {
        const share = Math.min(1, Math.abs(value) / most) * (signed ? 50 : 100);
        const bar = element("span", { className: `widget-bar bar-${kind}` });
        bar.style.width = `${share}%`;
        bar.style.marginLeft = signed ? `${value < 0 ? 50 - share : 50}%` : "0";
        return element("div", { className: "widget-row" },
          element("span", { className: "widget-name", textContent: name }),
          element("span", { className: `widget-track${signed ? " signed" : ""}` }, bar),
          element("output", { textContent: text }));
      }));
    },
    // "{} of {}" with values in place of each {}
    fill(text, ...values) {
      return values.reduce((told, value) => told.replace("{}", () => value), text);
    },
    live(parent) {
      const made = element("p", { className: "widget-says" });
      made.setAttribute("aria-live", "polite");
      parent.append(made);
      return made;
    },
    box(parent, className = "") {
      const made = element("div", { className });
      parent.append(made);
      return made;
    },
  };
})();
