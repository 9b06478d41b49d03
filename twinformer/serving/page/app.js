// The frame: which views there are, in which language and colours.
import { attention } from "./attention.js";
import { chat } from "./chat.js";
import { classify } from "./classify.js";
import { next } from "./next.js";
import { ask, button, element, trying } from "./parts.js";
import { run } from "./run.js";
import { tokens } from "./tokens.js";
import { language, say, setLanguage } from "./words.js";

const $ = (id) => document.getElementById(id);
const VIEWS = { chat, tokens, next, attention, run, classify };
let about = null, shown = null, leave = null;

const there = () => Object.keys(VIEWS).filter((name) => ({
  chat: about.writes, next: about.writes, attention: about.writes, tokens: true, run: about.run,
  classify: about.classifies })[name]);

function show(name) {
  leave?.();
  shown = name;
  history.replaceState(null, "", `#${name}`);
  $("view").replaceChildren();
  $("view").setAttribute("aria-labelledby", `tab-${name}`);
  for (const tab of $("tabs").children) {
    const chosen = tab.id === `tab-${name}`;
    tab.setAttribute("aria-selected", chosen);
    tab.tabIndex = chosen ? 0 : -1;
  }
  leave = VIEWS[name]($("view"), about);
}

function frame() {
  setLanguage(language);
  $("language").textContent = say("other");
  $("language").lang = language === "zh" ? "en" : "zh";
  for (const place of document.querySelectorAll("[data-say-label]"))
    place.setAttribute("aria-label", say(place.dataset.sayLabel));
  $("name").textContent = about.name;
  $("about").textContent = [about.kind, about.parameters && say("parameters", about.parameters)]
    .filter(Boolean).join(" · ");
  document.title = `${about.name} · twinformer`;
  $("tabs").replaceChildren(...there().map((name) => button(say(name), () => show(name),
    { role: "tab", id: `tab-${name}`, "aria-controls": "view" })));
  show(there().includes(shown) ? shown : there()[0]);
}

$("tabs").onkeydown = (event) => {
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (!step) return;
  const tabs = [...$("tabs").children];
  const place = tabs.findIndex((tab) => tab.getAttribute("aria-selected") === "true");
  const chosen = tabs[(place + step + tabs.length) % tabs.length];
  chosen.click();
  chosen.focus();
};
$("language").onclick = () => { setLanguage(language === "zh" ? "en" : "zh"); frame(); };
$("theme").onclick = () => {
  const dark = matchMedia("(prefers-color-scheme: dark)").matches;
  const now = document.documentElement.dataset.theme || (dark ? "dark" : "light");
  document.documentElement.dataset.theme = now === "dark" ? "light" : "dark";
  localStorage.setItem("theme", document.documentElement.dataset.theme);
};
const theme = localStorage.getItem("theme");
if (theme) document.documentElement.dataset.theme = theme;

trying(async () => {
  about = await ask("api/about");
  $("view").setAttribute("role", "tabpanel");
  shown = location.hash.slice(1);
  frame();
});
