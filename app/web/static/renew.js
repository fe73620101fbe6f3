/* Renews the parts of a page that say `data-renew`, when the feed of events has news for its reader.

   Each part has an id; only what is in it is replaced, so forms beside it keep what was typed.
   Who may not read the feed polls. Where it cannot be waited for, the page is looked at again a little later and later. */
(function () {
  "use strict";
  var parts = document.querySelectorAll("[data-renew]");
  var script = document.currentScript;
  var base = script.src.split("/assets/")[0];
  var WAIT = 25, SOON = 300, LATER = 60000, SLOWEST = 30000, POLL = 10000;
  var failures = 0, renewed = Date.now();
  if (!parts.length || !window.fetch || !window.DOMParser) return;

  function later(ms) { return new Promise(function (done) { setTimeout(done, ms); }); }

  function seen() {
    if (!document.hidden) return Promise.resolve();
    return new Promise(function (done) {
      document.addEventListener("visibilitychange", function look() {
        if (document.hidden) return;
        document.removeEventListener("visibilitychange", look);
        done();
      });
    });
  }

  function feed(after) {
    var address = base + "/v1/events?after=" + after + "&wait=" + WAIT;
    return fetch(address, { credentials: "same-origin" }).then(function (answer) {
      if (!answer.ok) throw new Error("refused");
      return answer.json();
    });
  }

  function replace(drawn, part) {
    var fresh = drawn.getElementById(part.id);
    if (!fresh || fresh.innerHTML === part.innerHTML) return;
    var inside = part.contains(document.activeElement) ? document.activeElement : null;
    if (part.querySelector(".behind[open]") || inside && /^(INPUT|SELECT|TEXTAREA)$/.test(inside.tagName) && inside.type !== "checkbox") return;
    var ticked = [].map.call(part.querySelectorAll("input:checked"), function (one) { return one.value; });
    var open = [].map.call(part.querySelectorAll("details[open][id]"), function (one) { return one.id; });
    var focused = inside && (inside.id ? "#" + inside.id : inside.getAttribute("href") && 'a[href="' + inside.getAttribute("href") + '"]');
    part.innerHTML = fresh.innerHTML;
    [].forEach.call(part.querySelectorAll('input[type="checkbox"]'), function (one) { one.checked = ticked.indexOf(one.value) >= 0; });
    open.forEach(function (id) { var one = document.getElementById(id); if (one) one.open = true; });
    if (focused) { var again = part.querySelector(focused); if (again) again.focus(); }
  }

  function renew() {
    return fetch(location.href, { credentials: "same-origin" }).then(function (answer) {
      if (!answer.ok || answer.url.indexOf("/sign-in") >= 0) throw new Error("refused");
      return answer.text();
    }).then(function (text) {
      var drawn = new DOMParser().parseFromString(text, "text/html");
      renewed = Date.now();
      [].forEach.call(document.querySelectorAll("[data-renew]"), function (part) { replace(drawn, part); });
    });
  }

  function go(after) {
    seen().then(function () { return feed(after); }).then(function (said) {
      var old = said.items.length > 0 || Date.now() - renewed > LATER;
      failures = 0;
      return (old ? renew() : Promise.resolve()).then(function () { return later(SOON); }).then(function () { go(said.after); });
    }).catch(function () {
      failures += 1;
      var pause = Math.min(SLOWEST, 1000 * Math.pow(2, failures)) * (0.75 + Math.random() / 2);
      later(pause).then(renew).catch(function () {}).then(function () { go(after); });
    });
  }

  function poll() {
    later(POLL).then(seen).then(renew).catch(function () {}).then(poll);
  }

  if (script.getAttribute("data-after")) go(script.getAttribute("data-after"));
  else poll();
})();
