// A talk that streams. It is kept in the browser: a page that is closed, or a server that ends,
// loses nothing that was said.
import { button, element, field, area, problem, request, trying } from "./parts.js";
import { say } from "./words.js";

export function chat(view, about) {
  const place = `talk:${about.name}`;
  let turns = JSON.parse(localStorage.getItem(place) || "[]"), running = null;
  const keep = () => localStorage.setItem(place, JSON.stringify(turns));

  const talk = element("div", { class: "talk", "aria-live": "polite" });
  const system = area(say("system"), turns.find((turn) => turn.role === "system")?.content, { rows: 1 });
  system.style.minHeight = "2.4rem";
  const question = area(say("ask"));
  const [temperature, temperatureLabel] = field(say("temperature"), "number", 0.7, { min: 0, max: 5, step: 0.1 });
  const [length, lengthLabel] = field(say("length"), "number", 256, { min: 1, max: 4096 });
  const send = button(say("send"), () => (running ? running.abort() : ask()), { class: "main" });
  const file = element("input", { type: "file", accept: "application/json", hidden: true,
    onchange: () => trying(load) });

  const bubble = (turn) => {
    const made = element("div", { class: `said ${turn.role}`, "aria-label": say(turn.role === "user" ? "you" : "model") });
    made.textContent = turn.content;
    return made;
  };
  const draw = () => talk.replaceChildren(...turns.filter((turn) => turn.role !== "system").map(bubble));

  async function ask() {
    const text = question.value.trim();
    if (!text) return;
    turns = turns.filter((turn) => turn.role !== "system");
    if (system.value.trim()) turns.unshift({ role: "system", content: system.value.trim() });
    turns.push({ role: "user", content: text });
    question.value = "";
    draw();
    await answer();
  }

  async function answer() {
    running = new AbortController();
    send.textContent = say("stop");
    const turn = { role: "assistant", content: "" }, place = bubble(turn);
    talk.append(place);
    try {
      const response = await request("v1/chat/completions", { messages: turns, stream: true,
        temperature: Number(temperature.value), max_tokens: Number(length.value) }, running.signal);
      for await (const event of events(response)) {
        if (event.error) throw new Error(event.error.message);
        turn.content += event.choices[0]?.delta.content || "";
        place.textContent = turn.content;
        place.scrollIntoView({ block: "nearest" });
      }
      problem("");
    } catch (trouble) {
      if (trouble.name !== "AbortError") problem(trouble.message);
      if (!turn.content) {           // nothing came: the question can be asked again
        question.value = turns.pop().content;
        draw();
      } else turn.content += trouble.name === "AbortError" ? ` ${say("stopped")}` : "";
    }
    if (turn.content) { turn.content = turn.content.trim(); turns.push(turn); place.textContent = turn.content; }
    keep();
    running = null;
    send.textContent = say("send");
    question.focus();
  }

  async function again() {
    if (running || turns.at(-1)?.role !== "assistant") return;
    turns.pop();
    draw();
    await answer();
  }

  function save() {
    const link = element("a", { download: "talk.json", href: URL.createObjectURL(new Blob(
      [JSON.stringify({ messages: turns }, null, 1)], { type: "application/json" })) });
    link.click();
    URL.revokeObjectURL(link.href);
  }

  async function load() {
    const content = JSON.parse(await file.files[0].text());
    turns = (content.messages || content).map(({ role, content: text }) => ({ role, content: String(text) }));
    system.value = turns.find((turn) => turn.role === "system")?.content || "";
    keep();
    draw();
  }

  question.onkeydown = (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {  // a Chinese input method ends with Enter, too
      event.preventDefault();
      if (!running) ask();
    }
  };
  view.append(system, talk, question, element("div", { class: "row" }, send,
    button(say("retry"), again), button(say("clear"), () => { turns = []; keep(); draw(); question.focus(); }),
    button(say("save"), save), button(say("load"), () => file.click()), file, temperatureLabel, lengthLabel));
  draw();
  question.focus();
  return () => running?.abort();
}

// The events of a stream of server-sent events, up to [DONE].
async function* events(response) {
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let held = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    held += value;
    const parts = held.split("\n\n");
    held = parts.pop();
    for (const part of parts) {
      const data = part.slice("data: ".length);
      if (data === "[DONE]") return;
      yield JSON.parse(data);
    }
  }
}
