// A board on a wall, for months: notices take turns, the screen stays awake, an error starts anew.
"use strict";
(() => {
  const TURN = 8000, SHIFT = 300000, ANEW = 6 * 3600000, SICK = 30000, IDLE = 5000, SHIFTS = 3;
  const wall = () => document.querySelector("[data-wall]");
  let turn = 0, shift = 0, idle = null;

  // Only where the service answers: a browser's own page of an error would stay for ever.
  const anew = async () => {
    try {
      const answer = await fetch(location.pathname, { cache: "no-store" });
      if (answer.ok) { location.reload(); return; }
    } catch (_) {
      // It is away.
    }
    setTimeout(anew, SICK);
  };
  let isSick = false;
  const fall = () => {
    if (isSick) return;
    isSick = true;
    setTimeout(anew, SICK);
  };

  const takeTurns = () => {
    const ticker = document.querySelector("[data-ticker]");
    if (!ticker) return;
    ticker.dataset.turns = "";
    turn = (turn + 1) % ticker.children.length;
    [...ticker.children].forEach((one, place) => one.classList.toggle("shown", place === turn));
  };
  // Numbers that have no room together take turns; the newest always stands.
  const turnPages = (place) => {
    const [list] = place.getElementsByTagName("ol"), items = [...list.children].slice(1);
    const pages = Math.ceil(items.length / Number(place.dataset.pages)) || 1;
    const each = Math.ceil(items.length / pages / 2) * 2, page = Math.floor(Date.now() / TURN) % pages;
    items.forEach((one, at) => { one.hidden = Math.floor(at / each) !== page; });
    let told = place.parentElement.querySelector(".turns");
    if (pages > 1 && !told) {
      told = document.createElement("span");
      told.className = "turns";
      place.parentElement.firstElementChild.appendChild(told);
    }
    const text = pages > 1 ? page + 1 + " / " + pages : "";
    if (told && told.textContent !== text) told.textContent = text;
  };
  const turnAll = () => document.querySelectorAll("[data-pages]").forEach(turnPages);
  const watched = new MutationObserver(turnAll);
  const watchCalls = () => {
    document.querySelectorAll("[data-pages] ol").forEach((one) => watched.observe(one, { childList: true }));
    turnAll();
  };
  const stir = () => {
    document.body.classList.remove("still");
    clearTimeout(idle);
    idle = setTimeout(() => document.body.classList.add("still"), IDLE);
  };
  const stayAwake = () => {
    if (navigator.wakeLock && !document.hidden) navigator.wakeLock.request("screen").catch(() => {});
  };
  const offerAll = () => {
    const button = document.querySelector("[data-full]");
    if (!button || !document.documentElement.requestFullscreen) return;
    button.hidden = Boolean(document.fullscreenElement);
    button.onclick = () => document.documentElement.requestFullscreen().catch(() => {});
  };

  window.addEventListener("error", fall);
  window.addEventListener("unhandledrejection", fall);
  document.addEventListener("visibilitychange", stayAwake);
  document.addEventListener("mousemove", stir);
  document.addEventListener("keydown", stir);
  document.addEventListener("fullscreenchange", offerAll);
  document.addEventListener("renewed", () => { offerAll(); takeTurns(); watchCalls(); });
  setInterval(() => { takeTurns(); turnAll(); }, TURN);
  setInterval(() => { shift = (shift + 1) % SHIFTS; wall().dataset.shift = shift; }, SHIFT);
  setTimeout(anew, ANEW);
  offerAll();
  takeTurns();
  watchCalls();
  stayAwake();
  stir();
})();
