// The search page. Over HTTP it asks Pagefind, which cuts Chinese into words; where there is no
// Pagefind, or the page was opened from the disk, Sphinx's own search is loaded instead.
"use strict";
{
  const place = document.querySelector("#search-results");
  const root = place.dataset.root;
  const query = new URLSearchParams(location.search).get("q") || "";

  const element = (name, properties = {}, ...inside) => {
    const made = Object.assign(document.createElement(name), properties);
    made.append(...inside);
    return made;
  };

  const show = async (pagefind) => {
    await pagefind.options({ baseUrl: new URL(root, location.href).pathname, excerptLength: 24 });
    const { results } = await pagefind.search(query);
    const count = place.dataset.found.replace("{count}", results.length).replace("{query}", query);
    const list = element("ol");
    place.replaceChildren(element("p", { role: "status", textContent: count }), list);
    for (const result of results.slice(0, 30)) {
      const { url, meta, excerpt } = await result.data();
      const link = element("a", { href: url, textContent: meta.title || url });
      // the excerpt is Pagefind's own: escaped text, with <mark> around what was found
      list.append(element("li", {}, link, element("p", { innerHTML: excerpt })));
    }
  };

  const script = (name) => new Promise((done, failed) => {
    document.head.append(element("script", { src: root + name, onload: done, onerror: failed }));
  });

  // Sphinx cuts a Chinese text into words while it builds its index, but not what is searched:
  // take the longest words that the index knows.
  const words = (text) => text.match(/[\p{Script=Han}]+|[\p{L}\p{N}_\p{Emoji_Presentation}]+/gu) || [];
  const known = (run) => {
    const found = [];
    for (let at = 0; at < run.length;) {
      let length = Math.min(8, run.length - at);
      while (length > 1 && !Object.hasOwn(Search._index.terms, run.slice(at, at + length))) length--;
      if (length > 1 || run.length === 1) found.push(run.slice(at, at + length));
      at += length;
    }
    return found;
  };
  const sphinx = async () => {
    globalThis.splitQuery = (text) => words(text).flatMap(
      (word) => (/\p{Script=Han}/u.test(word) ? known(word) : [word]));
    globalThis.ChineseStemmer ||= class {  // Sphinx 9.0 asks for one and has none
      stemWord(word) {
        return /^[a-z]+$/i.test(word) ? new EnglishStemmer().stemWord(word.toLowerCase()) : word;
      }
    };
    DOCUMENTATION_OPTIONS.SHOW_SEARCH_SUMMARY = false;  // a page from the disk may read no other
    for (const name of ["_static/searchtools.js", "_static/language_data.js", "searchindex.js"]) {
      await script(name);
    }
  };

  const begin = async () => {
    if (location.protocol.startsWith("http")) {
      try {
        const pagefind = await import(new URL(`${root}pagefind/pagefind.js`, location.href));
        if (query) await show(pagefind);
        return;
      } catch (error) {
        console.info("searching without Pagefind:", error.message);
      }
    }
    await sphinx();
  };
  begin();
}
