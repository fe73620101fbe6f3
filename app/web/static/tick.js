/* Ticks all boxes beside a button that says `data-tick`, or none where all are ticked. */
(function () {
  "use strict";
  [].forEach.call(document.querySelectorAll("[data-tick]"), function (button) {
    var around = button.getAttribute("data-tick") ? document.querySelector(button.getAttribute("data-tick")) : button.closest("fieldset");
    button.hidden = false;
    button.addEventListener("click", function () {
      var boxes = [].slice.call(around.querySelectorAll('input[type="checkbox"]'));
      var all = boxes.every(function (one) { return one.checked; });
      boxes.forEach(function (one) { one.checked = !all; });
    });
  });
})();
