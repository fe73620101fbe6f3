/* Keys for what is done often on the console; all of it goes without this script, by links and forms. */
(function () {
  "use strict";
  var OFF = "gate-keys-off";
  var all = function (selector, inside) { return [].slice.call((inside || document).querySelectorAll(selector)); };
  var isTyped = function (one) { return /^(INPUT|SELECT|TEXTAREA)$/.test(one.tagName) && !/^(checkbox|radio)$/.test(one.type); };

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
      var open = document.activeElement.closest && document.activeElement.closest("details.behind[open]");
      if (open) { open.open = false; open.querySelector("summary").focus(); } else document.activeElement.blur();
      return;
    }
    if (off.checked || isTyped(document.activeElement)) return;
    var key = event.key.toLowerCase();
    var done = key === "j" ? walk(1) : key === "k" ? walk(-1) : key.length === 1 && /[a-z/?]/.test(key) && press(key);
    if (done) event.preventDefault();
  });
})();
