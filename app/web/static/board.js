// Boards that go on by themselves: figures from the stream, the page anew where more has changed.
// Without this script the page renews itself now and then (`noscript`), and says the same.
"use strict";
(() => {
  const SILENCE = 40000, POLL = 5000, AGAIN = 60000, RENEW = 60000, SOON = 2000;
  const HOUR = 3600, FIVE = 300, DAY = 86400000, HANOI = 7 * 3600000, BEIJING = 8 * 3600000;
  const main = document.getElementById("content");
  const page = () => main.querySelector("[data-page]");
  const data = page().dataset;
  const words = JSON.parse(data.words);
  const chinese = data.language === "zh";
  const boards = new Map();
  let stream = null, opened = 0, told = 0; // the stream, when it was opened, when it last told something
  let heard = performance.now(), asOf = null, renewing = false, renewed = heard;

  // ---- How times are told: as app/web/telling.py does --------------------------------------------

  const fill = (text, facts) => text.replace(/\{(\w+)\}/g, (_, name) => facts[name]);
  const two = (number) => String(number).padStart(2, "0");
  const local = (instant, offset) => new Date(Date.parse(instant) + offset);
  const clock = (instant, offset) => {
    const at = local(instant, offset || HANOI);
    return two(at.getUTCHours()) + ":" + two(at.getUTCMinutes());
  };
  const isToday = (instant, now) =>
    Math.floor(local(instant, HANOI) / DAY) === Math.floor(local(now, HANOI) / DAY);
  const day = (instant) => {
    const at = local(instant, HANOI);
    return two(at.getUTCDate()) + "/" + two(at.getUTCMonth() + 1);
  };
  const also = (told, theirs) => chinese ? told + "（北京" + theirs + "）" : told;

  const span = (seconds) => {
    if (seconds < 60) return words.moment;
    if (seconds < HOUR) return fill(words.minutes, { minutes: Math.floor(seconds / 60) });
    const rounded = Math.floor((seconds + FIVE / 2) / FIVE) * FIVE;
    const hours = Math.floor(rounded / HOUR), minutes = rounded % HOUR / 60;
    return fill(minutes ? words["hours-minutes"] : words.hours, { hours, minutes });
  };
  const at = (instant, now) =>
    also(clock(instant) + (isToday(instant, now) ? "" : " " + day(instant)), clock(instant, BEIJING));
  const between = (first, last, now) => also(
    clock(first) + "–" + clock(last) + (isToday(first, now) ? "" : " " + day(first)),
    clock(first, BEIJING) + "–" + clock(last, BEIJING));
  const expected = (wait) => {
    if (wait.likely_seconds !== null) return fill(words.about, { span: span(wait.likely_seconds) });
    return words[wait.reason === "too-few-recent-calls" ? "too-few" : "unknown"];
  };

  // ---- A board as texts by their names: as app/web/board/faces.py has them -----------------------

  const or = (value, told) => value === null ? "–" : told(value);
  const facts = (board) => {
    const found = {}, now = board.as_of, log = board.log;
    for (const name of ["waiting", "not_ready", "on_the_way", "calls_per_hour"]) found[name] = or(board[name], String);
    found.called = String(board.called_now.length);
    found.next = board.next_numbers.join(" · ") || "–";
    found.oldest = or(board.oldest_wait_seconds, span);
    for (const one of board.lanes) {
      const wait = one.expected_wait;
      found[one.lane + ".waiting"] = String(one.waiting);
      found[one.lane + ".oldest"] = or(one.oldest_wait_seconds, span);
      found[one.lane + ".expected"] = expected(wait);
      found[one.lane + ".expected_at"] =
        wait.earliest_at && wait.latest_at ? between(wait.earliest_at, wait.latest_at, now) : "";
    }
    found["log.size"] = or(log, () => String(log.size));
    found["log.root"] = or(log, () => log.root);
    found["log.sealed_at"] = or(log, () => at(log.sealed_at, now));
    return found;
  };
  const rare = (board) =>
    [board.open, board.changes_at, board.calls_paused, board.policy]
      .concat(board.notices.map((one) => one.id + " " + (one.ends_at || "")), board.lanes.map((one) => one.lane))
      .join("|");

  // ---- Writing -----------------------------------------------------------------------------------

  const putInto = (place, nodes) => {
    place.textContent = "";
    nodes.forEach((one) => place.appendChild(one));
  };
  const refresh = (element) => {
    element.classList.remove("fresh");
    void element.getBoundingClientRect(); // so that what changes twice is seen twice
    element.classList.add("fresh");
  };
  const write = (element, text) => {
    if (element.textContent === text) return;
    element.textContent = text;
    refresh(element);
  };
  const item = (call, now) => {
    const one = document.getElementById("called").content.firstElementChild.cloneNode(true);
    one.dataset.number = call.call_number;
    const [code, digits] = one.querySelector("b").children, cut = call.call_number.lastIndexOf("-") + 1;
    code.textContent = call.call_number.slice(0, cut);
    digits.textContent = call.call_number.slice(cut);
    one.querySelector("time").textContent = at(call.window_ends_at, now);
    return one;
  };
  const list = (section, board) => {
    const place = section.querySelector("[data-called]");
    if (!place) return;
    const shown = new Set([...place.children].map((one) => one.dataset.number));
    const calls = board.called_now.slice().reverse().slice(0, Number(place.dataset.most));
    const items = calls.map((call) => item(call, board.as_of));
    const come = items.filter((one) => !shown.has(one.dataset.number));
    putInto(place, items);
    come.forEach(refresh);
    section.querySelector("[data-none]").hidden = items.length > 0;
    say(come.map((one) => one.dataset.number));
  };
  const say = (numbers) => {
    const place = main.querySelector("[data-said]");
    if (place && numbers.length) place.textContent = place.dataset.said + ": " + numbers.join(", ");
  };
  const show = (board) => {
    const texts = facts(board), queue = board.gate + "/" + board.direction;
    let isOld = false;
    for (const section of main.querySelectorAll('[data-queue="' + queue + '"]')) {
      for (const one of section.querySelectorAll("[data-live]")) write(one, texts[one.dataset.live] || "");
      list(section, board);
      isOld = isOld || section.dataset.rare !== rare(board);
    }
    return isOld;
  };
  const take = (board) => {
    boards.set(board.gate + "/" + board.direction, board);
    hear(board.as_of);
    if (show(board)) renewSoon();
  };

  // ---- The page anew: what boards do not tell, and a new release ---------------------------------

  const FOCUSED = "a, summary, [tabindex]";
  const put = (other) => {
    const place = [...main.querySelectorAll(FOCUSED)].indexOf(document.activeElement);
    const open = [...main.querySelectorAll("details")].map((one) => one.open);
    putInto(main, [...other.childNodes]);
    main.querySelectorAll("details").forEach((one, number) => { one.open = Boolean(open[number]); });
    if (place >= 0 && main.querySelectorAll(FOCUSED)[place]) main.querySelectorAll(FOCUSED)[place].focus({ preventScroll: true });
    boards.forEach(show);
    tell();
    document.dispatchEvent(new Event("renewed"));
  };
  const renew = async () => {
    if (renewing || document.hidden) return;
    renewing = true;
    try {
      const answer = await fetch(location.pathname, { cache: "no-cache" });
      if (!answer.ok) return;
      const other = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("content");
      const newer = other && other.querySelector("[data-page]");
      if (!newer) return;
      if (newer.dataset.release !== data.release) { location.reload(); return; }
      put(other);
    } catch (_) {
      // The network is away: what is shown stays, with its age.
    } finally {
      renewing = false;
      renewed = performance.now();
    }
  };
  let waits = null;
  const renewSoon = () => {
    if (waits !== null) return;
    const rest = Math.max(0, renewed + SOON - performance.now());
    waits = setTimeout(() => { waits = null; renew(); }, rest + Math.random() * 300);
  };

  // ---- Hearing -----------------------------------------------------------------------------------

  const hear = (instant) => {
    heard = performance.now();
    asOf = instant;
    tell();
  };
  const tell = () => {
    const place = main.querySelector("[data-freshness]");
    if (!place || !asOf) return;
    const age = performance.now() - heard, isOld = age > SILENCE;
    place.classList.toggle("old", isOld);
    place.classList.toggle("live", !isOld && stream !== null && stream.readyState === 1);
    const line = place.querySelector("[data-told]");
    const text = isOld ? fill(words.old, { span: span(age / 1000) }) : fill(words["as-of"], { at: at(asOf, asOf) });
    if (line.textContent !== text) line.textContent = text;
  };
  const poll = async () => {
    try {
      const answer = await fetch(data.boards, { cache: "no-cache" });
      if (answer.ok) (await answer.json()).items.forEach(take);
    } catch (_) {
      // As above.
    }
  };
  const listen = () => {
    if (stream || document.hidden || !window.EventSource) return;
    const own = stream = new EventSource(data.stream);
    const on = (name, does) => own.addEventListener(name, (event) => {
      told = performance.now();
      does(JSON.parse(event.data));
    });
    opened = performance.now();
    on("board", take);
    on("still", (still) => hear(still.as_of));
    own.addEventListener("error", () => {
      if (own.readyState !== 2) return; // it comes back by itself
      if (stream === own) stream = null;
      setTimeout(listen, AGAIN);
    });
  };
  const leave = () => {
    if (stream) stream.close();
    stream = null;
  };

  document.addEventListener("visibilitychange", () => {
    if (document.hidden) leave();
    else { listen(); poll(); renew(); }
  });
  setInterval(tell, 1000);
  setInterval(() => {
    if (document.hidden) return;
    const now = performance.now(), isSilent = now - told > SILENCE;
    if (stream && isSilent && now - opened > SILENCE) { leave(); listen(); }
    if (!stream || isSilent) poll();
  }, POLL);
  setInterval(renew, RENEW + Math.random() * 5000);
  listen();
})();
