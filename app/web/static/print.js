/* Shows the button that prints, where there is a script to do it; without one the browser's menu does. */
(function () {
  "use strict";
  [].forEach.call(document.querySelectorAll("[data-print]"), function (button) {
    button.hidden = false;
    button.addEventListener("click", function () { window.print(); });
  });
})();
