/* Keeps the driver's page true: asks again, says how old it is, and keeps it for want of a network.
   Without it the page is as right, and stays as it was. */
(() => {
  "use strict";
  const SECOND = 1000, MINUTE = 60 * SECOND, HOUR = 60 * MINUTE;
  const CALM = 20 * SECOND, FIRST = 3 * SECOND, LONGEST = 2 * MINUTE, PATIENCE = 30 * SECOND;
  const KEPT = "driver", PLACE = location.pathname, SEEN = "seen " + PLACE;
  const script = document.currentScript, line = document.getElementById("age");
  const standing = () => document.getElementById("standing");
  if (!line || !window.fetch) return;

  let seen = 0, failures = 0, timer = 0, asking = false, wanted = false;

  const remember = () => {
    seen = Date.now();
    try { localStorage.setItem(SEEN, String(seen)); } catch (error) { /* it is not said after a restart */ }
  };
  const remembered = () => {
    try { return Number(localStorage.getItem(SEEN)); } catch (error) { return 0; }
  };
  /* A copy may come from what the worker keeps, or from the browser on the way back. */
  const isCopy = () => standing().dataset.copy === "yes" || performance.navigation.type === 2;

  const say = () => {
    const age = Date.now() - seen, words = line.dataset;
    const told = age < MINUTE ? words.now
      : age < 2 * HOUR ? words.minutes.replace("{n}", Math.floor(age / MINUTE))
      : words.hours.replace("{n}", Math.floor(age / HOUR));
    line.textContent = failures ? told + " — " + words.lost : told;
    line.classList.toggle("lost", failures > 0);
  };

  /* The copy that the worker shows: this page, with the style and the script that it has now. */
  const opened = (act) => { if (window.caches) caches.open(KEPT).then(act).catch(() => {}); };
  const keepAll = () => {
    const parts = document.querySelectorAll("link[rel=stylesheet], link[rel=icon], script[src]");
    const all = Array.from(parts, (one) => one.href || one.src);
    opened((kept) => kept.addAll([PLACE].concat(all)).then(() => kept.keys()).then((keys) => {
      const old = keys.filter((one) => one.url.includes("/assets/") && !all.includes(one.url));
      return Promise.all(old.map((one) => kept.delete(one)));
    }));
  };

  const ask = async () => {
    const stop = window.AbortController ? new AbortController() : null;
    const given = { headers: { "If-None-Match": standing().dataset.tag }, cache: "no-store" };
    if (stop) given.signal = stop.signal;
    let late = 0;
    const patience = new Promise((_, refuse) => {
      late = setTimeout(() => { refuse(new Error("late")); if (stop) stop.abort(); }, PATIENCE);
    });
    const read = async (answer) => ({ status: answer.status, copy: answer.clone(), text: await answer.text() });
    try {
      return await Promise.race([fetch(PLACE, given).then(read), patience]);
    } finally {
      clearTimeout(late);
    }
  };

  /* Puts what is new in place of what is old; what was opened stays open, and who reads stays there. */
  const show = (text) => {
    const page = new DOMParser().parseFromString(text, "text/html");
    const next = page.getElementById("standing"), old = standing();
    if (!next) throw new Error("no page of ours");
    const other = page.querySelector("script[src]");
    if (other && other.getAttribute("src") !== script.getAttribute("src")) return location.reload();
    const at = document.activeElement, place = at && old.contains(at) ? at.id || at.getAttribute("href") : "";
    next.querySelectorAll("details[id]").forEach((one) => {
      const before = document.getElementById(one.id);
      one.open = Boolean(before && before.open);
    });
    const changed = next.dataset.word !== old.dataset.word;
    old.parentNode.replaceChild(document.adoptNode(next), old);
    document.title = page.title;
    const again = place && (document.getElementById(place) || next.querySelector('[href="' + place + '"]'));
    if (again) again.focus({ preventScroll: true });
    if (changed) tell(next.dataset.word);
  };
  const tell = (word) => {
    document.getElementById("said").textContent = word || "";
    if (navigator.vibrate) navigator.vibrate([300, 150, 300]);
  };

  const take = (answer) => {
    if (answer.status === 304) return;
    if (answer.status === 404) {
      opened((kept) => kept.delete(PLACE).then(() => location.reload()));
    } else if (answer.status === 200) {
      show(answer.text);
      opened((kept) => kept.put(PLACE, answer.copy));
    } else {
      throw new Error(String(answer.status));
    }
  };

  const renew = async () => {
    if (asking) { wanted = true; return; }
    asking = true;
    clearTimeout(timer);
    try {
      take(await ask());
      failures = 0;
      remember();
    } catch (error) {
      failures += 1;
    }
    asking = false;
    say();
    if (wanted) { wanted = false; return plan(FIRST); }
    plan(failures ? Math.min(LONGEST, FIRST * Math.pow(2, failures - 1)) : CALM);
  };
  /* A third more or less, so that not all come back in one second when a mast is mended. */
  const plan = (wait) => {
    clearTimeout(timer);
    timer = setTimeout(() => { if (!document.hidden) renew(); }, wait * (0.67 + Math.random() * 0.66));
  };

  if (isCopy()) {
    seen = remembered() || Date.parse(standing().dataset.asOf) || Date.now();
    plan(0);
  } else {
    remember();
    plan(CALM);
  }
  say();
  setInterval(say, 10 * SECOND);
  addEventListener("online", renew);
  addEventListener("offline", () => { failures = Math.max(1, failures); say(); });
  addEventListener("pageshow", (event) => { if (event.persisted) renew(); });
  document.addEventListener("visibilitychange", () => { if (!document.hidden) renew(); });
  if (navigator.serviceWorker) {
    navigator.serviceWorker.register(script.dataset.worker).then(keepAll).catch(() => {});
  }
})();
