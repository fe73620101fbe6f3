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
  document.addEventListener("renewed", () => { offerAll(); takeTurns(); });
  setInterval(takeTurns, TURN);
  setInterval(() => { shift = (shift + 1) % SHIFTS; wall().dataset.shift = shift; }, SHIFT);
  setTimeout(anew, ANEW);
  offerAll();
  takeTurns();
  stayAwake();
  stir();
})();
