/* Keeps a page of work as it is now, and sends a form once.

   The parts that say `data-renew` are drawn anew when the feed of events has news for their reader, or
   half a minute has passed: what was typed, ticked, opened or had the focus stays as it was. All of it
   goes without this script, by links and forms. */
(() => {
  "use strict";
  const script = document.currentScript;
  const WAIT = 25, APART = 500, AT_LEAST = 30000, SLOWEST = 20000, AGAIN = 10000;
  const all = (selector, inside) => Array.from((inside || document).querySelectorAll(selector));
  const later = (ms) => new Promise((done) => setTimeout(done, ms));

  /* Forms: however often a button is pressed. A browser that comes back to a page may send it again. */
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method !== "post") return;
    if (form.hasAttribute("data-sent")) event.preventDefault();
    form.setAttribute("data-sent", "");
    later(AGAIN).then(() => form.removeAttribute("data-sent"));
  });
  addEventListener("pageshow", () => all("[data-sent]").forEach((form) => form.removeAttribute("data-sent")));

  /* Parts */
  const isTyped = (one) => /^(INPUT|SELECT|TEXTAREA)$/.test(one.tagName) && !/^(hidden|checkbox|radio|file)$/.test(one.type);
  const isChanged = (one) => one.tagName === "SELECT"
    ? all("option", one).some((option) => option.selected && !option.defaultSelected) : one.value !== one.defaultValue;
  const byId = (id) => document.getElementById(id);
  let composing = false;
  ["compositionstart", "compositionend"].forEach((kind) => document.addEventListener(kind, () => { composing = kind === "compositionstart"; }));

  function nameOf(one) {
    const name = ["id", "href", "aria-label"].find((attribute) => one.getAttribute(attribute));
    return name && "[" + name + "=" + JSON.stringify(one.getAttribute(name)) + "]";
  }

  function memory(part) {
    const active = part.contains(document.activeElement) ? document.activeElement : null;
    const typed = all("[id]", part).filter((one) => isTyped(one) && (one === active || isChanged(one)));
    return {
      open: all("details[id]", part).map((one) => [one.id, one.open]),
      typed: typed.map((one) => [one.id, one.value]),
      ticked: all("input[type=checkbox]:checked", part).map((one) => one.value),
      focus: active && nameOf(active),
      start: active && isTyped(active) && active.type === "text" ? active.selectionStart : null
    };
  }

  function recall(part, was) {
    was.open.forEach(([id, open]) => { if (byId(id)) byId(id).open = open; });
    was.typed.forEach(([id, value]) => { if (byId(id)) byId(id).value = value; });
    all("input[type=checkbox]", part).forEach((one) => { one.checked = was.ticked.includes(one.value); });
    const again = was.focus && part.querySelector(was.focus);
    if (!again) return;
    again.focus({ preventScroll: true });
    if (was.start !== null) again.setSelectionRange(was.start, was.start);
  }

  function draw(part, fresh) {
    if (part.closest("[data-sent]") || part.querySelector("[data-sent]")) return;
    if (!fresh) { if (!part.contains(document.activeElement)) part.innerHTML = ""; return; }
    const was = memory(part);
    part.innerHTML = fresh.innerHTML;
    recall(part, was);
  }

  function place(part) {
    let before = part.previousElementSibling;
    while (before && !(before.id && byId(before.id))) before = before.previousElementSibling;
    if (before) byId(before.id).insertAdjacentElement("afterend", document.importNode(part, true));
  }

  /* News */
  const offline = byId("offline");
  let last = Date.now(), since = null;

  function tell(lost) {
    if (!offline) return;
    since = lost ? since || new Date(last) : null;
    offline.hidden = !lost;
    offline.className = lost ? "told act" : "";
    const two = (number) => String(number).padStart(2, "0");
    if (lost) offline.textContent = offline.getAttribute("data-text").replace("{at}", two(since.getHours()) + ":" + two(since.getMinutes()));
  }

  function seen() {
    return document.hidden ? new Promise((done) => document.addEventListener("visibilitychange", done, { once: true })).then(seen) : null;
  }

  async function renew() {
    const answer = await fetch(location.href, { credentials: "same-origin" });
    if (answer.redirected && /\/sign-in/.test(answer.url)) location.reload();
    if (!answer.ok || answer.redirected) throw new Error("refused");
    const drawn = new DOMParser().parseFromString(await answer.text(), "text/html");
    while (composing) await later(APART);
    all("[data-renew]").forEach((part) => draw(part, drawn.getElementById(part.id)));
    all("[data-renew]", drawn).forEach((part) => { if (!byId(part.id)) place(part); });
    last = Date.now();
    tell(false);
  }

  async function listen(after) {
    const address = new URL(script.getAttribute("data-feed"), location.href);
    address.searchParams.set("after", after);
    address.searchParams.set("wait", Math.max(1, Math.min(WAIT, Math.ceil((last + AT_LEAST - Date.now()) / 1000))));
    const answer = await fetch(address, { credentials: "same-origin" });
    if (answer.status === 410 || answer.status === 401) location.reload();
    if (!answer.ok) throw new Error("refused");
    return answer.json();
  }

  async function go(after) {
    for (let failures = 0; ;) {
      try {
        await seen();
        const news = await listen(after);
        if (news.items.length || news.more || since || Date.now() - last >= AT_LEAST) await renew();
        after = news.after;
        failures = 0;
        await later(APART);
      } catch (error) {
        failures += 1;
        tell(true);
        await later(Math.min(SLOWEST, 500 * Math.pow(2, failures)) * (0.75 + Math.random() / 2));
      }
    }
  }

  if (!script.getAttribute("data-after") || !window.fetch || !all("[data-renew]").length) return;
  addEventListener("offline", () => tell(true));
  addEventListener("online", () => renew().catch(() => tell(true)));
  go(script.getAttribute("data-after"));
})();
