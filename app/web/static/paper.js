/* Prints this paper as soon as it is there, and goes back to where it was asked for. */
(() => {
  "use strict";
  addEventListener("afterprint", () => close());
  addEventListener("load", () => print());
})();
