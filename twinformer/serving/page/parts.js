// Elements, and questions to the server.
import { say } from "./words.js";

// element("button", {class: "main", onclick: f}, "text", child)
export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) made[name] = value;
    else if (value !== false && value != null) made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children.filter((child) => child != null));
  return made;
}

export const button = (text, onclick, more = {}) =>
  element("button", { type: "button", onclick, ...more }, text);

export function field(text, type, value, more = {}) {
  const input = element("input", { type, value, ...more });
  return [input, element("label", {}, text, input)];
}

export const area = (label, value = "", more = {}) => {
  const made = element("textarea", { "aria-label": label, placeholder: label, ...more });
  made.value = value;
  return made;
};

export function problem(text) {
  const place = document.getElementById("problem");
  place.textContent = text || "";
  place.hidden = !text;
}

function headers() {
  const key = sessionStorage.getItem("key");
  return { "Content-Type": "application/json", ...(key ? { Authorization: `Bearer ${key}` } : {}) };
}

// A response that is good; else an error with the server's own words.
export async function request(path, body, signal) {
  let response;
  try {
    response = await fetch(new URL(path, new URL("..", location.href)), {
      method: body === undefined ? "GET" : "POST", headers: headers(), signal,
      body: body === undefined ? undefined : JSON.stringify(body) });
  } catch (trouble) {
    if (trouble.name === "AbortError") throw trouble;
    throw new Error(say("lost"));
  }
  if (response.status === 401) {
    const key = prompt(say("key"));
    if (key) {
      sessionStorage.setItem("key", key);
      return request(path, body, signal);
    }
  }
  if (!response.ok) {
    const said = await response.json().catch(() => null);
    throw new Error(said?.error?.message || `${response.status} ${response.statusText}`);
  }
  return response;
}

export const ask = async (path, body, signal) => (await request(path, body, signal)).json();

// Do it, and show what goes wrong.
export async function trying(work) {
  problem("");
  try {
    return await work();
  } catch (trouble) {
    if (trouble.name !== "AbortError") problem(trouble.message);
  }
}

// Call it once nothing has happened for a moment.
export function later(work, pause = 250) {
  let timer;
  return () => { clearTimeout(timer); timer = setTimeout(work, pause); };
}

export const visible = (text) => text.replaceAll("\n", "⏎").replaceAll("\t", "⇥").replaceAll(" ", "␣") || "∅";
