// Two columns: they scroll sideways together; on a phone one of them is chosen by a tab, which the
// next page remembers. A link to a line opens the folds around it.
(() => {
  const key = "twinformer-side";
  const choose = (side) => {
    for (const pair of document.querySelectorAll(".tf-pair")) {
      pair.dataset.side = side;
      for (const tab of pair.querySelectorAll(".tf-tabs button"))
        tab.setAttribute("aria-pressed", String(tab.dataset.side === side));
    }
    try { localStorage.setItem(key, side); } catch { /* private windows */ }
  };
  const open = () => {
    const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    for (let fold = target; fold; fold = fold.parentElement)
      if (fold.tagName === "DETAILS") fold.open = true;
    if (target) target.scrollIntoView();
  };
  document.addEventListener("DOMContentLoaded", () => {
    if (!document.querySelector(".tf-pair")) return;
    const narrow = matchMedia("(max-width: 1100px)");
    const fit = () => {      // where both columns fit there is nothing to choose
      for (const tab of document.querySelectorAll(".tf-tabs button")) tab.disabled = !narrow.matches;
    };
    fit();
    narrow.addEventListener("change", fit);
    for (const pair of document.querySelectorAll(".tf-pair")) pair.classList.add("tf-tabbed");
    for (const tab of document.querySelectorAll(".tf-tabs button")) {
      tab.addEventListener("click", () => choose(tab.dataset.side));
      tab.addEventListener("keydown", (event) => {
        if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
        const other = tab.nextElementSibling || tab.previousElementSibling;
        other.focus();
        choose(other.dataset.side);
      });
    }
    for (const rows of document.querySelectorAll(".tf-rows")) {
      const [left, right] = rows.querySelectorAll("pre");
      if (!right) continue;
      left.addEventListener("scroll", () => { right.scrollLeft = left.scrollLeft; });
      right.addEventListener("scroll", () => { left.scrollLeft = right.scrollLeft; });
    }
    let side = null;
    try { side = localStorage.getItem(key); } catch { /* private windows */ }
    if (side) choose(side);
    open();
    addEventListener("hashchange", open);
  });
})();
