/* Eases the console: keys for what is done often, and what others do shown at once.

   Parts that say `data-live` are drawn anew when the feed of events has news of the gate, or half a
   minute has passed: what was typed, opened or had the focus stays as it was. All of it goes without
   this script, by links and forms. */
(function () {
  "use strict";
  var script = document.currentScript;
  var WAIT = 25, APART = 1000, AT_LEAST = 30000, SLOWEST = 20000, OFF = "gate-keys-off";
  var kinds = script.getAttribute("data-kinds").split(",").filter(Boolean).map(function (kind) { return "&kinds=" + kind; }).join("");
  var offline = document.getElementById("offline");
  var all = function (selector, inside) { return [].slice.call((inside || document).querySelectorAll(selector)); };
  var isTyped = function (one) { return /^(INPUT|SELECT|TEXTAREA)$/.test(one.tagName) && !/^(checkbox|radio)$/.test(one.type); };

  /* Keys */
  var off = document.getElementById("keys-off");
  var kept = { get: function () { try { return localStorage.getItem(OFF) === "yes"; } catch (error) { return false; } },
    set: function (value) { try { localStorage.setItem(OFF, value ? "yes" : "no"); } catch (error) { return; } } };
  off.checked = kept.get();
  off.addEventListener("change", function () { kept.set(off.checked); });
  all("[data-toggle]").forEach(function (button) {
    var what = document.getElementById(button.getAttribute("data-toggle"));
    button.hidden = false;
    button.addEventListener("click", function () {
      what.hidden = !what.hidden;
      button.setAttribute("aria-expanded", String(!what.hidden));
      if (what.hidden) button.focus(); else what.focus();
    });
  });

  function press(key) {
    var here = document.activeElement.closest && document.activeElement.closest("tr, .call, [data-case]");
    var wanted = '[data-key="' + key + '"]';
    var found = here && here.querySelector(wanted) || all(wanted).filter(function (one) { return one.offsetParent !== null; })[0];
    if (!found) return false;
    if (isTyped(found)) { found.focus(); if (found.select) found.select(); return true; }
    found.click();
    if (found.tagName === "SUMMARY") {
      var field = found.parentNode.open && found.parentNode.querySelector("input:not([type=hidden])");
      if (field) field.focus();
    }
    return true;
  }

  function walk(step) {
    var rows = all("[data-row]");
    var at = rows.indexOf(document.activeElement);
    var next = rows[at < 0 ? 0 : Math.min(rows.length - 1, Math.max(0, at + step))];
    if (next) next.focus();
    return Boolean(next);
  }

  document.addEventListener("keydown", function (event) {
    if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
    if (event.key === "Escape") {
      var open = document.activeElement.closest && document.activeElement.closest("details.because[open]");
      if (open) { open.open = false; open.querySelector("summary").focus(); } else document.activeElement.blur();
      return;
    }
    if (off.checked || isTyped(document.activeElement)) return;
    var key = event.key.toLowerCase();
    var done = key === "j" ? walk(1) : key === "k" ? walk(-1) : key.length === 1 && /[a-z/?]/.test(key) && press(key);
    if (done) event.preventDefault();
  });

  /* A form is sent once, however often the key is pressed. */
  document.addEventListener("submit", function (event) {
    if (event.target.method !== "post") return;
    if (event.target.getAttribute("data-sent")) { event.preventDefault(); return; }
    event.target.setAttribute("data-sent", "yes");
  });

  /* News */
  function memory(part) {
    var typed = all("input[id], select[id], textarea[id]", part).filter(function (one) {
      return one.type !== "hidden" && (one === document.activeElement || (one.tagName === "SELECT" ? !one.options[one.selectedIndex] || !one.options[one.selectedIndex].defaultSelected : one.value !== one.defaultValue));
    });
    var active = part.contains(document.activeElement) ? document.activeElement : null;
    return {
      open: all("details[open][id]", part).map(function (one) { return one.id; }),
      shut: all("details[id]:not([open])", part).map(function (one) { return one.id; }),
      typed: typed.map(function (one) { return [one.id, one.value]; }),
      at: active && active.id, form: active && active.closest("form"),
      start: active && isTyped(active) && active.type === "text" ? active.selectionStart : null
    };
  }

  function recall(was) {
    was.open.forEach(function (id) { var one = document.getElementById(id); if (one) one.open = true; });
    was.shut.forEach(function (id) { var one = document.getElementById(id); if (one) one.open = false; });
    was.typed.forEach(function (pair) { var one = document.getElementById(pair[0]); if (one) one.value = pair[1]; });
    var again = was.at && document.getElementById(was.at);
    if (!again) return;
    again.focus({ preventScroll: true });
    if (was.start !== null && again.setSelectionRange) again.setSelectionRange(was.start, was.start);
  }

  function draw(part, drawn) {
    var fresh = drawn.getElementById(part.id);
    if (!fresh) { if (!part.contains(document.activeElement)) part.innerHTML = ""; return; }
    var before = {}, was = memory(part);
    all("tr[id], li[id]", part).forEach(function (one) { before[one.id] = true; });
    part.innerHTML = fresh.innerHTML;
    all("tr[id], li[id]", part).forEach(function (one) { if (!before[one.id]) one.classList.add("fresh"); });
    recall(was);
  }

  function renew() {
    return fetch(location.href, { credentials: "same-origin" }).then(function (answer) {
      if (answer.redirected && /\/sign-in/.test(answer.url)) { location.reload(); throw new Error("signed out"); }
      if (!answer.ok) throw new Error("refused");
      return answer.text();
    }).then(function (text) {
      var drawn = new DOMParser().parseFromString(text, "text/html");
      all("[data-live]").forEach(function (part) { draw(part, drawn); });
      drawn.querySelectorAll("[data-live]").forEach(function (part) { if (!document.getElementById(part.id)) place(part, drawn); });
      last = Date.now();
      tell(false);
    });
  }

  function place(part, drawn) {
    var after = part.previousElementSibling;
    while (after && !(after.id && document.getElementById(after.id))) after = after.previousElementSibling;
    if (after) document.getElementById(after.id).insertAdjacentElement("afterend", document.importNode(part, true));
  }

  function tell(lost) {
    if (!lost) { offline.hidden = true; since = null; return; }
    since = since || new Date(last);
    var two = function (number) { return (number < 10 ? "0" : "") + number; };
    offline.textContent = offline.getAttribute("data-text").replace("{at}", two(since.getHours()) + ":" + two(since.getMinutes()));
    offline.hidden = false;
  }

  var last = Date.now(), since = null, failures = 0;
  var later = function (ms) { return new Promise(function (done) { setTimeout(done, ms); }); };

  function seen() {
    return document.hidden ? new Promise(function (done) {
      document.addEventListener("visibilitychange", function look() {
        if (document.hidden) return;
        document.removeEventListener("visibilitychange", look);
        done();
      });
    }) : Promise.resolve();
  }

  function listen(after) {
    var left = Math.max(1, Math.min(WAIT, Math.ceil((last + AT_LEAST - Date.now()) / 1000)));
    var address = script.getAttribute("data-feed") + "?after=" + after + "&wait=" + left + "&gate=" + encodeURIComponent(script.getAttribute("data-gate")) + kinds;
    return fetch(address, { credentials: "same-origin" }).then(function (answer) {
      if (answer.status === 410 || answer.status === 401) { location.reload(); throw new Error("begin anew"); }
      if (!answer.ok) throw new Error("refused");
      return answer.json();
    });
  }

  function go(after) {
    seen().then(function () { return listen(after); }).then(function (news) {
      failures = 0;
      var old = news.items.length || news.more || since || Date.now() - last >= AT_LEAST;
      return (old ? renew() : Promise.resolve()).then(function () { return later(APART); }).then(function () { go(news.after); });
    }).catch(function () {
      failures += 1;
      tell(true);
      later(Math.min(SLOWEST, 500 * Math.pow(2, failures)) * (0.75 + Math.random() / 2)).then(function () { go(after); });
    });
  }

  window.addEventListener("offline", function () { tell(true); });
  window.addEventListener("online", function () { renew().catch(function () { tell(true); }); });
  if (window.fetch && window.DOMParser) go(script.getAttribute("data-after"));
})();
