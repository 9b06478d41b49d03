// A text, coloured by token; the ids of both implementations.
import { area, ask, element, later, trying, visible } from "./parts.js";
import { say } from "./words.js";

const COLOURS = ["#f6c9a8", "#b9dcf4", "#cdeab8", "#e8c7ef", "#f5e49b", "#bfe8e0"];

export function tokens(view) {
  const text = area(say("text"), "Hello, 世界! tokenizers");
  const shown = element("div", { class: "tokens" }), counts = element("p", { class: "quiet" });
  const verdict = element("p", { class: "quiet" }), table = element("table");

  const look = later(() => trying(async () => {
    const found = await ask("api/tokens", { text: text.value });
    shown.replaceChildren(...found.pieces.map((piece, i) => element("span", {
      style: `background: ${COLOURS[i % COLOURS.length]}`, title: `${piece.id}: ${piece.bytes}` },
      piece.text || "·")));
    counts.textContent = say("counts", found.pieces.length, found.characters, found.bytes);
    const both = found.reference && found.twin;
    verdict.textContent = say(!both ? "alone"
      : String(found.reference) === String(found.twin) ? "same" : "differ");
    table.replaceChildren(element("tr", {}, element("th", {}, say("id")), element("th", {}, say("text")),
      element("th", {}, say("bytes"))), ...found.pieces.slice(0, 200).map((piece) => element("tr", {},
      element("td", {}, String(piece.id)), element("td", {}, visible(piece.text)), element("td", {}, piece.bytes))));
  }));
  text.oninput = look;
  view.append(element("p", { class: "quiet" }, say("tokensHint")), text, counts, verdict, shown, table);
  look();
}
